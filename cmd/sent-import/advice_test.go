package main

import (
	"strings"
	"testing"

	"sent-import/importer"
)

// The engine says which option helps, and the command how it is called here.
func TestStopNamesItsFlag(t *testing.T) {
	var help strings.Builder
	if code := run([]string{"run", "--help"}, nil, strings.NewReader(""), &help, &help); code != exitOK {
		t.Fatalf("got exit code %d", code)
	}
	for option, flag := range map[string]string{"fresh": "--fresh", "sandbox": "--sandbox", "": ""} {
		s := &importer.Stop{Cause: importer.StopCall, Message: "why", Option: option}
		want := strings.TrimSuffix("why ("+flag+")", " ()")
		if got := stoppedText(s); got != "stopped: "+want || stopOf(s).Message != want {
			t.Errorf("got %q and %q, want %q", got, stopOf(s).Message, want)
		}
		if !strings.Contains(help.String(), flag) {
			t.Errorf("run has no flag %s", flag)
		}
	}
}
