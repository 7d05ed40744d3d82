package report

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"sent-import/importer/outcome"
)

// digest makes a digest with n rows of each reason.
func digest(n int, reasons ...outcome.Reason) Digest {
	t := newTally()
	for _, r := range reasons {
		for range n {
			t.counts.Add(r.Status(), 1)
			g := t.groups[r]
			if g == nil {
				g = &Group{Status: r.Status(), Reason: r, Hint: Hint(r)}
				t.groups[r] = g
			}
			g.Count++
			if len(g.Lines) < firstLines {
				g.Lines = append(g.Lines, 1_000_000+t.counts.Rows)
			}
		}
	}
	return t.digest()
}

func TestJudge(t *testing.T) {
	sent := Summary{Requests: Requests{Create: 1}}
	sandbox, stopped := sent, sent
	sandbox.Sandbox = true
	stopped.Stopped = &Stop{Cause: "outage", Message: "the API is away"}
	for _, tt := range []struct {
		name    string
		s       Summary
		reasons []outcome.Reason // two rows of each
		tone    tone
		want    string
		detail  string
	}{
		{"empty", sent, nil, neutral, "The file has no rows", "nothing was to be done"},
		{"all created", sent, []outcome.Reason{outcome.ReasonCreated}, good, "Every row is in the account", "2 contacts were created."},
		{"duplicates", sent, []outcome.Reason{outcome.ReasonCreated, outcome.InFile}, good, "Every row is in the account", "2 contacts were created, 2 rows were duplicates."},
		{"sandbox", sandbox, []outcome.Reason{outcome.ReasonCreated}, good, "Every row passed the rehearsal", "nothing is written"},
		{"invalid", sent, []outcome.Reason{outcome.ReasonCreated, outcome.PhoneMissing}, look, "2 rows need you", "2 contacts were created."},
		{"failed", sent, []outcome.Reason{outcome.ReasonCreated, outcome.Network}, onward, "2 rows failed", "these rows only"},
		{"failed and invalid", sent, []outcome.Reason{outcome.PhoneMissing, outcome.Network}, onward, "2 rows failed", "2 rows are invalid and need you."},
		{"pending", sent, []outcome.Reason{outcome.NotAttempted, outcome.Network}, onward, "4 rows are left", "Run the same command again"},
		{"stopped", stopped, []outcome.Reason{outcome.NotAttempted, outcome.PhoneMissing}, onward, "Stopped early: 2 rows are left", "The API is away."},
		{"stopped with nothing left", stopped, []outcome.Reason{outcome.ReasonCreated}, good, "Every row is in the account", "2 contacts"},
		{"checked", Summary{}, []outcome.Reason{outcome.NotAttempted, outcome.PhoneMissing}, neutral, "2 rows are ready to be sent", "Nothing has been sent yet."},
		{"opted out", sent, []outcome.Reason{outcome.ReasonCreated, outcome.OptedOut}, good, "Every row of people who did not opt out is in the account", "2 rows are of people who opted out: nothing is sent for them (--opt-out skip). Contacts that exist stay as they are; --opt-out mark marks them. 2 contacts were created."},
		{"opted out, rehearsal", sandbox, []outcome.Reason{outcome.ReasonCreated, outcome.OptedOut}, good, "Every row of people who did not opt out passed the rehearsal", "nothing is written"},
		{"opted out, and nothing else", sent, []outcome.Reason{outcome.OptedOut}, good, "Every row is of somebody who opted out", "Nothing was to be sent."},
		{"opted out and invalid", sent, []outcome.Reason{outcome.PhoneMissing, outcome.OptOutUnclear, outcome.OptedOut}, look, "4 rows need you", "2 rows are of people who opted out"},
		{"opted out and failed", sent, []outcome.Reason{outcome.Network, outcome.OptedOut}, onward, "2 rows failed", "--opt-out mark marks them. Run the same command again"},
		{"opted out, stopped", stopped, []outcome.Reason{outcome.NotAttempted, outcome.OptedOut}, onward, "Stopped early: 2 rows are left", "The API is away. 2 rows are of people who opted out"},
		{"opted out, checked", Summary{}, []outcome.Reason{outcome.NotAttempted, outcome.OptedOut}, neutral, "2 rows are ready to be sent", "--opt-out mark marks them. Nothing has been sent yet."},
		{"checked, all invalid", Summary{}, []outcome.Reason{outcome.PhoneMissing}, look, "2 rows need you", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := judge(digest(2, tt.reasons...).Fill(tt.s, Files{}))
			if got.Tone != tt.tone || got.Headline != tt.want || !strings.Contains(got.Detail, tt.detail) {
				t.Errorf("got %v, want %s, %q, %q", got, tt.tone, tt.want, tt.detail)
			}
		})
	}
}

func TestJudgeSaysOneRowInTheSingular(t *testing.T) {
	for reason, want := range map[outcome.Reason]string{
		outcome.PhoneMissing: "1 row needs you",
		outcome.Network:      "1 row failed",
		outcome.NotAttempted: "1 row is left",
	} {
		s := Summary{Requests: Requests{Create: 1}}
		if got := judge(digest(1, reason).Fill(s, Files{})).Headline; got != want {
			t.Errorf("%s: got %q, want %q", reason, got, want)
		}
	}
}

// TestOptedOutComesFirstAndNeedsNobody: the summary begins with the people who opted out,
// and counts none of their rows among those to repair.
func TestOptedOutComesFirstAndNeedsNobody(t *testing.T) {
	d := digest(3, outcome.OptedOut, outcome.PhoneMissing, outcome.Network, outcome.InFile)
	var b bytes.Buffer
	f := Files{Dir: "r", HTML: "r/report.html", Invalid: "r/invalid.csv", InvalidBook: "r/invalid.xlsx", Retry: "r/retry.csv", RetryBook: "r/retry.xlsx"}
	if err := WriteText(&b, Summary{Input: Input{Name: "list.csv"}, Requests: Requests{Create: 3}}, d, f, ""); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	if lines := strings.Split(text, "\n"); !strings.Contains(lines[1], "3 rows are of people who opted out") {
		t.Errorf("got\n%s\nwant the second line to say who opted out", text)
	}
	for _, want := range []string{"invalid: r/invalid.xlsx (3 rows to repair), or invalid.csv", "invalid     6"} {
		if !strings.Contains(text, want) {
			t.Errorf("got\n%s\nwant %q in it", text, want)
		}
	}
	if order := []outcome.Reason{d.Groups[0].Reason, d.Groups[1].Reason, d.Groups[2].Reason}; slices.Contains(order[:2], outcome.OptedOut) {
		t.Errorf("got the reasons in the order %v, want those first that need somebody", order)
	}
	page := render(t, Summary{Requests: Requests{Create: 3}}, digest(3, outcome.OptedOut))
	for _, want := range []string{"Nothing is left to do.", "No row is to be repaired: people who opted out are left out."} {
		if !strings.Contains(page, want) {
			t.Errorf("got no %q in the page, want it there", want)
		}
	}
}

// TestTextsNameTheFileThatIsWhole: where a sheet has no room for a row, people are sent
// to the CSV file, which has them all.
func TestTextsNameTheFileThatIsWhole(t *testing.T) {
	d := digest(3, outcome.PhoneMissing, outcome.Network)
	s := Summary{Requests: Requests{Create: 3}, Next: "run invalid.xlsx", NextCSV: "run invalid.csv"}
	f := Files{Dir: "r", HTML: "r/report.html", Invalid: "r/invalid.csv", InvalidBook: "r/invalid.xlsx", Retry: "r/retry.csv", RetryBook: "r/retry.xlsx"}
	for _, tt := range []struct {
		name      string
		only      OnlyCSV
		text      []string
		page      []string
		otherwise []string // not in the page
	}{
		{
			"whole", OnlyCSV{},
			[]string{"invalid: r/invalid.xlsx (3 rows to repair), or invalid.csv\n", "left:    r/retry.xlsx (3 rows), or retry.csv\n", "next:    run invalid.xlsx\n"},
			[]string{`Open <a href="invalid.xlsx">`, "run invalid.xlsx"}, []string{"no room", "run invalid.csv"},
		},
		{
			"no room for a row", OnlyCSV{Invalid: 1, Retry: 2},
			[]string{"invalid: r/invalid.csv (3 rows to repair); 1 has no room in invalid.xlsx\n", "left:    r/retry.csv (3 rows); 2 have no room in retry.xlsx\n", "next:    run invalid.csv\n"},
			[]string{`Open <a href="invalid.csv">`, "For 1 of them there is no room in invalid.xlsx.", "For 2 of them there is no room in retry.xlsx.", "run invalid.csv"}, []string{"run invalid.xlsx"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d.OnlyCSV = tt.only
			var b bytes.Buffer
			if err := WriteText(&b, s, d, f, ""); err != nil {
				t.Fatal(err)
			}
			for _, want := range tt.text {
				if !strings.Contains(b.String(), want) {
					t.Errorf("got\n%s\nwant %q in it", b.String(), want)
				}
			}
			page := render(t, s, d)
			for _, want := range tt.page {
				if !strings.Contains(page, want) {
					t.Errorf("got no %q in the page, want it there", want)
				}
			}
			for _, not := range tt.otherwise {
				if strings.Contains(page, not) {
					t.Errorf("got %q in the page, want it absent", not)
				}
			}
		})
	}
}

// TestTextFitsATerminal gives WriteText every part at once, and more than fits.
func TestTextFitsATerminal(t *testing.T) {
	s := summary()
	s.Sandbox = true
	s.Input.Name = "contacts.csv"
	s.Stopped.Message = strings.Repeat("The API has not answered for a while. ", 20)
	for i := range 9 {
		s.Notes = append(s.Notes, fmt.Sprintf("Note %d: %s", i, strings.Repeat("words ", 40)))
	}
	f := Files{Dir: "r", HTML: "r/report.html", Invalid: "r/invalid.csv", InvalidBook: "r/invalid.xlsx", Retry: "r/retry.csv", RetryBook: "r/retry.xlsx"}
	var b bytes.Buffer
	if err := WriteText(&b, s, digest(12_345, outcome.Reasons()...), f, "sent-import run contacts.csv"); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	if len(lines) > 24 {
		t.Errorf("got %d lines, want at most 24:\n%s", len(lines), b.String())
	}
	for _, line := range lines {
		if n := utf8.RuneCountInString(line); n > 80 {
			t.Errorf("got a line of %d characters, want at most 80: %s", n, line)
		}
		if strings.TrimRight(line, " ") != line {
			t.Errorf("got spaces at the end of %q", line)
		}
	}
}

// TestTextFitsWindows: narrow terminals have the same text, broken at spaces, and as many
// lines as there are.
func TestTextFitsWindows(t *testing.T) {
	s := summary()
	s.Input.Name = "contacts.csv"
	s.Stopped.Message = strings.Repeat("The API has not answered for a while. ", 5)
	for i := range 9 {
		s.Notes = append(s.Notes, fmt.Sprintf("Note %d: %s", i, strings.Repeat("words ", 40)))
	}
	f := Files{
		Dir: "r", HTML: "r/report.html", Invalid: "r/invalid.csv", InvalidBook: "r/invalid.xlsx", Retry: "r/retry.csv", RetryBook: "r/retry.xlsx",
		Contacts: "r/contacts.csv", ContactBook: "r/contacts.xlsx",
	}
	const next = "sent-import run contacts.csv --reserve '08:00,50% 20:00,0' --region DE --report /tmp/reports"
	for _, in := range []Window{{79, 23}, {59, 23}, {39, 23}} {
		t.Run(fmt.Sprint(in.Columns), func(t *testing.T) {
			var b bytes.Buffer
			if err := WriteTextIn(&b, in, s, digest(12_345, outcome.Reasons()...), f, next); err != nil {
				t.Fatal(err)
			}
			text := b.String()
			for line := range strings.Lines(text) {
				if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > in.Columns {
					t.Errorf("got a line of %d characters: %s", n, line)
				}
			}
			if n := strings.Count(text, "\n"); n > in.Lines && in.Columns > 40 || n > 30 {
				t.Errorf("got %d lines:\n%s", n, text)
			}
			copied := strings.Join(strings.Fields(strings.ReplaceAll(text, "\\\n", " ")), " ")
			for _, want := range []string{next, "report: r/report.html", "reasons in report.html"} {
				if !strings.Contains(copied, want) {
					t.Errorf("got no %q in\n%s", want, text)
				}
			}
		})
	}
}

func TestTextOfTheBestCase(t *testing.T) {
	s := summary()
	s.Stopped, s.Notes, s.Next, s.Input.Name = nil, nil, "", "contacts.csv"
	s.Requests = Requests{Create: 12_345, Me: 1}
	s.ThisRun.Requests = s.Requests
	var b bytes.Buffer
	if err := WriteText(&b, s, digest(12_345, outcome.ReasonCreated), Files{}, ""); err != nil {
		t.Fatal(err)
	}
	golden(t, "best.text", b.Bytes())
}

func TestTextOfACheck(t *testing.T) {
	var b bytes.Buffer
	s := Summary{Input: Input{Name: "contacts.csv"}, DurationSeconds: 0.41}
	f := Files{Dir: "r", HTML: "r/report.html", Invalid: "r/invalid.csv", InvalidBook: "r/invalid.xlsx", Retry: "r/retry.csv", RetryBook: "r/retry.xlsx"}
	if err := WriteText(&b, s, digest(3, outcome.PhoneNoRegion, outcome.NotAttempted), f, "sent-import run contacts.csv"); err != nil {
		t.Fatal(err)
	}
	golden(t, "check.text", b.Bytes())
}

func TestTextMovesNoCursor(t *testing.T) {
	s := summary()
	s.Input.Name, s.Notes = "\x1b[2Jcontacts.csv", []string{"The column \"\x1b]0;x\a\"."}
	var b bytes.Buffer
	if err := WriteText(&b, s, digest(1, outcome.ReasonCreated), Files{Dir: "\x1b[1m"}, "\x1b[1m"); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(b.String(), "\x1b\a") {
		t.Errorf("got %q, want no control characters", b.String())
	}
}

// TestOnlyTheTablesHoldNumbers looks for the cells and numbers of the rows in
// what people paste into tickets.
func TestOnlyTheTablesHoldNumbers(t *testing.T) {
	in, rows := mixed()
	f, d, err := write(t.TempDir(), summary(), in, seq(rows, nil))
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := WriteText(&text, summary(), d, f, ""); err != nil {
		t.Fatal(err)
	}
	number := regexp.MustCompile(`415[ -]?555|si1_|Lyon|Zürich|SUM`)
	for name, b := range map[string][]byte{"text": text.Bytes(), HTMLName: read(t, f.HTML), SummaryName: read(t, f.Summary)} {
		if got := number.Find(b); got != nil {
			t.Errorf("%s: got %q in it, want no number, key or cell", name, got)
		}
	}
}

// brokenWriter stands for a closed pipe.
type brokenWriter struct{}

var errPipe = errors.New("broken pipe")

func (brokenWriter) Write([]byte) (int, error) { return 0, errPipe }

func TestRenderersReturnTheWritersError(t *testing.T) {
	d := digest(1, outcome.ReasonCreated)
	for name, err := range map[string]error{
		"WriteText": WriteText(brokenWriter{}, summary(), d, Files{}, ""),
		"WriteHTML": WriteHTML(brokenWriter{}, summary(), d),
		"Line":      Line(brokenWriter{}, summary()),
	} {
		if !errors.Is(err, errPipe) {
			t.Errorf("%s: got %v, want %v", name, err, errPipe)
		}
	}
}

// countingWriter counts calls of Write.
type countingWriter struct {
	bytes.Buffer
	calls int
}

func (w *countingWriter) Write(p []byte) (int, error) {
	w.calls++
	return w.Buffer.Write(p)
}

func TestLine(t *testing.T) {
	for _, tt := range []struct {
		name string
		v    any
		want string
	}{
		{"text as it is", map[string]string{"m": "<a> & b\nc"}, `{"m":"<a> & b\nc"}` + "\n"},
		{"long", map[string]string{"m": strings.Repeat("x", 10_000)}, `{"m":"` + strings.Repeat("x", 10_000) + `"}` + "\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var w countingWriter
			if err := Line(&w, tt.v); err != nil {
				t.Fatal(err)
			}
			if w.String() != tt.want || w.calls != 1 {
				t.Errorf("got %q in %d calls, want %q in one", w.String(), w.calls, tt.want)
			}
		})
	}
	if err := Line(&bytes.Buffer{}, func() {}); err == nil {
		t.Error("got no error for what has no JSON, want one")
	}
}

// A command at the end of the last note is not cut off while there is room.
func TestTextLastNoteIsWhole(t *testing.T) {
	long := strings.Repeat("words that say what happened, ", 6) + "and then the command: sent-import report JOB"
	b := newTextPage(Window{}, densities[0])
	b.writeNotes([]string{long})
	if got := b.b.String(); !strings.Contains(strings.Join(strings.Fields(got), " "), long) || strings.Count(got, "\n") > densities[0].notes {
		t.Errorf("got %q, want the whole note in %d lines at most", got, densities[0].notes)
	}
}
