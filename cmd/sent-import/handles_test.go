package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// limited runs the program with a limit of open files, some of which are inherited
// from the process that started it.
func limited(tb testing.TB, cmd *exec.Cmd, limit, leftOpen int) *exec.Cmd {
	tb.Helper()
	c := exec.Command("sh", append([]string{"-c", fmt.Sprintf(`ulimit -n %d; exec "$@"`, limit), "sh", cmd.Path}, cmd.Args[1:]...)...)
	c.Env = cmd.Env
	for range leftOpen {
		f, err := os.Open(os.DevNull)
		if err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(func() { f.Close() })
		c.ExtraFiles = append(c.ExtraFiles, f)
	}
	return c
}

// With few file handles an import whose rows are all looked up finishes, and so do
// check and verify; with too few all three refuse at the start and say why.
func TestAttack27FewHandles(t *testing.T) {
	t.Parallel()
	const rows = 600
	for _, test := range []struct {
		limit, leftOpen int
		refused         bool
	}{{limit: 64}, {limit: 40}, {limit: 48, leftOpen: 12}, {limit: 24, refused: true}} {
		t.Run(fmt.Sprintf("limit=%d,open=%d", test.limit, test.leftOpen), func(t *testing.T) {
			t.Parallel()
			sim := startSimulator(t, "--rate-limit=-1", "--latency", "3ms", "--idempotency-ttl", "0", "--faults", "attempts=1,500-after@post:60%")
			file, _ := writeNumbers(t, rows)
			state, dir := filepath.Join(t.TempDir(), "state"), filepath.Join(t.TempDir(), "report")
			do := func(args ...string) {
				t.Helper()
				cmd := limited(t, program(t, append(args, "--state", state)...), test.limit, test.leftOpen)
				cmd.Env = append(cmd.Env, "SENT_DM_BASE_URL="+sim.url, "SENT_IMPORT_RATE=unlimited", "SENT_IMPORT_REPORT="+dir)
				out, err := cmd.CombinedOutput()
				switch want := fmt.Sprintf("too many open files would be needed (limit %d)", test.limit); {
				case !test.refused && err != nil:
					t.Fatalf("%v: %v:\n%s", args, err, out)
				case test.refused && (cmd.ProcessState.ExitCode() != exitFailed || !strings.Contains(string(out), want)):
					t.Fatalf("%v: %v, want exit code %d and %q:\n%s", args, err, exitFailed, want, out)
				}
			}
			if test.refused { // make the job that is verified without the limit
				cmd := program(t, "run", file, "--state", state, "--report", dir, "--base-url", sim.url, "--rate", "unlimited")
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Fatalf("%v:\n%s", err, out)
				}
			}
			do("run", file, "--attempts", "1", "--existing", "off", "--concurrency", "200")
			mustAgree(t, dir, rows, sim)
			do("verify", newestJob(t, state))
		})
	}
}

// newestJob is the id of the job that the ledger lists first.
func newestJob(t *testing.T, state string) string {
	t.Helper()
	out, err := program(t, "jobs", "--json", "--state", state).Output()
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(out), "\n")
	id, err := jsonField([]byte(line), "job")
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestCheckWithFewHandles(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{40, 24} {
		file, _ := writeNumbers(t, 500)
		cmd := limited(t, program(t, "check", file), limit, 0)
		out, err := cmd.CombinedOutput()
		refused := strings.Contains(string(out), fmt.Sprintf("too many open files would be needed (limit %d)", limit))
		if refused != (limit == 24) || (err != nil) != refused {
			t.Errorf("limit %d: %v:\n%s", limit, err, out)
		}
	}
}
