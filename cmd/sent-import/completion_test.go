package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// complete has bash complete a command line, and returns the words that it offers.
func complete(t *testing.T, script, state string, words ...string) []string {
	t.Helper()
	line := fmt.Sprintf("source %s\nCOMP_WORDS=(%s)\nCOMP_CWORD=%d\n_sent_import\nprintf '%%s\\n' \"${COMPREPLY[@]}\"", script, strings.Join(words, " "), len(words)-1)
	bash := exec.Command("bash", "--norc", "-c", line)
	bash.Env = append(program(t).Env, "SENT_IMPORT_STATE="+state)
	out, err := bash.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(out))
}

func TestBashCompletes(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	state := filepath.Join(t.TempDir(), "state")
	sim := startSimulator(t, "--rate-limit=-1", "--latency", "0s")
	s.write("list.csv", "phone\n+14155550101\n")
	s.run(0, "run", "list.csv", "--base-url", sim.url, "--state", state)
	job := s.job("list.report")
	script, err := program(t, "completion", "bash").Output()
	if err != nil {
		t.Fatal(err)
	}
	s.write("script", string(script))
	file := filepath.Join(s.dir, "script")
	commands := commandNames(modelOf(t))
	for _, tt := range []struct {
		words []string
		want  []string
	}{
		{[]string{"sent-import", "ru"}, []string{"run"}},
		{[]string{"sent-import", "''"}, commands},
		{[]string{"sent-import", "run", "--opt-out-"}, []string{"--opt-out-column"}},
		{[]string{"sent-import", "run", "--numbers", "''"}, []string{"auto", "international", "national"}},
		{[]string{"sent-import", "run", "--numbers", "=", "n"}, []string{"national"}},
		{[]string{"sent-import", "run", "--numbers", "="}, []string{"auto", "international", "national"}},
		{[]string{"sent-import", "check", "--opt-out", "s"}, []string{"skip"}},
		{[]string{"sent-import", "run", "--existing", "o"}, []string{"off"}},
		{[]string{"sent-import", "--config", "x", "run", "--dry"}, []string{"--dry-run"}},
		{[]string{"sent-import", "run", "list.csv", "--phone-column", "--"}, nil},
		{[]string{"sent-import", "run", "--account", "lis"}, nil},
		{[]string{"sent-import", "run", "lis"}, nil}, // bash's own completion of files follows
		{[]string{"sent-import", "report", job[:3]}, []string{job}},
		{[]string{"sent-import", "verify", "''"}, []string{job}},
		{[]string{"sent-import", "completion", "f"}, []string{"fish"}},
	} {
		if got := complete(t, file, state, tt.words...); !slices.Equal(got, tt.want) {
			t.Errorf("%q: got %q, want %q", tt.words, got, tt.want)
		}
	}
}

// TestEveryTextHasEveryFlag: help, manual page, completion, reference and configuration
// file are made of one list, or held against it.
func TestEveryTextHasEveryFlag(t *testing.T) {
	model := modelOf(t)
	var man bytes.Buffer
	if err := manPage(&man, model); err != nil {
		t.Fatal(err)
	}
	sections := regexp.MustCompile(`(?m)^\.SS "sent\\-import (.*)"$`).FindAllStringSubmatch(man.String(), -1)
	if len(sections) != len(model.Children) {
		t.Errorf("the manual page has %d commands, want %d", len(sections), len(model.Children))
	}
	texts := map[string]string{"manual page": strings.ReplaceAll(man.String(), `\-`, "-")}
	for shell, write := range map[string]func(*bytes.Buffer, *kong.Application) error{
		"bash": func(b *bytes.Buffer, m *kong.Application) error { return bashCompletion(b, m) },
		"zsh":  func(b *bytes.Buffer, m *kong.Application) error { return zshCompletion(b, m) },
		"fish": func(b *bytes.Buffer, m *kong.Application) error { return fishCompletion(b, m) },
	} {
		var b bytes.Buffer
		if err := write(&b, model); err != nil {
			t.Fatal(err)
		}
		texts[shell] = b.String()
	}
	names := namesOf(model)
	for _, command := range model.Children {
		help, _ := newShell(t).run(0, command.Name, "--help")
		for _, flag := range allFlags(model, command) {
			for name, text := range texts {
				word := "--" + flag.Name
				if name == "fish" {
					word = "-l " + flag.Name
				}
				if !regexp.MustCompile(regexp.QuoteMeta(word) + `\b`).MatchString(text) {
					t.Errorf("%s does not have --%s of %s", name, flag.Name, command.Name)
				}
			}
			if flag.Name != "version" && !strings.Contains(help, "--"+flag.Name) {
				t.Errorf("the help of %s does not have --%s", command.Name, flag.Name)
			}
			if key := configKey(flag); key != "" && inFile(flag) && !slices.Contains(names.flags, key) {
				t.Errorf("the configuration file can't hold %s", key)
			}
		}
	}
}

// The manual page is ASCII, and no line of its text is taken for a request.
func TestManualPageIsPlain(t *testing.T) {
	var man bytes.Buffer
	if err := manPage(&man, modelOf(t)); err != nil {
		t.Fatal(err)
	}
	known := regexp.MustCompile(`^\.(TH|SH|SS|PP|TP|RS|RE|nf|fi|br)\b`)
	for line := range strings.Lines(man.String()) {
		if strings.ContainsFunc(line, func(r rune) bool { return r > 126 }) || line[0] == '\'' || line[0] == '.' && !known.MatchString(line) {
			t.Errorf("got the line %q", line)
		}
	}
	if got, want := roffText(".x '\\ a-b…"), `\&.x '\(rs a\-b\[u2026]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
