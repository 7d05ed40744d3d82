package plan

import (
	"fmt"
	"strings"
	"testing"

	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/progress"
)

// planned plans a file and returns what was found out about it.
func planned(t *testing.T, content string, r Reading) Layout {
	t.Helper()
	l, err := ledger.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	job, err := l.CreateJob(ledger.Job{ID: "job", Generation: 1, Input: fileOf(t, content).File, Meaning: r.Text()})
	if err != nil {
		t.Fatal(err)
	}
	job, _, err = File(t.Context(), Options{Reading: r, Ledger: l, Job: job, Progress: new(progress.Progress)})
	if err != nil {
		t.Fatal(err)
	}
	_, layout, err := Told(job)
	if err != nil {
		t.Fatal(err)
	}
	return layout
}

// TestAdviceCountsRows: where many rows have no number for a reason that an option would
// cure, the option and the number of rows that it would cure are said, in the plan and
// behind the hint of each row.
func TestAdviceCountsRows(t *testing.T) {
	mobiles := strings.Join(germanMobiles(19), "\n") + "\n" // ambiguous, and too few to decide
	american := ""
	for i := range 30 {
		american += fmt.Sprintf("+1415555%04d,\n", i)
	}
	digits := ""
	for i := range 12 {
		digits += fmt.Sprintf("(212) 555-%04d,\n", i)
	}
	for _, tt := range []struct {
		name, file string
		r          Reading
		reason     outcome.Reason
		want       string // "": nothing is said
	}{
		{"ambiguous", mobiles, Reading{}, outcome.PhoneAmbiguous,
			"19 rows are phone_ambiguous: if they begin with their calling codes, then --numbers international makes 19 of them numbers; if they are written without, then --numbers national makes 19 of them numbers"},
		{"no country, with calling codes", strings.ReplaceAll(mobiles, "DE", ""), Reading{}, outcome.PhoneNoRegion,
			"19 rows are phone_no_region: if they begin with their calling codes, then --numbers international makes 19 of them numbers; if they are numbers of one country, name it with --region"},
		{"no country, of the country of the others", american + digits, Reading{}, outcome.PhoneNoRegion,
			"12 rows are phone_no_region: if they are numbers of US, as most others are, then --region US makes 12 of them numbers"},
		{"no country, and no other numbers", digits, Reading{}, outcome.PhoneNoRegion,
			"12 rows are phone_no_region: if they are numbers of one country, name it with --region"},
		{"the option is given", strings.ReplaceAll(mobiles, "DE", ""), Reading{Numbers: "national"}, outcome.PhoneNoRegion,
			"19 rows are phone_no_region: if they are numbers of one country, name it with --region"},
		{"few rows", american + "(212) 555-0100,\n", Reading{}, outcome.PhoneNoRegion, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := planned(t, "phone,country\n"+tt.file, tt.r)
			said := strings.Join(l.Advice, "\n")
			if !strings.HasPrefix(said, tt.want) || tt.want == "" && said != "" {
				t.Errorf("got advice %q, want %q", said, tt.want)
			}
			if tt.want != "" && !strings.Contains(strings.Join(l.Notices, "\n"), said) {
				t.Errorf("got notices %q, without the advice", l.Notices)
			}
			_, text, _ := strings.Cut(tt.want, ": ")
			if hint := l.Hints[tt.reason]; strings.Contains(hint, ", -") || strings.Contains(hint, "; -") {
				t.Errorf("got the hint %q: a spreadsheet could run what follows the separator, so a ' would be put there", hint)
			} else if !strings.Contains(hint, text) || tt.want == "" && hint != "" {
				t.Errorf("got the hint %q, want it to have %q", hint, text)
			}
		})
	}
}
