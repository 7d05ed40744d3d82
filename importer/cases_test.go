package importer_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sent-import/importer"
	"sent-import/importer/outcome"
)

// checked is what a check has found in a file.
type checked struct {
	err  error
	rows map[int]outcome.Row // by their lines
	plan importer.Plan
	said []string // of the result
}

func check(t *testing.T, o importer.Options) (c checked) {
	t.Helper()
	o.Plan = func(p importer.Plan) { c.plan = p }
	r, err := importer.Check(t.Context(), o)
	if err != nil {
		c.err = err
		return c
	}
	c.rows, c.said = make(map[int]outcome.Row), r.Notes
	for row, err := range r.LedgerRows() {
		if err != nil {
			t.Fatal(err)
		}
		c.rows[row.Line] = row
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	return c
}

// at is the number in a line, or the reason why there is none.
func (c checked) at(line int) string {
	row := c.rows[line]
	if row.Status != outcome.Invalid {
		return row.Phone
	}
	return string(row.Reason)
}

// TestListsAsPeopleHaveThem: what becomes of small lists with one trait each.
func TestListsAsPeopleHaveThem(t *testing.T) {
	shopify := importer.Reading{PhoneColumns: []string{"Phone", "Default Address Phone"}, OptOut: "ignore"}
	outlook := importer.Reading{PhoneColumns: []string{"Mobile Phone", "Primary Phone", "Home Phone", "Business Phone"}}
	for _, tt := range []struct {
		file    string
		reading importer.Reading
		want    map[int]string // by line
		said    string         // in a notice of the plan; "" for none
		advice  string         // in a note of the summary
		hint    string         // in the first of the lines
	}{
		{"shopify-phone-elsewhere.csv", importer.Reading{}, map[int]string{2: "phone_missing", 3: "phone_missing", 4: "opted_out", 5: "opted_out"},
			`--phone-column "Phone,Default Address Phone"`, `one in "Default Address Phone": --phone-column "Phone,Default Address Phone"`, `--phone-column "Phone,Default Address Phone"`},
		{"shopify-phone-elsewhere.csv", shopify, map[int]string{2: "+14155552671", 3: "+14155552672", 4: "+14155552673", 5: "+447900900123"}, "", "", ""},
		{"outlook-phone-elsewhere.csv", importer.Reading{}, map[int]string{2: "phone_missing", 3: "+14155552672", 4: "phone_missing"},
			`no number in "Mobile Phone"`, `no number in "Mobile Phone"`, `something in "Home Phone"`},
		{"outlook-phone-elsewhere.csv", outlook, map[int]string{3: "+14155552672"}, "", "", ""},
		{"plus-before-trunk.csv", importer.Reading{}, map[int]string{2: "phone_ambiguous"}, "", "", ""},
		{"mysql-null.tsv", importer.Reading{}, map[int]string{2: "+14155552601", 3: "phone_missing", 4: "phone_missing", 5: "phone_missing", 6: "phone_missing"}, "", "", ""},
		{"title-lines.csv", importer.Reading{SkipLines: 3}, map[int]string{5: "+14155552601", 6: "+14155552602"}, "", "", ""},
	} {
		t.Run(tt.file, func(t *testing.T) {
			c := check(t, importer.Options{Input: filepath.Join("source", "testdata", tt.file), Reading: tt.reading})
			if c.err != nil {
				t.Fatal(c.err)
			}
			for line, want := range tt.want {
				if got := c.at(line); got != want {
					t.Errorf("line %d: got %s, want %s", line, got, want)
				}
			}
			if notices := strings.Join(c.plan.Notices, "\n"); !strings.Contains(notices, tt.said) {
				t.Errorf("got notices %q, want one with %q", notices, tt.said)
			}
			if notes := strings.Join(c.said, "\n"); !strings.Contains(notes, tt.advice) {
				t.Errorf("got notes %q, want one with %q", notes, tt.advice)
			}
			if hint := c.rows[2].Message; !strings.Contains(hint, tt.hint) {
				t.Errorf("got the hint %q, want one with %q", hint, tt.hint)
			}
		})
	}
}

// TestNumbersWithoutPlusAreThePeopleOfTheList: lists without + become the numbers with it,
// decided by their header or their column, and said; read as national numbers, none is
// the number of another country.
func TestNumbersWithoutPlusAreThePeopleOfTheList(t *testing.T) {
	for _, tt := range []struct{ file, code, said string }{
		{"msisdn-no-plus.csv", "", `the numbers in "msisdn" are read with their calling codes, since its header says so: --numbers national`},
		{"no-plus-de.csv", "+49", "begin with that of their country: --numbers national"},
		{"no-plus-gb.csv", "+44", "begin with that of their country: --numbers national"},
		{"no-plus-it.csv", "+39", "begin with that of their country: --numbers national"},
		{"no-plus-br.csv", "+55", "begin with that of their country: --numbers national"},
	} {
		t.Run(tt.file, func(t *testing.T) {
			o := importer.Options{Input: filepath.Join("source", "testdata", tt.file)}
			c := check(t, o)
			if c.err != nil {
				t.Fatal(c.err)
			}
			for line, row := range c.rows {
				if row.Phone != "+"+row.Input {
					t.Errorf("line %d: got %s, want the number with +", line, c.at(line))
				}
			}
			if notices := strings.Join(c.plan.Notices, "\n"); !strings.Contains(notices, tt.said) {
				t.Errorf("got notices %q, want one with %q", notices, tt.said)
			}
			o.Numbers = "national"
			for line, row := range check(t, o).rows {
				if row.Phone != "" && !strings.HasPrefix(row.Phone, tt.code) {
					t.Errorf("line %d: read as national, it is of another country", line)
				}
			}
		})
	}
}

// TestNumbersAsDecidedAreOneJob: the flag that says what the column shows is no other
// job, and the one that says otherwise is.
func TestNumbersAsDecidedAreOneJob(t *testing.T) {
	list := "phone,country\n"
	for i := range 25 {
		list += fmt.Sprintf("1415555%04d,US\n", i)
	}
	list += "447911123456,GB\n"
	scenario{}.play(t, func(t *testing.T, g *stage) {
		g.write(list)
		first := g.run()
		first.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 26})
		g.o.Numbers = "international"
		if r := g.run(); r.Job.ID != first.Job.ID || r.ThisRun.Requests != (importer.Requests{}) || !r.Job.International {
			t.Errorf("got job %s, requests %+v, decided %v, want %s, none and decided", r.Job.ID, r.ThisRun.Requests, r.Job.International, first.Job.ID)
		}
		g.o.Numbers = "national"
		if r := g.run(); r.Job.ID == first.Job.ID {
			t.Error("another reading is the same job")
		}
	})
}

// TestCheckSaysWhatRunSays: a check finds in a file what a run does, and says it in the
// same words.
func TestCheckSaysWhatRunSays(t *testing.T) {
	for _, reading := range []importer.Reading{{}, {PhoneColumns: []string{"Phone"}, Region: "US"}, {OptOut: "skip"}} {
		scenario{o: importer.Options{Reading: reading, MaxInvalid: importer.Limit{Percent: 100}}}.play(t, func(t *testing.T, g *stage) {
			text, err := os.ReadFile("source/testdata/shopify-phone-elsewhere.csv")
			if err != nil {
				t.Fatal(err)
			}
			g.write(string(text))
			var plan importer.Plan
			g.o.Plan = func(p importer.Plan) { plan = p }
			run := g.run()
			c := check(t, g.o)
			if !slices.Equal(c.plan.Notices, plan.Notices) || c.plan.Counts != plan.Counts {
				t.Errorf("got %q and %+v, want those of the run: %q and %+v", c.plan.Notices, c.plan.Counts, plan.Notices, plan.Counts)
			}
			for _, row := range run.rows {
				if got := c.rows[row.Line]; got.Message != row.Message && row.Status == outcome.Invalid {
					t.Errorf("line %d: got the hint %q, want that of the run: %q", row.Line, got.Message, row.Message)
				}
			}
		})
	}
}
