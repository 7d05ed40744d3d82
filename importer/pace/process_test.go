package pace

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"
)

// sharerFile is the variable that makes the test's program a process which
// sends at 6,000 a minute until it is killed, and writes a line for each request.
const sharerFile = "PACE_TEST_SHARER"

func TestMain(m *testing.M) {
	if file := os.Getenv(sharerFile); file != "" {
		l := New(Options{Shared: file})
		for l.Wait(context.Background()) == nil {
			l.Observe(Observation{Limit: 6000})
			fmt.Println(os.Getpid())
		}
	}
	os.Exit(m.Run())
}

// process starts another process on the file and returns its lines.
func process(t *testing.T, file string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), sharerFile+"="+file)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

func read(t *testing.T, lines *bufio.Scanner, n int) {
	t.Helper()
	for i := range n {
		if !lines.Scan() {
			t.Fatalf("the process ended after %d lines, want %d: %v", i, n, lines.Err())
		}
	}
}

// Two real processes share one budget, and when one is killed the other goes on.
func TestProcessesShareOneBudget(t *testing.T) {
	file := poolFile(t)
	began := time.Now()
	one, linesOfOne := process(t, file)
	two, linesOfTwo := process(t, file)
	read(t, linesOfOne, 40)
	read(t, linesOfTwo, 40)
	if err := one.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = one.Wait() // killed
	read(t, linesOfTwo, 20)
	if err := two.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = two.Wait() // killed
	// 100 requests at 97.5 a second, less the burst. Two that do not share need 620 ms.
	if took, least := time.Since(began), 950*time.Millisecond; took < least {
		t.Errorf("100 requests of both took %v, want at least %v", took, least)
	}
}
