package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Only a signal that comes more than a second after the first leaves at once.
func TestSignalsWithinASecondAreOne(t *testing.T) {
	began := time.Now()
	var i interruption
	for _, test := range []struct {
		after          time.Duration
		signal         os.Signal
		begins, leaves bool
	}{
		{0, syscall.SIGTERM, true, false},
		{2 * time.Millisecond, syscall.SIGTERM, false, false},
		{300 * time.Millisecond, syscall.SIGHUP, false, false},
		{time.Second, syscall.SIGINT, false, false},
		{1001 * time.Millisecond, syscall.SIGINT, false, true},
	} {
		begins, leaves := i.take(test.signal, began.Add(test.after))
		if begins != test.begins || leaves != test.leaves {
			t.Errorf("%v after the first: begins %t, leaves %t, want %t, %t", test.after, begins, leaves, test.begins, test.leaves)
		}
	}
	if code := i.first.exitCode(); code != 143 {
		t.Errorf("got exit code %d, want the first signal's, 143", code)
	}
}

func TestWhatASignalIsAnsweredWith(t *testing.T) {
	var wait drain
	const again = ". Once more, after a second, to leave at once."
	if got, want := wait.text(), "stopping"+again; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	wait.nanoseconds.Store(int64(25 * time.Second))
	if got, want := wait.text(), "stopping; waiting up to 25 s for the requests in flight"+again; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	wait.nanoseconds.Store(0)
	if got, want := wait.text(), "stopping"+again; got != want {
		t.Errorf("afterwards: got %q, want %q", got, want)
	}
}

// background is an import of contacts that a test signals.
type background struct {
	t   *testing.T
	cmd *exec.Cmd
	sim simulation
	dir string
	out bytes.Buffer
}

// importInBackground prepares an import of rows contacts into a simulator.
func importInBackground(t *testing.T, rows int, simulate []string, flags ...string) *background {
	t.Helper()
	b := &background{t: t, sim: startSimulator(t, append([]string{"--rate-limit=-1"}, simulate...)...)}
	file, _ := writeNumbers(t, rows)
	b.dir = filepath.Join(filepath.Dir(file), "report")
	b.cmd = watched(t, append([]string{"run", file, "--base-url", b.sim.url, "--rate", "unlimited", "--existing", "off",
		"--state", filepath.Join(filepath.Dir(file), "state"), "--report", b.dir}, flags...)...)
	b.cmd.Stdout, b.cmd.Stderr = &b.out, &b.out
	return b
}

// start starts the import, and returns when it has sent so many requests.
func (b *background) start(requests int) {
	b.t.Helper()
	if err := b.cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	if err := await(nil, nil, []string{b.sim.url, fmt.Sprint(requests)}); err != nil {
		b.t.Fatal(err)
	}
}

// again starts the same command once more.
func (b *background) again() *background {
	b.t.Helper()
	again := &background{t: b.t, cmd: watched(b.t, b.cmd.Args[1:]...), sim: b.sim, dir: b.dir}
	again.cmd.Stdout, again.cmd.Stderr = &again.out, &again.out
	if err := again.cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	return again
}

// signal sends the signals, one right after the other.
func (b *background) signal(signals ...os.Signal) {
	b.t.Helper()
	for _, s := range signals {
		if err := b.cmd.Process.Signal(s); err != nil {
			b.t.Fatal(err)
		}
	}
}

// ended waits for the end of the import, wants the exit code, and a report that
// agrees with the simulator.
func (b *background) ended(code, rows int) {
	b.t.Helper()
	_ = b.cmd.Wait() // the exit code says it
	if got := b.cmd.ProcessState.ExitCode(); got != code {
		b.t.Fatalf("%v: got exit code %d, want %d:\n%s", b.cmd.ProcessState, got, code, b.out.String())
	}
	mustAgree(b.t, b.dir, rows, b.sim)
}

// reasons counts the rows of the report by reason.
func (b *background) reasons() map[string]int {
	b.t.Helper()
	counts := make(map[string]int)
	for _, row := range readReport(b.t, filepath.Join(b.dir, "report.csv")) {
		counts[row["reason"]]++
	}
	return counts
}

// timeout(1) signals the program and then its group: two SIGTERMs within
// milliseconds. All of 24 imports settle and write their report.
func TestAttack20DoubleSignal(t *testing.T) {
	t.Parallel()
	const rows = 800 // more than are sent before the signal comes
	for n := range 24 {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			b := importInBackground(t, rows, []string{"--latency", "50ms"}, "--concurrency", "8")
			b.start(20)
			b.signal(syscall.SIGTERM, syscall.SIGTERM)
			b.ended(143, rows)
			if got := b.reasons(); got["unresolved"] > 0 || got["created"] == 0 || got["not_attempted"] == 0 {
				t.Errorf("got %v, want some rows created, the others not attempted", got)
			}
		})
	}
}

// A closed terminal ends the import as a supervisor's signal does, with a report,
// although nothing can be written to the terminal any more.
func TestAttack20HangUp(t *testing.T) {
	t.Parallel()
	const rows = 2000
	hangups := make(chan os.Signal, 1) // so that the program does not ignore them where the tests run under nohup
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)
	b := importInBackground(t, rows, []string{"--latency", "50ms"}, "--concurrency", "8")
	reader, terminal, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	b.cmd.Stdout, b.cmd.Stderr = terminal, terminal
	b.start(20)
	if err := reader.Close(); err != nil { // each write raises SIGPIPE from now on
		t.Fatal(err)
	}
	b.signal(syscall.SIGHUP)
	b.ended(129, rows)
	if got := b.reasons(); got["unresolved"] > 0 || got["created"] == 0 || got["not_attempted"] == 0 {
		t.Errorf("got %v, want some rows created, the others not attempted", got)
	}
}

// A signal that was ignored when the import started stays ignored: nohup, and the
// background jobs of a script.
func TestAttack20IgnoredSignals(t *testing.T) {
	t.Parallel()
	const rows = 300
	b := importInBackground(t, rows, []string{"--latency", "20ms"}, "--concurrency", "8")
	b.cmd.Args = append([]string{"sh", "-c", `trap '' HUP INT; exec "$@"`, "sh", b.cmd.Path}, b.cmd.Args[1:]...)
	b.cmd.Path = "/bin/sh"
	b.start(20)
	b.signal(syscall.SIGHUP, syscall.SIGINT)
	b.ended(exitOK, rows)
	if got := b.reasons(); got["created"] != rows {
		t.Errorf("got %v, want every row created", got)
	}
}

// A server that hangs: the import ends after --drain with a report in which the
// rows without an answer are in doubt, says so, and the next run settles them.
func TestAttack20Drain(t *testing.T) {
	t.Parallel()
	const rows, before = 40, 10
	b := importInBackground(t, rows, []string{"--latency", "1ms", "--faults", fmt.Sprintf("outage=%d..%d:hang-after", before+1, before+4)},
		"--concurrency", "4", "--drain", "500ms")
	b.start(before + 4)
	b.signal(syscall.SIGTERM)
	signaled := time.Now()
	b.ended(143, rows)
	if took := time.Since(signaled); took < 400*time.Millisecond || took > 30*time.Second {
		t.Errorf("took %v, want half a second, and not the minute that a request may take", took)
	}
	if got := b.reasons(); got["unresolved"] != 4 || got["not_attempted"] == 0 || got["outcome_unknown"] > 0 {
		t.Errorf("got %v, want four rows in doubt, the others created or not attempted", got)
	}
	for _, text := range []string{"waiting up to 1 s for the requests in flight", "Rows that were sent and got no answer: 4"} {
		if !bytes.Contains(b.out.Bytes(), []byte(text)) {
			t.Errorf("it does not say %q:\n%s", text, b.out.String())
		}
	}
	again := b.again()
	again.ended(exitOK, rows)
	if got := again.reasons(); got["created"]+got["recovered"] != rows || got["recovered"] < 4 {
		t.Errorf("the next run: got %v, want every row created, the four recovered", got)
	}
}

// A second signal, more than a second after the first, leaves at once.
func TestSecondSignalLeavesAtOnce(t *testing.T) {
	t.Parallel()
	b := importInBackground(t, 3, []string{"--faults", "outage=3..3:hang-after"}, "--concurrency", "1", "--drain", "10m")
	b.start(3)
	b.signal(syscall.SIGINT)
	var left sync.WaitGroup
	left.Go(func() { _ = b.cmd.Wait() })
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for b.cmd.Process.Signal(syscall.SIGINT) == nil { // until one comes late enough
		<-ticker.C
	}
	left.Wait()
	got := b.cmd.ProcessState.ExitCode()
	if b.cmd.ProcessState.Sys().(syscall.WaitStatus).Signal() == syscall.SIGINT {
		got = 130 // as a shell has it: one more has come when it had left already
	}
	if got != 130 || !bytes.Contains(b.out.Bytes(), []byte("left at once")) {
		t.Errorf("got exit code %d, want 130:\n%s", got, b.out.String())
	}
	b.again().ended(exitOK, 3)
}

// Where nobody reads what jobs prints, the program ends with the exit code of SIGPIPE
// and without a message.
func TestNobodyReads(t *testing.T) {
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	if err := reader.Close(); err != nil {
		t.Fatal(err)
	}
	cmd := watched(t, "jobs", "--state", t.TempDir())
	var errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = writer, io.Writer(&errs)
	_ = cmd.Run() // the exit code says it
	if got, want := cmd.ProcessState.ExitCode(), 128+int(syscall.SIGPIPE); got != want || errs.Len() > 0 {
		t.Errorf("got exit code %d and %q, want %d and nothing", got, errs.String(), want)
	}
}
