package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"sent-import/importer/outcome"
	"sent-import/testdata"
)

// The two documents for users: the introduction and the reference.
const (
	readmeFile    = "../../README.md"
	referenceFile = "README.md"
	mapFile       = "../../importer/README.md" // for whoever changes the engine
)

func textOf(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// commandsOf are the commands of the command line's grammar, by name.
func commandsOf(t *testing.T) map[string]*kong.Node {
	t.Helper()
	parser, err := kong.New(&cli{}, kong.Vars{"version": ""})
	if err != nil {
		t.Fatal(err)
	}
	commands := make(map[string]*kong.Node)
	for _, node := range parser.Model.Children {
		commands[node.Name] = node
	}
	return commands
}

// TestReferenceNamesEveryFlag compares the reference with the command line's
// grammar, both ways: commands, the flags of run with their defaults, and
// variables. The simulator's own flags are in its --help alone. What the README
// names has to exist as well.
func TestReferenceNamesEveryFlag(t *testing.T) {
	text := textOf(t, referenceFile)
	known := map[string]bool{"help": true, "version": true}
	variables := map[string]bool{}
	for _, flag := range modelOf(t).Flags {
		known[flag.Name], variables[variable(flag)] = true, true
		referenceHasFlag(t, text, flag)
	}
	for name, command := range commandsOf(t) {
		if !strings.Contains(text, "`sent-import "+name) {
			t.Errorf("the reference does not name the command `sent-import %s`", name)
		}
		for _, flag := range command.Flags {
			known[flag.Name], variables[variable(flag)] = true, true
			if name == "run" {
				referenceHasFlag(t, text, flag)
			}
		}
	}
	both := textOf(t, readmeFile) + text
	for _, m := range regexp.MustCompile(`--([a-z][a-z-]*)`).FindAllStringSubmatch(both, -1) {
		if !known[m[1]] {
			t.Errorf("the README or the reference names --%s, which no command has", m[1])
		}
	}
	for _, name := range regexp.MustCompile(`SENT_IMPORT_[A-Z_]*[A-Z]`).FindAllString(both, -1) {
		if !variables[name] {
			t.Errorf("the README or the reference names the variable %s, which no flag has", name)
		}
	}
	for _, name := range []string{"SENT_DM_API_KEY", "SENT_API_KEY", "SENT_DM_BASE_URL", "SENT_BASE_URL", "`SENT_IMPORT_`", "SENT_IMPORT_STATE", "XDG_STATE_HOME"} {
		if !strings.Contains(text, name) {
			t.Errorf("the reference does not name %s", name)
		}
	}
}

// TestVariablesMeanOneThing: a variable means the same to every command that reads it.
func TestVariablesMeanOneThing(t *testing.T) {
	types := make(map[string]map[string][]string) // variable → type → commands
	for name, command := range commandsOf(t) {
		for _, flag := range command.Flags {
			if v := variable(flag); v != "" {
				if types[v] == nil {
					types[v] = make(map[string][]string)
				}
				kind := flag.Target.Type().String() + " " + flag.Enum
				types[v][kind] = append(types[v][kind], name)
			}
		}
	}
	for v, kinds := range types {
		if len(kinds) > 1 {
			t.Errorf("%s is read in different ways: %v", v, kinds)
		}
	}
}

// referenceHasFlag fails the test unless a row of a table begins with the flag and has
// its default.
func referenceHasFlag(t *testing.T, text string, flag *kong.Flag) {
	t.Helper()
	if flag.Name == "help" || flag.Name == "version" {
		return
	}
	row := regexp.MustCompile("(?m)^\\| `--" + regexp.QuoteMeta(flag.Name) + "[ `].*$").FindString(text)
	if row == "" {
		t.Errorf("the reference has no row for --%s (| `--%s …` | default | … |)", flag.Name, flag.Name)
		return
	}
	if flag.HasDefault && !strings.Contains(row, "`"+flag.Default+"`") {
		t.Errorf("the reference's row for --%s does not have its default `%s`: %s", flag.Name, flag.Default, row)
	}
}

// TestReferenceNamesEveryExitCode compares the reference's table with the codes.
func TestReferenceNamesEveryExitCode(t *testing.T) {
	_, section, ok := strings.Cut(textOf(t, referenceFile), "\n## Exit codes\n")
	if !ok {
		t.Fatal("the reference has no section ## Exit codes")
	}
	section, _, _ = strings.Cut(section, "\n#")
	var got []string
	for _, m := range regexp.MustCompile(`(?m)^\| ([0-9][0-9, ]*) \|`).FindAllStringSubmatch(section, -1) {
		got = append(got, strings.Split(m[1], ", ")...)
	}
	var want []string
	for _, code := range []int{exitOK, exitFailed, exitUsage, exitRowsLeft, exitStopped, exitLocked, exitInterrupted + 1, exitInterrupted + 2, exitInterrupted + 15} {
		want = append(want, fmt.Sprint(code))
	}
	if !slices.Equal(got, want) {
		t.Errorf("the reference's exit codes: got %q, want %q", got, want)
	}
}

// TestReferenceNamesEveryReason wants each reason in the row of its status.
func TestReferenceNamesEveryReason(t *testing.T) {
	text := textOf(t, referenceFile)
	for _, reason := range outcome.Reasons() {
		row := regexp.MustCompile("(?m)^\\| `" + string(reason.Status()) + "` \\|.*$").FindString(text)
		if !strings.Contains(row, "`"+string(reason)+"`") {
			t.Errorf("the reference does not have %s in the row of %s", reason, reason.Status())
		}
	}
}

// TestMapNamesWhatExists looks for the files and the tests that the map names.
func TestMapNamesWhatExists(t *testing.T) {
	var files []string
	var tests strings.Builder
	err := filepath.WalkDir("../..", func(file string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(file, ".go") {
			return err
		}
		files = append(files, filepath.ToSlash(file))
		if strings.HasSuffix(file, "_test.go") {
			tests.WriteString(textOf(t, file))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	text := textOf(t, mapFile)
	for _, m := range regexp.MustCompile("`([a-z_/-]+\\.go)`").FindAllStringSubmatch(text, -1) {
		if !slices.ContainsFunc(files, func(file string) bool { return strings.HasSuffix(file, "/"+m[1]) }) {
			t.Errorf("the map names the file %s, which does not exist", m[1])
		}
	}
	for _, name := range regexp.MustCompile(`\b(Test|Fuzz)[A-Z]\w+`).FindAllString(text, -1) {
		if !strings.Contains(tests.String(), "func "+name+"(") {
			t.Errorf("the map names %s, which does not exist", name)
		}
	}
}

// TestReadmeStaysShort keeps the README to what a user needs: the details have
// the reference.
func TestReadmeStaysShort(t *testing.T) {
	if lines := strings.Count(textOf(t, readmeFile), "\n"); lines > 150 {
		t.Errorf("the README has %d lines, want 150 at most", lines)
	}
}

// TestLinksLeadSomewhere follows the links of the documents within the
// project: to files, to directories, and to headings.
func TestLinksLeadSomewhere(t *testing.T) {
	for _, file := range []string{readmeFile, referenceFile, mapFile} {
		for _, m := range regexp.MustCompile(`\]\(([^):]+)\)`).FindAllStringSubmatch(textOf(t, file), -1) {
			name, heading, _ := strings.Cut(m[1], "#")
			target := file
			if name != "" {
				target = filepath.Join(filepath.Dir(file), name)
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s has a link: %v", file, err)
			} else if heading != "" && !slices.Contains(anchors(textOf(t, target)), heading) {
				t.Errorf("%s links to %s, which %s does not have", file, m[1], target)
			}
		}
	}
}

// anchors are the links that GitHub makes from the headings of a document.
func anchors(text string) (all []string) {
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(text, -1) {
		words := regexp.MustCompile(`[^a-z0-9 -]`).ReplaceAllString(strings.ToLower(m[1]), "")
		all = append(all, strings.ReplaceAll(words, " ", "-"))
	}
	return all
}

// TestTranscripts runs the commands of the console blocks of both documents,
// those of a document in order and in one directory that holds the sample as
// contacts.csv, with the simulator in the API's place and without a limit of the
// rate. What a command prints on stdout has to be what the document shows; what
// the command writes to stderr is left out there. Compared without what differs
// from run to run and from machine to machine: see transcript.comparable.
func TestTranscripts(t *testing.T) {
	for _, file := range []string{readmeFile, referenceFile} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			tr := transcript{t: t, dir: t.TempDir(), ids: make(map[string]string)}
			tr.url = startSimulator(t, "--rate-limit=-1", "--latency", "0s").url
			if err := os.WriteFile(filepath.Join(tr.dir, "contacts.csv"), testdata.Contacts, 0o600); err != nil {
				t.Fatal(err)
			}
			blocks := regexp.MustCompile("(?ms)^```console\n(.*?)^```$").FindAllStringSubmatch(textOf(t, file), -1)
			if len(blocks) == 0 {
				t.Fatal("there is no console block")
			}
			for _, block := range blocks {
				for _, entry := range strings.Split("\n"+block[1], "\n$ ")[1:] {
					command, want, _ := strings.Cut(entry, "\n")
					tr.check(command, strings.TrimRight(want, "\n"))
				}
			}
		})
	}
}

// transcript is a session of a document that is played again.
type transcript struct {
	t        *testing.T
	dir, url string
	ids      map[string]string // job id in the document → the one of this session
}

// check runs one command and compares what it prints.
func (tr *transcript) check(command, want string) {
	tr.t.Helper()
	words := strings.Fields(command)
	if len(words) < 2 || words[0] != "sent-import" || strings.ContainsAny(command, `|<>'"$&;`) {
		tr.t.Fatalf("console blocks may hold plain sent-import commands only, not: %s", command)
	}
	for i, word := range words {
		for shown, real := range tr.ids {
			if len(word) >= 4 && strings.HasPrefix(shown, word) {
				words[i] = real[:len(word)]
			}
		}
	}
	cmd := program(tr.t, words[1:]...)
	cmd.Dir = tr.dir
	cmd.Env = append(cmd.Env, "HOME="+tr.dir, "SENT_DM_BASE_URL="+tr.url, "SENT_IMPORT_RATE=unlimited")
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != exitRowsLeft) {
		tr.t.Fatalf("%s: %v: %s", command, err, said.String())
	}
	got := strings.TrimRight(string(out), "\n")
	tr.learn(got, want)
	if got, want := tr.comparable(got), tr.comparable(want); got != want {
		tr.t.Errorf("$ %s\ngot\n%s\n\nthe document shows\n%s", command, got, want)
	}
}

var jobID = regexp.MustCompile(`\b[0-9a-f]{20}\b`)

// learn pairs the job ids that were printed with those that are shown.
func (tr *transcript) learn(got, want string) {
	real := jobID.FindAllString(got, -1)
	for i, shown := range jobID.FindAllString(want, -1) {
		if i < len(real) {
			tr.ids[shown] = real[i]
		}
	}
}

// comparable replaces what differs each time: job ids, dates, the time that
// something took, and the directory that paths begin with.
func (tr *transcript) comparable(text string) string {
	text = strings.ReplaceAll(text, tr.dir+"/", "")
	text = jobID.ReplaceAllString(text, "JOB")
	text = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`).ReplaceAllString(text, "DATE")
	return regexp.MustCompile(`\b[0-9.]+ (s|min|h|d)\b( [0-9]+ (s|min|h)\b)?`).ReplaceAllString(text, "TIME")
}

// TestReferenceNamesEveryCause: why a run stopped early, in summary.json.
func TestReferenceNamesEveryCause(t *testing.T) {
	_, row, _ := strings.Cut(textOf(t, referenceFile), "\n| `stopped` | ")
	row, _, _ = strings.Cut(row, "\n")
	causes := regexp.MustCompile(`StopCause = ("\w+")`).FindAllStringSubmatch(textOf(t, "../../importer/stop.go"), -1)
	if len(causes) < 9 {
		t.Fatalf("got the causes %q", causes)
	}
	for _, cause := range causes {
		if !strings.Contains(row, "`"+strings.Trim(cause[1], `"`)+"`") {
			t.Errorf("%s is not in the reference: %s", cause[1], row)
		}
	}
}
