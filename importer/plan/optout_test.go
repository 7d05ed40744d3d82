package plan

import (
	"errors"
	"strings"
	"testing"

	"sent-import/importer/source"
)

// TestMarkNeedsAColumnForIt: a mark is never taken back, so nobody is marked since a
// column of consents happens to be recognised, alone or beside another.
func TestMarkNeedsAColumnForIt(t *testing.T) {
	consent := source.Columns{OptOut: []string{"Accepts SMS Marketing"}, OptOutIndex: []int{4}, Consent: true}
	both := source.Columns{OptOut: []string{"Unsubscribed", "Accepts SMS Marketing"}, OptOutIndex: []int{3, 4}, Consent: true}
	out := source.Columns{OptOut: []string{"Unsubscribed"}, OptOutIndex: []int{3}}
	for name, c := range map[string]struct {
		columns source.Columns
		reading Reading
		want    string // in the refusal; "": it is not refused
	}{
		"mark":                 {consent, Reading{OptOut: OptOutMark}, `--opt-out-column "Accepts SMS Marketing"`},
		"mark, two columns":    {both, Reading{OptOut: OptOutMark}, `of "Unsubscribed", "Accepts SMS Marketing", not every one`},
		"mark, no column":      {source.Columns{}, Reading{OptOut: OptOutMark}, "none is recognised"},
		"mark, named":          {consent, Reading{OptOut: OptOutMark, OptOutColumn: "Accepts SMS Marketing"}, ""},
		"mark, opt-out column": {out, Reading{OptOut: OptOutMark}, ""},
		"skip":                 {consent, Reading{}, ""},
		"ignore":               {both, Reading{OptOut: OptOutIgnore}, ""},
	} {
		err := refuseMark(c.columns, c.reading)
		var usage *UsageError
		if errors.As(err, &usage) != (c.want != "") || c.want != "" && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want a refusal that says %q", name, err, c.want)
		}
	}
}

// TestSkipIsSaidToSkipNobody: an option that can do nothing is said, and what is done
// without it is not.
func TestSkipIsSaidToSkipNobody(t *testing.T) {
	column := source.Columns{OptOut: []string{"unsubscribed"}}
	for _, tt := range []struct {
		columns source.Columns
		optOut  string
		want    int
	}{{source.Columns{}, OptOutSkip, 1}, {source.Columns{}, "", 0}, {column, OptOutSkip, 0}, {source.Columns{Ours: true}, OptOutSkip, 1}, {source.Columns{Ours: true, Rejects: true}, OptOutSkip, 0}, {source.Columns{}, OptOutIgnore, 0}} {
		if got := optOutNotices(tt.columns, Reading{OptOut: tt.optOut}); len(got) != tt.want {
			t.Errorf("%q, columns %v: got %q, want %d", tt.optOut, tt.columns.OptOut, got, tt.want)
		}
	}
}
