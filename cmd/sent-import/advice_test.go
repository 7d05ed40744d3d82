package main

import (
	"errors"
	"strings"
	"testing"

	"sent-import/importer"
)

// An error of the engine gets the flag that helps.
func TestErrorsNameTheirFlag(t *testing.T) {
	for want, err := range map[string]error{
		importer.ErrNoStateDir.Error() + ". Give a directory with --state": importer.ErrNoStateDir,
		"broken": errors.New("broken"),
	} {
		if got := withFlag(err.Error(), err); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	usage := &importer.UsageError{Option: "no-header", PhoneColumns: "2,3", Message: "no"}
	if got := usageText(usage); !strings.HasPrefix(got, "no. If the file has no header, use --no-header --phone-column 2,3; if ") {
		t.Errorf("got %q, want the flags for a file without a header", got)
	}
}

// The engine names the option that helps, and the command adds its flag.
func TestStopNamesItsFlag(t *testing.T) {
	var help strings.Builder
	if code := run([]string{"run", "--help"}, func(string) string { return "" }, strings.NewReader(""), &help, &help); code != exitOK {
		t.Fatalf("got exit code %d", code)
	}
	for option, flag := range map[string]string{"fresh": "--fresh", "sandbox": "--sandbox", "": ""} {
		s := &importer.Stop{Cause: importer.StopCall, Message: "why", Option: option}
		want := strings.TrimSuffix("why ("+flag+")", " ()")
		if got := stopped(s).text; got != "stopped: "+want || stopOf(s).Message != want {
			t.Errorf("got %q and %q, want %q", got, stopOf(s).Message, want)
		}
		if !strings.Contains(help.String(), flag) {
			t.Errorf("run has no flag %s", flag)
		}
	}
}
