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
