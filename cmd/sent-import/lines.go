package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/alecthomas/kong"

	"sent-import/report"
)

// lines writes the JSON lines of a command to stdout: see "JSON" in the reference, and
// testdata/lines.schema.json. Its methods may be called from several goroutines. Without
// --json it writes nothing.
type lines struct {
	w io.Writer

	mu    sync.Mutex        // guards what follows
	on    bool              // --json was given
	job   string            // "" until it is known
	run   int               // number of the job's run
	lost  error             // why the first line of them that could not be written was lost; nil: none was
	say   func(lost error)  // told of that once, also for several files; nil: nobody is
	ended bool              // the result has been written: what fails after that is no other one
	done  []json.RawMessage // the summaries and errors, also where no lines are wanted
}

// lineHead is what every line begins with.
type lineHead struct {
	Schema int       `json:"schema"`
	Type   string    `json:"type"`
	Time   time.Time `json:"time"`
	Job    string    `json:"job"`
	Run    int       `json:"run"`
}

// summaryHead is what a summary has before its own fields, which are those of summary.json.
type summaryHead struct {
	Type string    `json:"type"`
	Time time.Time `json:"time"`
}

func newLines(w io.Writer) *lines { return &lines{w: w} }

// enabled reports whether lines are wanted.
func (l *lines) enabled() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.on
}

// enable says that lines are wanted.
func (l *lines) enable() *lines {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.on = true
	return l
}

// begin says that the lines from now on are about a job that is not known yet.
func (l *lines) begin() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.job, l.run, l.lost, l.ended = "", 0, nil, false
}

// about says which job the lines from now on are about.
func (l *lines) about(job string, run int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.job, l.run = job, run
}

// write writes a line of the kind with the fields of v.
func (l *lines) write(kind string, v any) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.on {
		return nil
	}
	return l.line(kind, v)
}

// whenLost has say told of the first line that can't be written. The command goes on then:
// to create contacts is not a thing to be left half done since nobody looks on.
func (l *lines) whenLost(say func(lost error)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.say == nil { // else it is the next one of several files
		var once sync.Once
		l.say = func(lost error) { once.Do(func() { say(lost) }) }
	}
}

// line writes a line. l.mu is held.
func (l *lines) line(kind string, v any) error {
	var b bytes.Buffer
	if err := report.Line(&b, lineHead{report.Schema, kind, stamp(time.Now()), l.job, l.run}, v); err != nil {
		return err
	}
	return l.put(b.Bytes())
}

// put writes the text of a line. l.mu is held.
func (l *lines) put(line []byte) error {
	_, err := l.w.Write(line)
	if err != nil && l.lost == nil {
		l.lost = err
		if l.say != nil {
			l.say(err)
		}
	}
	return err
}

// notice writes what a person should know. After the result, which is the last line, it
// writes nothing.
func (l *lines) notice(text string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.on || l.ended {
		return nil
	}
	return l.line("notice", jsonNotice{text})
}

// result writes the line of the kind with which a command ends that has no summary.
func (l *lines) result(kind string, v any) error {
	l.end()
	return l.write(kind, v)
}

// summary keeps the summary of a job's report, and writes it if lines are wanted.
func (l *lines) summary(s report.Summary) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.finish(joinedLine(summaryHead{"summary", stamp(time.Now())}, s))
}

// finish keeps a result, and writes it if lines are wanted. The error is also that of a line
// before it that is missing.
func (l *lines) finish(line []byte) error {
	l.ended, l.done = true, append(l.done, bytes.TrimSpace(line))
	if !l.on {
		return nil
	}
	lost := l.lost
	if err := l.put(line); err != nil || lost == nil {
		return err
	}
	return fmt.Errorf("JSON lines before it are missing: %w", lost)
}

// results are the summaries and errors so far, one for each file.
func (l *lines) results() []json.RawMessage {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.done)
}

// end says that the command's result has been written.
func (l *lines) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
}

// jsonNotice is something that a person should know.
type jsonNotice struct {
	Text string `json:"text"`
}

// jsonError is the result of a command that has no other.
type jsonError struct {
	ExitCode int    `json:"exit_code"`
	Message  string `json:"message"`
}

// fail does the same with an error, unless there is a result already.
func (l *lines) fail(code int, message string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.ended {
		head := lineHead{report.Schema, "error", stamp(time.Now()), l.job, l.run}
		_ = l.finish(joinedLine(head, jsonError{code, maskNumbers(message)})) // there is no other place to say it
	}
}

// joinedLine is a JSON line with the fields of the parts.
func joinedLine(parts ...any) []byte {
	var b bytes.Buffer
	if err := report.Line(&b, parts...); err != nil {
		panic("sent-import: " + err.Error()) // they are structs of ours
	}
	return b.Bytes()
}

// stamp is the time of a line: RFC 3339 in UTC, to the millisecond.
func stamp(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// jsonFlags are the flags that ask for JSON lines, by their names.
var jsonFlags = [...]string{"json", "json-rows"}

// linesAsked are lines that are wanted if the arguments or the environment ask for them.
func linesAsked(w io.Writer, args []string, getenv func(string) string) *lines {
	l := newLines(w)
	if asksForLines(args, getenv) {
		l.enable()
	}
	return l
}

// asksForLines reports whether the arguments or the environment ask for JSON lines, where
// the command line is not understood.
func asksForLines(args []string, getenv func(string) string) bool {
	if i := slices.Index(args, "--"); i >= 0 {
		args = args[:i]
	}
	for _, name := range jsonFlags {
		variable := variablePrefix + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
		if slices.Contains(args, "--"+name) || slices.Contains(args, "--"+name+"=true") || isTrue(getenv(variable)) {
			return true
		}
	}
	return false
}

// isTrue reports whether the value of a variable means yes, as the command line's parser
// reads it.
func isTrue(value string) bool {
	yes, err := strconv.ParseBool(value)
	return err == nil && yes || strings.EqualFold(value, "yes")
}

// wantsLines reports whether the command that was given is to print JSON lines.
func wantsLines(ctx *kong.Context) bool {
	for _, flag := range ctx.Selected().Flags {
		if yes, ok := ctx.FlagValue(flag).(bool); ok && yes && slices.Contains(jsonFlags[:], flag.Name) {
			return true
		}
	}
	return false
}
