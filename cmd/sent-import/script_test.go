package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"sent-import/importer/simulator"
	"sent-import/importer/testenv"
	"sent-import/testdata"
)

// testKey is the API key of the scripts. No output and no file of ours may hold it.
const testKey = "sk_test_2f8Qw7ZkXv"

// TestScripts runs the program as people do: each script gives it files, and
// looks at the exit code, at what it prints and at the report's files.
//
// A script starts in a directory of its own, with the sample as contacts.csv,
// an API key and no limit of the rate in the environment, and beside
// testscript's commands it has those of scriptCommands.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("..", "..", "testdata", "script"), RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: setUpScript, Cmds: scriptCommands(),
	})
}

// withGoroutines are the scripts that are about what goroutines of one process do at the
// same time: with the race detector these alone run a watched program.
var withGoroutines = []string{
	"check", "concurrency", "demo", "exit_4_max_duration", "exit_4_outage", "exit_5", "interrupt", "json", "opt_out", "sandbox",
	"stdin", "terminate", "verify", "workbook",
}

// useProgram has a script run the program with the detector or without it.
func useProgram(env *testscript.Env, name string) error {
	if !testenv.Race || slices.Contains(withGoroutines, name) {
		return nil
	}
	dir, err := plainProgram()
	env.Setenv("PATH", dir+string(filepath.ListSeparator)+env.Getenv("PATH"))
	return err
}

// scriptState is what the commands of one script share.
type scriptState struct {
	tb       testing.TB
	said     bytes.Buffer // all that the program has printed
	signaled *exec.Cmd    // by the last signal
	relays   map[string]*atomic.Pointer[url.URL]
}

type stateKey struct{}

func setUpScript(env *testscript.Env) error {
	tb, ok := env.T().(testing.TB)
	if !ok {
		return errors.New("testscript.Run gives a testing.TB, as it says")
	}
	env.Values[stateKey{}] = &scriptState{tb: tb, relays: make(map[string]*atomic.Pointer[url.URL])}
	gogc, percent, _ := strings.Cut(testenv.GOGC(), "=")
	env.Setenv(gogc, percent)
	env.Setenv("HOME", filepath.Join(env.WorkDir, "home"))
	env.Setenv("SENT_DM_API_KEY", testKey)
	env.Setenv("SENT_BASE_URL", "http://127.0.0.1:1") // nobody listens: a script without a simulator must not reach the API
	env.Setenv("SENT_IMPORT_OUTAGE", "20s")           // so that it ends soon
	env.Setenv("SENT_IMPORT_RATE", "unlimited")
	name := strings.TrimPrefix(filepath.Base(env.WorkDir), "script-")
	return errors.Join(useProgram(env, name), os.WriteFile(filepath.Join(env.WorkDir, "contacts.csv"), testdata.Contacts, 0o600), copyBooks(env.WorkDir))
}

// copyBooks gives a script the workbooks that other programs have written, since its own
// files are text.
func copyBooks(dir string) error {
	books := filepath.Join(dir, "books")
	return os.CopyFS(books, os.DirFS("../../importer/workbook/testdata"))
}

// command is one command of the scripts. Its error fails the script.
type command func(s *scriptState, ts *testscript.TestScript, args []string) error

// scriptCommands are the commands that scripts have beside testscript's.
func scriptCommands() map[string]func(*testscript.TestScript, bool, []string) {
	commands := make(map[string]func(*testscript.TestScript, bool, []string))
	for _, c := range []struct {
		usage string // the name, and what has to follow it
		do    command
	}{
		{"exits CODE PROGRAM ARG…", exits},
		{"signal INT|TERM|KILL", sendSignal},
		{"exited CODE", exited},
		{"unsaid TEXT…", unsaid},
		{"simulator NAME FLAG…", startScriptSimulator},
		{"relay NAME URL", relay},
		{"get URL", get},
		{"await URL REQUESTS", await},
		{"stats URL FIELD VALUE…", stats},
		{"agrees DIR URL ROWS", agrees},
		{"csvcol FILE COLUMN VALUE…", csvColumn},
		{"samerows FILE FILE COLUMN…", sameRows},
		{"samedecisions FILE FILE", sameDecisions},
		{"empty DIR", empty},
		{"jsonfield FILE PATH VALUE…", jsonFields},
		{"jsonenv NAME FILE PATH", jsonEnv},
		{"jsonlines FILE TYPE…", jsonLines},
		{"rowsagree FILE REPORT", rowsAgree},
		{"private PATH…", private},
		{"nowhere TEXT PATH…", nowhere},
	} {
		words := strings.Fields(c.usage)
		commands[words[0]] = func(ts *testscript.TestScript, neg bool, args []string) {
			least := len(words) - 1
			if strings.HasSuffix(c.usage, "…") {
				least--
			}
			if neg || len(args) < least {
				ts.Fatalf("usage: %s", c.usage)
			}
			ts.Check(c.do(ts.Value(stateKey{}).(*scriptState), ts, args))
		}
	}
	return commands
}

// exits runs a program to its end and compares the exit code.
func exits(s *scriptState, ts *testscript.TestScript, args []string) error {
	code := 0
	var exit *exec.ExitError
	err := ts.Exec(args[1], args[2:]...)
	if errors.As(err, &exit) {
		code, err = exit.ExitCode(), nil
	}
	s.said.WriteString(ts.ReadFile("stdout") + ts.ReadFile("stderr"))
	if err = errors.Join(err, linesFit(ts.ReadFile("stdout")), summariesFit(ts.MkAbs("."))); err != nil {
		return err
	}
	return sameCode(code, args[0])
}

func sameCode(got int, want string) error {
	if strconv.Itoa(got) != want {
		return fmt.Errorf("got exit code %d, want %s", got, want)
	}
	return nil
}

// sendSignal sends a signal to the program that was put into the background
// last; testscript's kill does not know TERM.
func sendSignal(s *scriptState, ts *testscript.TestScript, args []string) error {
	sig, ok := map[string]syscall.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "KILL": syscall.SIGKILL}[args[0]]
	background := ts.BackgroundCmds()
	if !ok || len(background) == 0 {
		return errors.New("give INT, TERM or KILL, and a program in the background")
	}
	s.signaled = background[len(background)-1]
	return s.signaled.Process.Signal(sig)
}

// exited compares the exit code of the program that was signaled, after wait.
func exited(s *scriptState, ts *testscript.TestScript, args []string) error {
	s.said.WriteString(ts.ReadFile("stdout") + ts.ReadFile("stderr"))
	if err := linesFit(ts.ReadFile("stdout")); err != nil {
		return err
	}
	return sameCode(s.signaled.ProcessState.ExitCode(), args[0])
}

// unsaid looks for texts in all that exits and exited have seen so far.
func unsaid(s *scriptState, _ *testscript.TestScript, args []string) error {
	if s.said.Len() == 0 {
		return errors.New("nothing was said at all")
	}
	for _, text := range args {
		if bytes.Contains(s.said.Bytes(), []byte(text)) {
			return fmt.Errorf("the program has printed %q", text)
		}
	}
	return nil
}

// startScriptSimulator starts a simulator in another process and puts its URL
// into the variable. It has no limit and no latency unless the flags say so.
func startScriptSimulator(s *scriptState, ts *testscript.TestScript, args []string) error {
	flags := []string{"--rate-limit=-1", "--latency=0s"}
	for _, arg := range args[1:] {
		if file, ok := strings.CutPrefix(arg, "@"); ok {
			arg = "@" + ts.MkAbs(file)
		}
		flags = append(flags, arg)
	}
	ts.Setenv(args[0], startSimulator(s.tb, flags...).url)
	return nil
}

// relay puts a URL into the variable that leads to another one, and when it is
// used again with the name, to yet another: the same service, changed behind
// its name.
func relay(s *scriptState, ts *testscript.TestScript, args []string) error {
	target, err := url.Parse(args[1])
	if err != nil {
		return err
	}
	if known := s.relays[args[0]]; known != nil {
		known.Store(target)
		return nil
	}
	to := new(atomic.Pointer[url.URL])
	to.Store(target)
	s.relays[args[0]] = to
	server := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to.Load()) },
	})
	s.tb.Cleanup(server.Close)
	ts.Setenv(args[0], server.URL)
	return nil
}

// patience is how long a request of a script may take before the script fails.
const patience = time.Minute

func fetch(address string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	return io.ReadAll(response.Body)
}

// get prints what is at a URL.
func get(_ *scriptState, ts *testscript.TestScript, args []string) error {
	data, err := fetch(args[0])
	if err == nil {
		_, err = ts.Stdout().Write(data)
	}
	return err
}

// await returns when the simulator has received so many requests.
func await(_ *scriptState, _ *testscript.TestScript, args []string) error {
	_, err := fetch(args[0] + "/_simulator/wait?requests=" + args[1])
	return err
}

// stats compares some of the simulator's counters.
func stats(_ *scriptState, _ *testscript.TestScript, args []string) error {
	data, err := fetch(args[0] + "/_simulator/stats")
	if err != nil {
		return err
	}
	return compareFields(data, args[1:])
}

// agrees compares a report with the simulator, row by row.
func agrees(_ *scriptState, ts *testscript.TestScript, args []string) error {
	rows, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	data, err := fetch(args[1] + "/_simulator/truth")
	if err != nil {
		return err
	}
	var truth simulator.Truth
	if err := json.Unmarshal(data, &truth); err != nil {
		return err
	}
	wrong, err := disagreement(ts.MkAbs(args[0]), rows, truth)
	if err == nil && len(wrong) > 0 {
		err = fmt.Errorf("report and simulator disagree:\n%s", strings.Join(wrong, "\n"))
	}
	return err
}

// csvColumn compares all cells of a column.
func csvColumn(_ *scriptState, ts *testscript.TestScript, args []string) error {
	t, err := readTable(ts.MkAbs(args[0]))
	if err != nil {
		return err
	}
	if !slices.Contains(t.header, args[1]) {
		return fmt.Errorf("%s has the columns %q", args[0], t.header)
	}
	got := make([]string, 0, len(t.rows))
	for _, row := range t.rows {
		got = append(got, row[args[1]])
	}
	if want := args[2:]; !slices.Equal(got, want) {
		return fmt.Errorf("%s: %s: got %q, want %q", args[0], args[1], got, want)
	}
	return nil
}

// sameRows compares two CSV files apart from some columns.
func sameRows(_ *scriptState, ts *testscript.TestScript, args []string) error {
	var both [2]table
	for i := range both {
		var err error
		if both[i], err = readTable(ts.MkAbs(args[i])); err != nil {
			return err
		}
		for _, row := range both[i].rows {
			for _, column := range args[2:] {
				delete(row, column)
			}
		}
	}
	if !slices.Equal(both[0].header, both[1].header) || len(both[0].rows) != len(both[1].rows) {
		return fmt.Errorf("%s has the columns %q and %d rows, %s %q and %d",
			args[0], both[0].header, len(both[0].rows), args[1], both[1].header, len(both[1].rows))
	}
	for i, row := range both[0].rows {
		if a, b := fmt.Sprint(row), fmt.Sprint(both[1].rows[i]); a != b {
			return fmt.Errorf("row %d:\n%s\n%s", i+1, a, b)
		}
	}
	return nil
}

// sameDecisions compares two reports in the rows that one of them has decided
// without the API: the invalid ones and those that repeat an earlier row.
func sameDecisions(_ *scriptState, ts *testscript.TestScript, args []string) error {
	a, err := readTable(ts.MkAbs(args[0]))
	if err != nil {
		return err
	}
	b, err := readTable(ts.MkAbs(args[1]))
	if err != nil {
		return err
	}
	if len(a.rows) != len(b.rows) {
		return fmt.Errorf("%s has %d rows, %s %d", args[0], len(a.rows), args[1], len(b.rows))
	}
	for i := range a.rows {
		for _, column := range []string{"line", "input", "phone", "status", "reason", "duplicate_of_line", "message"} {
			decided := a.rows[i]["status"] == "invalid" || a.rows[i]["reason"] == "in_file" ||
				b.rows[i]["status"] == "invalid" || b.rows[i]["reason"] == "in_file"
			if decided && a.rows[i][column] != b.rows[i][column] {
				return fmt.Errorf("row %d: %s: %q and %q", i+1, column, a.rows[i][column], b.rows[i][column])
			}
		}
	}
	return nil
}

// empty fails if there is anything in the directory.
func empty(_ *scriptState, ts *testscript.TestScript, args []string) error {
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	if err == nil && len(entries) > 0 {
		err = fmt.Errorf("%s holds %v", args[0], entries)
	}
	return err
}

// jsonFields compares fields of a JSON file: each PATH, as in counts.created
// or files.0.name, has to have the VALUE after it.
func jsonFields(_ *scriptState, ts *testscript.TestScript, args []string) error {
	return compareFields([]byte(ts.ReadFile(args[0])), args[1:])
}

func compareFields(data []byte, pairs []string) error {
	for pair := range slices.Chunk(pairs, 2) {
		got, err := jsonField(data, pair[0])
		if err != nil {
			return err
		}
		if got != pair[len(pair)-1] {
			return fmt.Errorf("%s: got %q, want %q", pair[0], got, pair[len(pair)-1])
		}
	}
	return nil
}

// jsonField is the value at a path, as text. A field that is not there is "".
func jsonField(data []byte, path string) (string, error) {
	var v any
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(&v); err != nil {
		return "", fmt.Errorf("%w in %q", err, data)
	}
	for name := range strings.SplitSeq(path, ".") {
		switch in := v.(type) {
		case map[string]any:
			v = in[name]
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i >= len(in) {
				return "", fmt.Errorf("%s: a list of %d has no %s", path, len(in), name)
			}
			v = in[i]
		default:
			return "", fmt.Errorf("%s: %v has no fields", path, v)
		}
	}
	if v == nil {
		return "", nil
	}
	return fmt.Sprint(v), nil
}

// jsonEnv puts a field of a JSON file into a variable.
func jsonEnv(_ *scriptState, ts *testscript.TestScript, args []string) error {
	value, err := jsonField([]byte(ts.ReadFile(args[1])), args[2])
	if err == nil && value == "" {
		err = fmt.Errorf("%s has no %s", args[1], args[2])
	}
	ts.Setenv(args[0], value)
	return err
}

// jsonLines compares the types of the lines of a file, each of which must be
// JSON.
func jsonLines(_ *scriptState, ts *testscript.TestScript, args []string) error {
	var types []string
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		kind, err := jsonField([]byte(line), "type")
		if err != nil {
			return err
		}
		types = append(types, kind)
	}
	if want := args[1:]; !slices.Equal(types, want) {
		return fmt.Errorf("got the types %q, want %q", types, want)
	}
	return nil
}

// rowsAgree fails unless the row lines of a file, each row's last, say what the report says.
func rowsAgree(_ *scriptState, ts *testscript.TestScript, args []string) error {
	said := make(map[string]map[string]any) // by line
	for text := range strings.Lines(ts.ReadFile(args[0])) {
		var line map[string]any
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		if err := decoder.Decode(&line); err != nil {
			return err
		}
		if line["type"] == "row" {
			said[fmt.Sprint(line["line"])] = line
		}
	}
	t, err := readTable(ts.MkAbs(args[1]))
	if err != nil {
		return err
	}
	for _, row := range t.rows {
		line := said[row["line"]]
		for _, column := range []string{"status", "reason", "contact_id", "duplicate_of_line", "http_status", "error_code", "message", "request_id", "attempts", "settled_at"} {
			if got := fmt.Sprint(line[column]); got != row[column] && !(got == "0" && row[column] == "") {
				return fmt.Errorf("line %s: %s: got %q, and %q in the report", row["line"], column, got, row[column])
			}
		}
	}
	if len(t.rows) != len(said) {
		return fmt.Errorf("got lines of %d rows, want %d", len(said), len(t.rows))
	}
	return nil
}

// private fails if anybody but the owner has access to one of the paths or to a file
// below it.
func private(_ *scriptState, ts *testscript.TestScript, args []string) error {
	return below(ts, args, func(path string, entry fs.DirEntry) error {
		info, err := entry.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if entry.IsDir() {
			want = 0o700
		}
		if got := info.Mode().Perm(); got != want {
			return fmt.Errorf("%s: got mode %o, want %o", path, got, want)
		}
		return nil
	})
}

// nowhere fails if one of the files, or one below the directories, holds the
// text.
func nowhere(_ *scriptState, ts *testscript.TestScript, args []string) error {
	return below(ts, args[1:], func(path string, entry fs.DirEntry) error {
		if !entry.Type().IsRegular() {
			return nil
		}
		data, err := os.ReadFile(path)
		if err == nil && bytes.Contains(data, []byte(args[0])) {
			err = fmt.Errorf("%s holds %q", path, args[0])
		}
		return err
	})
}

func below(ts *testscript.TestScript, paths []string, visit func(string, fs.DirEntry) error) error {
	for _, path := range paths {
		err := filepath.WalkDir(ts.MkAbs(path), func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			return visit(path, entry)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
