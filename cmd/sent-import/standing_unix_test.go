//go:build unix

package main

import (
	"bufio"
	"net/http"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// A run that is asked where it is says so in one line, also with --quiet, and goes on.
func TestSignalAsksWhereItIs(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t, "--rate-limit=-1", "--latency", "1h")
	file, _ := writeNumbers(t, 3)
	cmd := program(t, "run", file, "--base-url", sim.url, "--rate", "unlimited", "--existing", "off", "--quiet", "--state", t.TempDir())
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // killed
	}()
	response, err := http.Get(sim.url + "/_simulator/wait?requests=1")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	lines := bufio.NewReader(said)
	for range 2 {
		if err := cmd.Process.Signal(syscall.SIGUSR1); err != nil {
			t.Fatal(err)
		}
		if line, err := lines.ReadString('\n'); err != nil || strings.TrimSpace(line) != "asking for the account and its contacts" {
			t.Errorf("got %q, %v", line, err)
		}
	}
}

// The version tells its commit and its date where they are known, and Go's version.
func TestVersionTellsWhatItWasBuiltFrom(t *testing.T) {
	if got := versionText(); !regexp.MustCompile(`^\S+ \((commit [0-9a-f]+( with changes)?, )?(\d{4}-\d\d-\d\dT\S+, )?go1\.\S+ \w+/\w+\)$`).MatchString(got) {
		t.Errorf("got %q", got)
	}
}
