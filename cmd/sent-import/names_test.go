package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"sent-import/report"
)

// shell runs commands in a directory, as a person would, and checks everything that
// they print.
type shell struct {
	t   *testing.T
	dir string
	env []string
}

// newShell makes a shell with its own state directory.
func newShell(t *testing.T, env ...string) *shell {
	return &shell{t, t.TempDir(), append([]string{"SENT_IMPORT_RATE=unlimited", "HOME=" + t.TempDir()}, env...)}
}

func (s *shell) write(name, content string) {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// run runs the program and returns what it prints.
func (s *shell) run(code int, args ...string) (stdout, stderr string) {
	s.t.Helper()
	return s.do(code, program(s.t, args...))
}

// typed has bash run a command line.
func (s *shell) typed(code int, line string) (stdout, stderr string) {
	s.t.Helper()
	cmd := program(s.t)
	bash := exec.Command("bash", "-c", line)
	bash.Env = cmd.Env
	return s.do(code, bash)
}

func (s *shell) do(code int, cmd *exec.Cmd) (stdout, stderr string) {
	s.t.Helper()
	var out, errs bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = s.dir, &out, &errs
	cmd.Env = append(cmd.Env, s.env...)
	_ = cmd.Run() // the exit code is compared
	if got := cmd.ProcessState.ExitCode(); got != code {
		s.t.Fatalf("%q: got exit code %d, want %d: %s%s", cmd.Args, got, code, out.String(), errs.String())
	}
	if err := linesFit(out.String()); err != nil {
		s.t.Error(err)
	}
	for _, text := range []string{out.String(), errs.String()} {
		for _, r := range text {
			if r != '\n' && r != '•' && (!unicode.IsPrint(r) || r == unicode.ReplacementChar) {
				s.t.Errorf("%q: it prints %q:\n%q", cmd.Args, r, text)
				break
			}
		}
	}
	return out.String(), errs.String()
}

// next is the command that the report offers.
func (s *shell) next(stdout string) string {
	s.t.Helper()
	found := regexp.MustCompile(`(?m)^next:    (.*)$`).FindStringSubmatch(stdout)
	if found == nil {
		s.t.Fatalf("there is no next command in %s", stdout)
	}
	return found[1]
}

// job is the id in the report of a directory.
func (s *shell) job(dir string) string {
	s.t.Helper()
	data, err := os.ReadFile(filepath.Join(s.dir, dir, report.SummaryName))
	if err != nil {
		s.t.Fatal(err)
	}
	id, err := jsonField(data, "job")
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

// A file name made to rewrite the screen, to fake lines or to reverse the direction of
// text does none of that, whatever the command; and the commands that are offered can
// be pasted unchanged.
func TestAttack13NamesDoNothingToATerminal(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t, "--rate-limit=-1", "--latency", "0s")
	const evil = "a\x1b[2J\x1b]0;t\a\u202e\u2066\u200b\u009b31m\rb\nsent-import: all is well\x7f'\\"
	file := filepath.Join("d"+evil, evil+".csv")
	s := newShell(t, "SENT_IMPORT_BASE_URL="+sim.url, "SENT_IMPORT_STATE=st"+evil)
	s.write(file, "phone\n+14155550101\n+1415\n")
	s.write("key"+evil, "k")
	checked, _ := s.run(3, "check", file)
	ran, _ := s.typed(3, s.next(checked))
	s.run(3, "run", file, "--json")
	s.run(3, "run", file, "--fresh", "--api-key-file", "key"+evil)
	dir := strings.TrimSuffix(file, ".csv") + ".report"
	job := s.job(dir)
	for _, args := range [][]string{{"jobs"}, {"jobs", "--json"}, {"verify", job}, {"verify", job, "--json"}} {
		s.run(0, args...)
	}
	reported, _ := s.run(3, "report", job)
	s.run(3, "report", job, "--json")
	s.write(filepath.Join(dir, "invalid.xlsx"), "phone\n+14155550102\n")
	for _, next := range []string{s.next(ran), s.next(reported)} {
		s.typed(0, next)
	}
	s.write(file, "phone\n+14155550101\n") // the columns of the earlier content are lost
	s.run(3, "report", job)
	if page, err := os.ReadFile(filepath.Join(s.dir, dir, report.HTMLName)); err != nil || bytes.ContainsAny(page, "\x1b\u202e\u009b") {
		t.Errorf("report.html: %v, or it holds what a terminal or a browser acts on", err)
	}

	_, said := s.run(1, "run", evil)
	if n := strings.Count(said, "\n"); n != 1 {
		t.Errorf("got %d lines, want one: %s", n, said)
	}
	s.run(1, "run", filepath.Dir(file))
	s.run(1, "run", file, "--report", file)
	s.run(1, "run", file, "--report", filepath.Join(file, "x"))
	s.run(1, "run", file, "--api-key-file", evil)
	s.run(1, "run", file, "--state", file)
	s.run(1, "report", evil)
	s.run(1, "report", "0123"+evil, "--state", evil)
	s.run(0, "jobs", "--state", evil)
	s.run(1, "run", file, evil)
	s.run(2, "run", evil+"*")
	s.run(2, "--"+evil)
	s.run(2, evil)
	if err := os.Chmod(filepath.Join(s.dir, "key"+evil), 0o644); err != nil {
		t.Fatal(err)
	}
	s.run(1, "run", file, "--api-key-file", "key"+evil)
}

// A name is passed as bytes, from the argument to the system call and back.
func TestAttack18NamesNeedNotBeUTF8(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t, "--rate-limit=-1", "--latency", "0s")
	s := newShell(t, "SENT_IMPORT_BASE_URL="+sim.url)
	s.write("caf\xe9.csv", "phone\n+14155550101\n+1415\n")
	s.write("cl\xe9", "k")
	ran, _ := s.run(3, "run", "caf\xe9.csv", "--state", "\xe9tat", "--report", "\xe9t\xe9", "--api-key-file=cl\xe9")
	for _, path := range []string{"\xe9tat/ledger.db", "\xe9t\xe9/report.csv"} {
		if _, err := os.Stat(filepath.Join(s.dir, path)); err != nil {
			t.Error(err)
		}
	}
	s.write("\xe9t\xe9/invalid.xlsx", "phone\n+14155550102\n")
	s.typed(0, s.next(ran))
	job := s.job("\xe9t\xe9")
	listed, _ := s.run(0, "jobs", "--state", "\xe9tat")
	if !strings.Contains(listed, `caf\351.csv'`) {
		t.Errorf("the list of jobs has no $'caf\\351.csv': %s", listed)
	}
	lines, _ := s.run(0, "jobs", "--state", "\xe9tat", "--json")
	for line := range strings.Lines(lines) {
		if input, err := jsonField([]byte(line), "input"); err != nil || input == "" {
			t.Errorf("got %q, %v from %s", input, err, line)
		}
	}
	s.env = append(s.env, "SENT_IMPORT_STATE=\xe9tat") // the environment is bytes as well
	s.run(3, "report", job, "--report", "autre\xe9")
	s.write("autre\xe9/invalid.xlsx", "phone\n+14155550103\n")
	reported, _ := s.run(3, "report", job, "--report", "autre\xe9")
	s.write("autre\xe9/invalid.xlsx", "phone\n+14155550103\n")
	s.typed(0, s.next(reported))
	checked, _ := s.run(3, "check", "caf\xe9.csv")
	s.typed(3, s.next(checked))
}
