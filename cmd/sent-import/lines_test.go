package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/progress"
	"sent-import/report"
)

const (
	schemaFile    = "../../testdata/lines.schema.json"
	summarySchema = "#/$defs/summaryFile" // of summary.json
	postedSchema  = "#/$defs/posted"      // of what is posted to --notify
)

// schemas are those of a line, of summary.json and of what is posted, by their fragments.
var schemas = sync.OnceValues(func() (map[string]*jsonschema.Schema, error) {
	compiled := make(map[string]*jsonschema.Schema)
	compiler := jsonschema.NewCompiler()
	for _, fragment := range []string{"", summarySchema, postedSchema} {
		schema, err := compiler.Compile(schemaFile + fragment)
		if err != nil {
			return nil, err
		}
		compiled[fragment] = schema
	}
	return compiled, nil
})

// fits returns why the text is not what the schema with that fragment says.
func fits(fragment, text string) error {
	known, err := schemas()
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err == nil {
		err = known[fragment].Validate(value)
	}
	if err != nil {
		return fmt.Errorf("%s says no: %w\nto:\n%s", schemaFile, err, text)
	}
	return nil
}

// linesFit returns why one of the JSON lines of an output is none of the contract's.
func linesFit(stdout string) error {
	for line := range strings.Lines(stdout) {
		if !strings.HasPrefix(line, "{") {
			continue
		}
		if err := fits("", line); err != nil {
			return err
		}
	}
	return nil
}

// summariesFit returns why a summary.json in a directory or below is not as the schema says.
func summariesFit(dir string) error {
	found, err := filepath.Glob(filepath.Join(dir, "*", report.SummaryName))
	for _, file := range found {
		text, readErr := os.ReadFile(file)
		if err = errors.Join(err, readErr); err == nil {
			err = fits(summarySchema, string(text))
		}
	}
	return err
}

// oneOfEach prints a line of each kind, with every field that may be left out.
func oneOfEach(t *testing.T) (printed map[string]string) {
	t.Helper()
	now := time.Date(2026, 11, 27, 12, 0, 0, 123456789, time.FixedZone("", 3600))
	moving := progress.Snapshot{
		Phase: progress.Creating, ToSettle: 10, Settled: outcome.Counts{Rows: 4, Created: 4}, PerMinute: 200, RealRate: 150,
		PausedUntil: now.Add(time.Minute), Outage: true, Failure: "no answer",
	}
	stop := &report.Stop{Cause: string(importer.StopOutage), Message: "m"}
	undone := &report.Undo{StartedAt: now.UTC(), FinishedAt: now.UTC()}
	summary := report.Digest{}.Fill(report.Summary{StartedAt: now, FinishedAt: now, ThisRun: report.Run{StartedAt: now, FinishedAt: now}, Stopped: stop, Undo: undone}, report.Files{})
	summary.Reasons[outcome.ReasonCreated] = 1
	summary.Files = append(summary.Files, report.File{})
	limited := newJSONPlan(importer.Plan{PerMinute: 200, Notices: []string{"n"}})
	undo := (&undoCmd{Changed: "keep"}).jsonPlan(importer.UndoPlan{PerMinute: math.Inf(1), Sharers: []importer.UndoSharer{{}}, Remembered: now})
	printed = make(map[string]string)
	for name, v := range map[string]any{
		"plan": limited, "undo plan": undo, "notice": jsonNotice{"n"}, "progress": newJSONProgress(moving, now), "pause": jsonPause{now.UTC(), 1.5, pauseOfAPI},
		"error": jsonError{1, "m"}, "difference": jsonDifference{1, "created", "p"}, "verified": jsonVerified{Stopped: stop, Undo: undone},
		"job": jobLine{State: "open", Created: now.UTC(), Finished: now.UTC(), Damaged: "d"}, "setting": jsonSetting{},
	} {
		var out bytes.Buffer
		kind := strings.TrimPrefix(name, "undo ")
		if err := newLines(&out).enable().write(kind, v); err != nil {
			t.Fatal(err)
		}
		printed[name] = out.String()
	}
	var out bytes.Buffer
	l := newLines(&out).enable()
	l.row(outcome.Row{Line: 2, Outcome: outcome.Outcome{Status: outcome.Created, Reason: outcome.ReasonCreated, SettledAt: now}})
	printed["row"] = out.String()
	out.Reset()
	if err := l.summary(summary); err != nil {
		t.Fatal(err)
	}
	printed["summary"] = out.String()
	return printed
}

// TestLinesFitTheSchema: a line of each kind is as the schema says, and with one field
// more, or one less, anywhere in it, it is not.
func TestLinesFitTheSchema(t *testing.T) {
	optional := []string{"damaged", "started_at", "finished_at", "remembered_until", "created"} // the last is a reason
	for name, line := range oneOfEach(t) {
		t.Run(name, func(t *testing.T) {
			if err := fits("", line); err != nil {
				t.Fatal(err)
			}
			var whole map[string]any
			if err := json.Unmarshal([]byte(line), &whole); err != nil {
				t.Fatal(err)
			}
			objects := objectsIn(whole)
			for _, object := range objects {
				object["a_new_field"] = 1
				refused(t, whole, "a new field")
				delete(object, "a_new_field")
				for _, field := range slices.Collect(maps.Keys(object)) {
					if slices.Contains(optional, field) {
						continue
					}
					value := object[field]
					delete(object, field)
					refused(t, whole, "no "+field)
					object[field] = value
				}
			}
		})
	}
}

func refused(t *testing.T, line any, why string) {
	t.Helper()
	text, err := json.Marshal(line)
	if err != nil {
		t.Fatal(err)
	}
	if fits("", string(text)) == nil {
		t.Errorf("%s: the schema takes %s", why, text)
	}
}

// objectsIn are all objects in a value.
func objectsIn(v any) (found []map[string]any) {
	switch v := v.(type) {
	case map[string]any:
		found = append(found, v)
		for _, inner := range v {
			found = append(found, objectsIn(inner)...)
		}
	case []any:
		for _, inner := range v {
			found = append(found, objectsIn(inner)...)
		}
	}
	return found
}

// TestEachLineHasItsHead: schema, type, time, job and run come once in each line, also in a
// summary.
func TestEachLineHasItsHead(t *testing.T) {
	for name, line := range oneOfEach(t) {
		head := line // without what stands in inner objects
		for inner := regexp.MustCompile(`[{\[][^{}\[\]]*[}\]]`); inner.MatchString(head[1:]) && strings.Count(head, "{") > 1; {
			head = "{" + inner.ReplaceAllString(head[1:], "0")
		}
		for _, field := range []string{`"schema":2`, `"type":"` + strings.TrimPrefix(name, "undo ") + `"`, `"time":"2`, `"job":""`, `"run":0`} {
			if strings.Count(head, field) != 1 {
				t.Errorf("%s: got %s %d times in %s", name, field, strings.Count(head, field), head)
			}
		}
	}
}

// TestReferenceNamesEveryLine: the reference has every kind of line, and every field.
func TestReferenceNamesEveryLine(t *testing.T) {
	text := textOf(t, referenceFile)
	_, text, _ = strings.Cut(text, "\n## JSON\n")
	text, _, _ = strings.Cut(text, "\n## ")
	for name, line := range oneOfEach(t) {
		var whole map[string]any
		if err := json.Unmarshal([]byte(line), &whole); err != nil {
			t.Fatal(err)
		}
		for _, object := range objectsIn(whole) {
			for field := range object {
				if !strings.Contains(text, "`"+field+"`") {
					t.Errorf("the reference does not name %s, of %s", field, name)
				}
			}
		}
		if kind := strings.TrimPrefix(name, "undo "); !strings.Contains(text, "`"+kind+"`") {
			t.Errorf("the reference does not name the type %s", kind)
		}
	}
}

// TestPauseIsToldOnce: the answers of one refusal ask for pauses that end at almost the
// same time; a longer pause, and one after the end of the last, are others.
func TestPauseIsToldOnce(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	at := func(seconds float64) time.Time { return now.Add(time.Duration(seconds * float64(time.Second))) }
	var w pauseWatch
	for _, step := range []struct {
		now, until float64
		isNew      bool
		seconds    float64
	}{
		{0, -5, false, 0}, {0, 10, true, 10}, {0.2, 10, false, 0}, {0.4, 10.5, false, 0}, {1, 20, true, 19}, {21, 20, false, 0}, {30, 60, true, 30},
	} {
		line, isNew := w.see(progress.Snapshot{PausedUntil: at(step.until)}, at(step.now))
		if isNew != step.isNew || line.Seconds != step.seconds {
			t.Errorf("at %v, until %v: got %v, %+v, want %v", step.now, step.until, isNew, line, step)
		}
	}
}

// TestAsksForLines: where a command line is not understood.
func TestAsksForLines(t *testing.T) {
	for _, tt := range []struct {
		args []string
		env  string
		want bool
	}{
		{[]string{"run", "--json", "--bad"}, "", true},
		{[]string{"run", "--json-rows"}, "", true},
		{[]string{"run", "--json=true"}, "", true},
		{[]string{"run", "--", "--json"}, "", false},
		{[]string{"run", "--json-schema"}, "", false},
		{[]string{"run"}, "true", true},
		{nil, "yes", true},
		{nil, "0", false},
	} {
		if got := asksForLines(tt.args, func(name string) string { return map[string]string{"SENT_IMPORT_JSON": tt.env}[name] }); got != tt.want {
			t.Errorf("%q, %q: got %v", tt.args, tt.env, got)
		}
	}
}

// TestTheResultIsTheLastLine: files that were not begun, and what fails after the result,
// are told on the terminal alone.
func TestTheResultIsTheLastLine(t *testing.T) {
	var out, errs bytes.Buffer
	a := &app{lines: newLines(&out).enable(), stdout: &out, stderr: &errs}
	a.notice("before")
	if err := a.lines.summary(report.Summary{}); err != nil {
		t.Fatal(err)
	}
	a.notice("after")
	if err := a.conclude(inputFiles{}, []*ending{{path: "a.csv", begun: true}, {path: "b.csv"}}, exitStopped, outputFlags{}); err == nil {
		t.Error("no exit code")
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], "before") || !strings.Contains(lines[1], `"type":"summary"`) {
		t.Errorf("got the lines %q", lines)
	}
	if want := "before\nafter\n1 file was not begun: b.csv\n"; errs.String() != want {
		t.Errorf("on the terminal: got %q, want %q", errs.String(), want)
	}
}
