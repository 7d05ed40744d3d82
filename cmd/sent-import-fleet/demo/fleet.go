package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// fleet is the workers, and what they have to work with.
type fleet struct {
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
	fmt.Printf("%d accounts, each with a list of %d numbers and a limit of %d requests a minute; %d workers.\n", accounts, rows, perMinute, workers)
	var imports []string
	for n := range accounts {
		said, err := f.call("enqueue", "--key-ref", account(n), f.list(n))
		if err != nil {
			return err
		}
		number, _, _ := strings.Cut(strings.TrimPrefix(said, "import "), ":")
		imports = append(imports, number)
	}
	for n := range workers {
		if err := f.start(worker(n)); err != nil {
			return err
		}
	}
	victim := worker(0)
	if err := until("the workers begin", func() bool { all, its := f.api.total(victim); return all > accounts*rows/4 && its > 0 }); err != nil {
		return err
	}
	status, err := f.call("status")
	if err != nil {
		return err
	}
	fmt.Printf("\n%s\nKilling %s (kill -9).\n", status, victim)
	killed := time.Now()
	if err := f.running[0].Process.Kill(); err != nil {
		return err
	}
	for _, number := range imports {
		if err := until("import "+number+" ends", func() bool { return f.done(number) }); err != nil {
			return err
		}
	}
	fmt.Printf("All imports have ended, %s after that.\n\n", time.Since(killed).Round(time.Second))
	return f.table(imports)
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

func (f *fleet) command(args ...string) *exec.Cmd {
	cmd := exec.Command(f.program, args...)
	cmd.Env, cmd.Stderr = f.environment, os.Stderr
	return cmd
}

// call runs the program to its end, and returns its output.
func (f *fleet) call(args ...string) (string, error) {
	out, err := f.command(args...).Output()
	if err != nil {
		return string(out), fmt.Errorf("%s: %w", strings.Join(args, " "), err)
	}
	return string(out), nil
}

func (f *fleet) start(name string) error {
	cmd := f.command("work", "--name", name, "--keys-dir", filepath.Join(f.dir, "keys", name), "--slots", "2", "--slice", "15s")
	f.running = append(f.running, cmd)
	return cmd.Start()
}

// end ends what still runs.
func (f *fleet) end() {
	for _, cmd := range f.running {
		if cmd.Process != nil {
			_ = cmd.Process.Signal(os.Interrupt) // it may have ended
			_ = cmd.Wait()
		}
	}
}

// done reports whether an import has ended.
func (f *fleet) done(number string) bool {
	said, err := f.call("status", number, "--json")
	return err == nil && !strings.Contains(said, `"state":"open"`)
}

func until(what string, condition func() bool) error {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); time.Now().Before(end); <-tick.C {
		if condition() {
			return nil
		}
	}
	return fmt.Errorf("%s: not within %s", what, patience)
}

// table shows what happened. Its error says that the promise was not kept.
func (f *fleet) table(imports []string) error {
	t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	head := []string{"ACCOUNT", "CONTACTS", "TWICE", "REPORT"}
	for w := range workers {
		head = append(head, "BY "+strings.ToUpper(worker(w)))
	}
	fmt.Fprintln(t, strings.Join(append(head, "LONGEST WAIT"), "\t"))
	truth := f.api.sim.Truth()
	wrong := 0
	for n, number := range imports {
		contacts, twice := len(truth.ByPhone(account(n), "")), 0
		for _, c := range truth.Contacts {
			if c.Account == account(n) && c.Commits > 1 {
				twice++
			}
		}
		created, err := f.created(number)
		if err != nil {
			return err
		}
		line := []string{account(n), strconv.Itoa(contacts), strconv.Itoa(twice), fmt.Sprintf("%d created", created)}
		for w := range workers {
			line = append(line, strconv.Itoa(f.api.sent[account(n)][worker(w)]))
		}
		fmt.Fprintln(t, strings.Join(append(line, f.api.gap[account(n)].Round(100*time.Millisecond).String()), "\t"))
		if contacts != rows || twice > 0 || created != rows {
			wrong++
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if wrong > 0 {
		return errors.New("the accounts do not hold what the reports say")
	}
	fmt.Printf("\nEvery number is in its account once, and the reports say so. (BY: requests, look-ups and retries among them.)\n")
	return nil
}

// created is how many rows the report of an import calls created.
func (f *fleet) created(number string) (int, error) {
	to := filepath.Join(f.dir, "out", number)
	if _, err := f.call("report", number, "--to", to); err != nil {
		return 0, err
	}
	text, err := os.ReadFile(filepath.Join(to, "report.csv"))
	return strings.Count(string(text), ",created,created,"), err
}
