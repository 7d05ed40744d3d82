package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"html"
	"io"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"sent-import/importer/outcome"
	"sent-import/importer/printable"
)

// render returns the page.
func render(t *testing.T, s Summary, d Digest) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteHTML(&b, s, d); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPageSaysWhatToDo(t *testing.T) {
	stopped := summary()
	done := summary()
	done.Stopped, done.Next = nil, ""
	rehearsal := done
	rehearsal.Sandbox = true
	checked := done
	checked.Requests, checked.ThisRun = Requests{}, Run{}
	tooMany := done
	tooMany.Stopped = &Stop{Cause: "max_invalid", Message: "2 of 2 rows are invalid."}
	undoneJob, undoing := done, done
	undoneJob.Undo = &Undo{Counts: outcome.UndoCounts{Contacts: 3, Deleted: 3}, Complete: true, FinishedAt: start}
	undoing.Undo, undoing.Next = &Undo{Counts: outcome.UndoCounts{Contacts: 3, Deleted: 2, Pending: 1}}, "sent-import undo j"
	for _, tt := range []struct {
		name    string
		s       Summary
		reasons []outcome.Reason
		want    []string
		not     []string
	}{
		{
			"done", done, []outcome.Reason{outcome.ReasonCreated},
			[]string{"Every row is in the account", "Nothing is left to do.", "No row is invalid.", `class="good"`}, []string{"<ol", "sandbox"},
		},
		{
			"rehearsal", rehearsal, []outcome.Reason{outcome.ReasonCreated},
			[]string{"sandbox rehearsal", "run it without the sandbox", "would have created"}, []string{"The API created the contact."},
		},
		{
			"left and invalid", stopped, []outcome.Reason{outcome.NotAttempted, outcome.PhoneMissing},
			[]string{"Stopped early", "has not answered", "Run the same command again.", `<pre dir="ltr">sent-import run contacts.csv</pre>`, `<li>Open <a href="invalid.xlsx">`, "phone_missing", Hint(outcome.PhoneMissing)},
			[]string{"Nothing is left"},
		},
		{
			"checked", checked, []outcome.Reason{outcome.NotAttempted},
			[]string{"ready to be sent", "Start the import"}, []string{"same command again. It"},
		},
		{
			"too many invalid", tooMany, []outcome.Reason{outcome.NotAttempted, outcome.PhoneMissing},
			[]string{"Look at the reasons below."}, []string{"Run the same command again."},
		},
		{
			"undone", undoneJob, []outcome.Reason{outcome.ReasonCreated},
			[]string{"<h1>Undone</h1>", `class="good"`, "that is a new import", "<dt>deleted</dt><dd>3</dd>", "The import, before it was undone"}, []string{"is in the account", "<ol"},
		},
		{
			"being undone", undoing, []outcome.Reason{outcome.ReasonCreated, outcome.PhoneMissing},
			[]string{"<h1>Being undone, 1 of 3 contacts left</h1>", "Run the undo again.", ">sent-import undo j</pre>"}, []string{"is in the account", "repair the"},
		},
		{"no rows", done, nil, []string{"The file has no rows"}, []string{`class="shares"`, ">Why</h2>"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := render(t, tt.s, digest(3, tt.reasons...))
			for _, want := range tt.want {
				if !strings.Contains(got, want) {
					t.Errorf("got no %q in the page, want it there", want)
				}
			}
			for _, not := range tt.not {
				if strings.Contains(got, not) {
					t.Errorf("got %q in the page, want it absent", not)
				}
			}
		})
	}
}

func TestPageNeedsNothingElse(t *testing.T) {
	got := render(t, summary(), pageDigest(t, 2))
	if found := regexp.MustCompile(`(?i)<(link|img|iframe|form|object|base)|url\(|@import|src=|javascript:|style=| on[a-z]+=|ZgotmplZ`).FindString(got); found != "" {
		t.Errorf("got %q in the page, want nothing that loads, and no style or script but one of each", found)
	}
	for _, one := range []struct{ element, directive, text string }{{"style", "style-src", pageStyle}, {"script", "script-src", pageScript}} {
		if n := strings.Count(got, "<"+one.element); n != 1 || !strings.Contains(got, "<"+one.element+">"+one.text+"</"+one.element+">") {
			t.Errorf("%s: got %d, want the one that is embedded", one.element, n)
		}
		if want := one.directive + " " + sourceHash(one.text); !strings.Contains(html.UnescapeString(got), want) {
			t.Errorf("the policy: got no %s", want)
		}
	}
	for _, m := range regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(got, -1) {
		switch m[1] {
		case InvalidBookName, InvalidName, RetryBookName, RetryName, ReportName, SummaryName:
		default:
			t.Errorf("got a link to %q, want none but to the files of the report", m[1])
		}
	}
}

func TestPageEscapes(t *testing.T) {
	s := summary()
	s.Input.Name = `<script>alert("x")</script>.csv`
	s.Notes = []string{`The column "<img src=x>".`}
	s.Next = `sent-import run '<b>.csv' && rm x`
	got := render(t, s, digest(1, outcome.NotAttempted))
	for _, not := range []string{"<script", "<img", "<b>.csv"} {
		if strings.Contains(got, not) {
			t.Errorf("got %q in the page, want it escaped", not)
		}
	}
}

// TestPageTagsMatch checks that every element that is opened is closed: apart
// from meta, which never is, the page is well-formed XML.
func TestPageTagsMatch(t *testing.T) {
	for name, d := range map[string]Digest{"everything": digest(2, outcome.Reasons()...), "nothing": {}} {
		t.Run(name, func(t *testing.T) {
			body := regexp.MustCompile(`<meta[^>]*>`).ReplaceAllString(render(t, summary(), d), "")
			x := xml.NewDecoder(strings.NewReader(body))
			x.Entity = xml.HTMLEntity
			for {
				_, err := x.Token()
				if errors.Is(err, io.EOF) {
					return
				}
				if err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// TestPageTimeOfRuns: what this run took is said if it was not the only one.
func TestPageTimeOfRuns(t *testing.T) {
	s := summary()
	if got, want := runningFor(s), "1 min 23 s, of which this run 23 s"; got != want {
		t.Errorf("of several runs: got %q, want %q", got, want)
	}
	s.ThisRun.Requests = s.Requests // its time is from its first request, the job's from its plan
	if got, want := runningFor(s), "1 min 23 s"; got != want {
		t.Errorf("of one run: got %q, want %q", got, want)
	}
}

// TestPageNames: a name that would turn what stands around it is isolated, and shown with
// its marks of direction escaped.
func TestPageNames(t *testing.T) {
	s := summary()
	s.Input.Name = "evil\u202evsc.csv"
	s.Notes = []string{"The column \"\u202eenohp\"."}
	got := render(t, s, digest(1, outcome.NotAttempted))
	if want := "<bdi>" + html.EscapeString(printable.Path(s.Input.Name)) + "</bdi>"; !strings.Contains(got, want) {
		t.Errorf("got no %s in the page, want it there", want)
	}
	if strings.Contains(got, "\u202e") {
		t.Error("got a mark of direction in the page, want it escaped")
	}
}

func TestShares(t *testing.T) {
	got := sharesOf(outcome.Counts{Rows: 1_000_000, Created: 999_998, Invalid: 1, Pending: 1})
	want := shares{
		"Of 1,000,000 rows: 999,998 created, 1 invalid, 1 pending",
		[]share{{outcome.Created, 0, 975}, {outcome.Invalid, 979, 8}, {outcome.Pending, 991, 8}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
