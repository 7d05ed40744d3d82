package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// fleet is the workers, and what they have to work with.
type fleet struct {
	ctx          context.Context // ends when the demo is interrupted
	program, dir string
	environment  []string
	api          *api
	running      []*exec.Cmd
}

// patience is how long the demo waits for anything.
const patience = 3 * time.Minute

// show goes through the demo.
func (f *fleet) show() error {
	if _, err := f.call("migrate"); err != nil {
		return err
	}
	fmt.Printf("%d accounts, each with %d numbers and a limit of %d requests a minute; %d workers\nwith %d slots each.\n\n", accounts, rows, perMinute, workers, slots)
	imports, err := f.enqueue()
	if err != nil {
		return err
	}
	for n := range workers {
		if err := f.start(worker(n)); err != nil {
			return err
		}
	}
	if err := f.until("the workers begin", func() bool { return f.api.created() > accounts*rows/4 }); err != nil {
		return err
	}
	victim, err := f.kill()
	if err != nil {
		return err
	}
	for _, number := range imports {
		if err := f.until("import "+number+" ends", func() bool { return f.done(number) }); err != nil {
			return err
		}
	}
	f.end()
	fmt.Print("\nAll imports have ended. What happened:\n\n")
	return f.table(imports, victim)
}

// enqueue enqueues a list for each account, and returns the numbers of the imports.
func (f *fleet) enqueue() (imports []string, err error) {
	for n := range accounts {
		said, err := f.call("enqueue", "--key-ref", account(n), f.list(n))
		if err != nil {
			return nil, err
		}
		number, _, _ := strings.Cut(strings.TrimPrefix(said, "import "), ":")
		imports = append(imports, number)
	}
	return imports, nil
}

// kill shows the status, and kills the worker that has the most accounts.
func (f *fleet) kill() (victim string, err error) {
	text, err := f.call("status")
	if err != nil {
		return "", err
	}
	holds, err := f.holds()
	if err != nil {
		return "", err
	}
	n := 0
	for w := range workers {
		if len(holds[worker(w)]) > len(holds[worker(n)]) {
			n = w
		}
	}
	victim = worker(n)
	fmt.Printf("\n$ sent-import-fleet status\n%s\nKilling %s (kill -9), which works on %s.\n\n", text, victim, strings.Join(holds[victim], ", "))
	now := time.Now()
	for _, account := range holds[victim] {
		f.api.kill(account, victim, now)
	}
	return victim, f.running[n].Process.Kill()
}

// holds is which accounts each worker has.
func (f *fleet) holds() (map[string][]string, error) {
	text, err := f.call("status", "--json")
	if err != nil {
		return nil, err
	}
	var status struct {
		Pools []struct {
			KeyRef string `json:"key_ref"`
			Holder string `json:"holder"`
		} `json:"pools"`
	}
	if err := json.Unmarshal([]byte(text), &status); err != nil {
		return nil, err
	}
	holds := make(map[string][]string)
	for _, p := range status.Pools {
		holds[p.Holder] = append(holds[p.Holder], p.KeyRef)
	}
	return holds, nil
}

// list makes the list of an account.
func (f *fleet) list(n int) string {
	var b strings.Builder
	b.WriteString("name,phone\n")
	for i := range rows {
		fmt.Fprintf(&b, "Person %d,%s\n", i, phone(i))
	}
	path := filepath.Join(f.dir, "lists", account(n)+".csv")
	if err := write(path, b.String()); err != nil {
		panic("demo: " + err.Error()) // the directory is ours, and new
	}
	return path
}

func phone(n int) string { return fmt.Sprintf("+1212%07d", 2_000_000+n) }

// call runs the program to its end, and returns its output.
func (f *fleet) call(args ...string) (string, error) {
	cmd := exec.CommandContext(f.ctx, f.program, args...)
	cmd.Env, cmd.Stderr = f.environment, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return string(out), fmt.Errorf("%s: %w", strings.Join(args, " "), err)
	}
	return string(out), nil
}

func (f *fleet) start(name string) error {
	cmd := exec.Command(f.program, "work", "--name", name, "--keys-dir", filepath.Join(f.dir, "keys", name), "--slots", strconv.Itoa(slots))
	cmd.Env, cmd.Stderr = f.environment, &named{name: name, to: os.Stdout}
	f.running = append(f.running, cmd)
	return cmd.Start()
}

// named writes the lines of a worker with its name.
type named struct {
	name string
	to   io.Writer
	rest []byte // of a line that is not whole
}

// Write is io.Writer's.
func (n *named) Write(text []byte) (int, error) {
	lines := bytes.SplitAfter(append(n.rest, text...), []byte("\n"))
	n.rest = lines[len(lines)-1]
	for _, line := range lines[:len(lines)-1] {
		if _, err := fmt.Fprintf(n.to, "%s: %s", n.name, line); err != nil {
			return 0, err
		}
	}
	return len(text), nil
}

// end ends what still runs.
func (f *fleet) end() {
	for _, cmd := range f.running {
		if cmd.Process != nil {
			_ = cmd.Process.Signal(os.Interrupt) // it may have ended
		}
	}
	for _, cmd := range f.running {
		if cmd.Process != nil {
			_ = cmd.Wait()
		}
	}
	f.running = nil
}

// done reports whether an import has ended.
func (f *fleet) done(number string) bool {
	said, err := f.call("status", number, "--json")
	return err == nil && !strings.Contains(said, `"state":"open"`)
}

func (f *fleet) until(what string, condition func() bool) error {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	limit, cancel := context.WithTimeout(f.ctx, patience)
	defer cancel()
	for !condition() {
		select {
		case <-tick.C:
		case <-limit.Done():
			return fmt.Errorf("%s: not within %s", what, patience)
		}
	}
	return nil
}
