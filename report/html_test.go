package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"

	"sent-import/importer/outcome"
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
			[]string{"sandbox rehearsal", "run it without the sandbox"}, nil,
		},
		{
			"left and invalid", stopped, []outcome.Reason{outcome.NotAttempted, outcome.PhoneMissing},
			[]string{"Stopped early", "has not answered", "Run the same command again.", "<pre>sent-import run contacts.csv</pre>", `<li>Open <a href="invalid.xlsx">`, "phone_missing", Hint(outcome.PhoneMissing)},
			[]string{"Nothing is left"},
		},
		{
			"checked", checked, []outcome.Reason{outcome.NotAttempted},
			[]string{"ready to be sent", "Start the import"}, []string{"same command again. It"},
		},
		{"no rows", done, nil, []string{"The file has no rows"}, []string{`class="bar"`, "<h2>Why</h2>"}},
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
	got := render(t, summary(), digest(2, outcome.Reasons()...))
	if found := regexp.MustCompile(`(?i)<(script|link|img|iframe|form|object)|url\(|@import|src=|javascript:|ZgotmplZ`).FindString(got); found != "" {
		t.Errorf("got %q in the page, want nothing that runs or loads", found)
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
