package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"sent-import/importer/simulator"
	"sent-import/importer/testenv"
)

// TestMain makes the test binary act as the program when it is called sent-import, the
// name that it has in the PATH of the tests: they run, kill and interrupt a real
// process.
func TestMain(m *testing.M) {
	if strings.HasSuffix(os.Args[0], ".test") { // and not the program
		testenv.UseMemory()
		testenv.CollectSeldom()
	}
	// The tests mostly wait for processes.
	if err := flag.Set("test.parallel", "8"); err != nil { // -parallel still decides
		panic(err)
	}
	if os.Getenv("GORACE") == "" { // a binary with the race detector sleeps a second at each exit
		if err := os.Setenv("GORACE", "atexit_sleep_ms=0"); err != nil {
			panic(err)
		}
	}
	testscript.Main(m, map[string]func(){"sent-import": main, "peak-memory": peakMemory, "bounded-heap": boundedHeap})
}

// plainProgram returns the directory of a program without the race detector, which it
// builds once. A process with the detector takes five times the processor time, most of it
// before main, so most tests of what the command prints and writes have one without. What
// signals, kills and the screen have to do with goroutines is tested with it (see watched),
// and so is the engine, in its own tests.
var plainProgram = sync.OnceValues(func() (string, error) {
	bin, err := exec.LookPath("sent-import")
	if err != nil {
		return "", err
	}
	dir := filepath.Join(filepath.Dir(bin), "plain") // removed with the programs of testscript
	cmd := exec.Command("go", "build", "-o", filepath.Join(dir, "sent-import"), ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w: %s", err, out)
	}
	return dir, nil
})

// program prepares the program as another process, without the variables of this
// process that it would read, and without the race detector.
func program(tb testing.TB, args ...string) *exec.Cmd {
	tb.Helper()
	cmd := watched(tb, args...)
	if !testenv.Race {
		return cmd
	}
	dir, err := plainProgram()
	if err != nil {
		tb.Fatal(err)
	}
	cmd.Path = filepath.Join(dir, "sent-import")
	cmd.Env = append(cmd.Env, "PATH="+dir+string(filepath.ListSeparator)+os.Getenv("PATH"))
	return cmd
}

// watched is program with the race detector, if this process has it.
func watched(tb testing.TB, args ...string) *exec.Cmd {
	tb.Helper()
	cmd := exec.Command("sent-import", args...)
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "SENT_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, "SENT_DM_API_KEY=test", "XDG_CONFIG_HOME=/nonexistent") // not the settings of whoever runs the tests
	if _, measured := tb.(*testing.B); !measured {
		cmd.Env = append(cmd.Env, testenv.GOGC())
	}
	return cmd
}

// asUsersHaveIt has the program collect as it does by itself: its memory is measured.
func asUsersHaveIt(cmd *exec.Cmd) { cmd.Env = append(cmd.Env, "GOGC=") }

// simulation is a sent-import simulate.
type simulation struct {
	tb  testing.TB
	url string
}

// startSimulator starts one on a free port, until the test ends. It is in this process,
// since another one costs more than what most tests ask it; in a process of its own where
// what it takes is none of the test's: in a benchmark, and with the race detector, which
// is off there.
func startSimulator(tb testing.TB, flags ...string) simulation {
	tb.Helper()
	if _, measured := tb.(*testing.B); measured || testenv.Race {
		return startSimulatorProcess(tb, flags...)
	}
	ctx, stop := context.WithCancel(context.Background())
	out, in := io.Pipe()
	var errs strings.Builder
	var serving sync.WaitGroup
	serving.Go(func() {
		defer in.Close() //nolint:errcheck // it returns none
		execute(&app{ctx: ctx, leave: ctx, args: simulate(flags), getenv: noSettings, stdin: strings.NewReader(""), stdout: in, stderr: &errs})
	})
	tb.Cleanup(func() {
		stop()
		serving.Wait()
	})
	return listening(tb, out, &errs)
}

// startSimulatorProcess is startSimulator, always in a process of its own.
func startSimulatorProcess(tb testing.TB, flags ...string) simulation {
	tb.Helper()
	cmd := program(tb, simulate(flags)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	var errs strings.Builder
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // killed
	})
	return listening(tb, out, &errs)
}

// simulate is the command line of a simulator on a free port.
func simulate(flags []string) []string {
	return append([]string{"simulate", "--listen", "127.0.0.1:0"}, flags...)
}

// noSettings is an environment without any, and without the configuration file of whoever
// runs the tests.
func noSettings(name string) string {
	return map[string]string{"XDG_CONFIG_HOME": "/nonexistent"}[name]
}

// listening reads where a simulator listens.
func listening(tb testing.TB, out io.Reader, errs fmt.Stringer) simulation {
	tb.Helper()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		tb.Fatalf("the simulator did not start: %v: %s", err, errs)
	}
	_, url, ok := strings.Cut(strings.TrimSpace(line), "listens on ")
	if !ok {
		tb.Fatalf("the simulator says %q", line)
	}
	return simulation{tb, url}
}

func (s simulation) get(path string, into any) {
	s.tb.Helper()
	response, err := http.Get(s.url + path)
	if err != nil {
		s.tb.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		s.tb.Fatal(err)
	}
}

func (s simulation) truth() (truth simulator.Truth) {
	s.tb.Helper()
	s.get("/_simulator/truth", &truth)
	return truth
}

func (s simulation) stats() (stats simulator.Stats) {
	s.tb.Helper()
	s.get("/_simulator/stats", &stats)
	return stats
}

// writeNumbers writes a list of n contacts with different numbers.
func writeNumbers(tb testing.TB, n int) (file string, numbers []string) {
	tb.Helper()
	var b strings.Builder
	b.WriteString("name,phone\n")
	for i := range n {
		number := fmt.Sprintf("+1%d%03d%04d", []int{212, 312, 415, 206, 617, 646}[i/10000%6], 200+i/60000, i%10000)
		numbers = append(numbers, number)
		fmt.Fprintf(&b, "contact %d,%s\n", i, number)
	}
	file = filepath.Join(tb.TempDir(), "contacts.csv")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		tb.Fatal(err)
	}
	return file, numbers
}

// bareLoop posts the numbers as fast as it can, with another key, for comparison. It
// checks the status only.
func bareLoop(b *testing.B, url, key string, numbers []string) {
	b.Helper()
	const workers = 32
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: workers}}
	defer client.CloseIdleConnections()
	queue := make(chan string, workers) // closed below
	var pool sync.WaitGroup
	for range workers {
		pool.Go(func() {
			for number := range queue {
				request, err := http.NewRequest(http.MethodPost, url+"/v3/contacts",
					strings.NewReader(`{"phone_number":"`+number+`","sandbox":false}`))
				if err != nil {
					b.Error(err)
					return
				}
				request.Header.Set("x-api-key", key)
				request.Header.Set("Content-Type", "application/json")
				response, err := client.Do(request)
				if err != nil {
					b.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, response.Body)
				_ = response.Body.Close()
				if response.StatusCode != http.StatusCreated {
					b.Errorf("status %d", response.StatusCode)
				}
			}
		})
	}
	for _, number := range numbers {
		queue <- number
	}
	close(queue)
	pool.Wait()
}
