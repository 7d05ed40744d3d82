package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"sent-import/importer/testenv"
	"sent-import/report"
	"sent-import/testdata"
)

// sampleRows is how many rows the sample file has.
const sampleRows = 506

// TestKilledTwice kills an import of the sample twice, so that it can't clean up,
// and runs the same command to its end. Some answers are lost. In the end the report
// counts every row, and each valid number is in the account exactly once.
func TestKilledTwice(t *testing.T) {
	t.Parallel()
	sim := startSimulatorProcess(t, "--rate-limit=-1", "--latency", "20ms", "--seed", "3",
		"--existing", "+14155550101,+639051234033,+62812345222",
		"--faults", "seed=11,500-after@post:3%,reset-after@post:2%,503-before@post:2%")
	dir := t.TempDir()
	file := filepath.Join(dir, "contacts.csv")
	if err := os.WriteFile(file, testdata.Contacts, 0o600); err != nil {
		t.Fatal(err)
	}
	again := func() *exec.Cmd {
		return watched(t, "run", file, "--base-url", sim.url, "--rate", "unlimited", "--concurrency", "8",
			"--state", filepath.Join(dir, "state"), "--report", filepath.Join(dir, "report"))
	}
	for _, after := range []int{60, 200} {
		killAfter(t, again(), sim, after)
	}
	out, err := again().CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitRowsLeft {
		t.Fatalf("got %v, want exit code %d:\n%s", err, exitRowsLeft, out)
	}
	mustAgree(t, filepath.Join(dir, "report"), sampleRows, sim)
	everyNumberOnce(t, filepath.Join(dir, "report"), sim)
}

// killAfter starts the program and kills it when the simulator has received so
// many requests.
func killAfter(t *testing.T, cmd *exec.Cmd, sim simulation, requests int) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	response, err := http.Get(sim.url + "/_simulator/wait?requests=" + strconv.Itoa(requests))
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed
	if cmd.ProcessState.Exited() {
		t.Fatalf("the import ended with %d before it could be killed", cmd.ProcessState.ExitCode())
	}
}

// everyNumberOnce fails the test unless every number of the report that is
// valid is on the simulator, and no request created one twice.
func everyNumberOnce(t *testing.T, dir string, sim simulation) {
	t.Helper()
	rows, err := readTable(filepath.Join(dir, report.ReportName))
	if err != nil {
		t.Fatal(err)
	}
	holds := sim.truth().ByPhone("acct", "")
	valid := 0
	for _, row := range rows.rows {
		if row["phone"] == "" {
			continue
		}
		valid++
		if contact, there := holds[row["phone"]]; !there || contact.Commits > 1 {
			t.Errorf("line %s: on the simulator %t, created by %d requests", row["line"], there, contact.Commits)
		}
	}
	if want := 472 + 11; valid != want {
		t.Errorf("got %d rows with a valid number, want %d", valid, want)
	}
}

// No room for the ledger, during the plan and later: a clear error, exit code 1,
// nothing is lost, and the same command continues when there is room.
func TestNoRoomForTheLedger(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t, "--rate-limit=-1", "--latency", "1ms")
	file, numbers := writeNumbers(t, testenv.Size(4000, 2000))
	dir := t.TempDir()
	args := []string{"run", file, "--rate", "unlimited", "--quiet", "--base-url", sim.url,
		"--state", filepath.Join(dir, "state"), "--report", filepath.Join(dir, "report")}
	failed := 0
	for _, blocks := range []int{200, 750, 1300} { // of 512 bytes or 1 KiB, as the shell has it
		cmd := watched(t, args...)
		limited := exec.Command("sh", append([]string{"-c", fmt.Sprintf(`ulimit -f %d; exec "$@"`, blocks), "sh"}, cmd.Args...)...)
		limited.Args[4] = cmd.Path
		limited.Env = cmd.Env
		out, err := limited.CombinedOutput()
		if err == nil {
			continue // there was enough room
		}
		failed++
		if code := limited.ProcessState.ExitCode(); code != exitFailed {
			t.Fatalf("at %d blocks: exit code %d: %s", blocks, code, out)
		}
		if text := string(out); !strings.Contains(text, "run the same command again") && !strings.Contains(text, "run sent-import report") {
			t.Errorf("at %d blocks: the error does not say what to do: %s", blocks, text)
		}
	}
	if failed == 0 {
		t.Error("there was always room: the test tests nothing")
	}
	if out, err := program(t, args...).CombinedOutput(); err != nil {
		t.Fatalf("with room: %v: %s", err, out)
	}
	holds := sim.truth().ByPhone("acct", "")
	for _, number := range numbers {
		if c, ok := holds[number]; !ok || c.Commits != 1 {
			t.Fatalf("%s: on the server %t, commits %d", number, ok, c.Commits)
		}
	}
	for _, row := range readReport(t, filepath.Join(dir, "report", "report.csv")) {
		if why := contradicts(row, holds[row["phone"]], true); why != "" {
			t.Fatalf("line %s: %s", row["line"], why)
		}
	}
}
