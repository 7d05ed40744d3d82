package source

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// wantMalformed compares which rows are malformed; "" stands for a good one, other
// texts are part of the reason.
func wantMalformed(t testing.TB, got outcomeOf, want ...string) {
	t.Helper()
	if len(got.Rows) != len(want) {
		t.Fatalf("got %d rows, want %d", len(got.Rows), len(want))
	}
	for i, row := range got.Rows {
		if (row.Malformed == "") != (want[i] == "") || !strings.Contains(row.Malformed, want[i]) {
			t.Errorf("row %d %q: got %q, want %q", row.Number, row.Record, row.Malformed, want[i])
		}
	}
}

func TestPitfall07RaggedRows(t *testing.T) {
	text := "phone,name,city\n1,a,b\n2,a\n3,a,b,c\n4,a,b,\n5,,\n"
	got := mustRead(t, text, Options{Version: 1})
	wantPhones(t, got, "1", "5")
	wantMalformed(t, got, "", "it has 2 cells, and the header has 3", "it has 4 cells, and the header has 3", "it has 4 cells, and the header has 3", "")

	got = mustRead(t, text, Options{})
	wantPhones(t, got, "1", "2", "4", "5")
	wantMalformed(t, got, "", "", "it has 4 cells, and the header has 3", "", "")
	if got := got.Rows[1].Record; !slices.Equal(got, []string{"2", "a"}) {
		t.Errorf("got record %q, want the cells as found", got)
	}
	if got := got.Rows[3].Record; !slices.Equal(got, []string{"4", "a", "b", ""}) {
		t.Errorf("got record %q, want the cells as found", got)
	}
}

// TestRowsLongerByBlankCells: also in a row of several lines.
func TestRowsLongerByBlankCells(t *testing.T) {
	got := mustRead(t, "name,phone\nAnn,1,\nBob,2, ,\"\",\n\"C\nD\",3,\"\",\nEve,4,,x\n\"F\nG\",5,\"x\"\n", Options{})
	wantPhones(t, got, "1", "2", "3")
	if !strings.Contains(got.Rows[3].Malformed, "it has 4 cells") {
		t.Errorf("got %q, want the cell that is not blank refused", got.Rows[3].Malformed)
	}
}

// TestRowsShorter are read if the phone cell is there.
func TestRowsShorter(t *testing.T) {
	for name, tt := range map[string]struct {
		text string
		o    Options
		want []string
	}{
		"the phone cell is the last":          {"name,phone,a,b\nAnn,+14155552601\nBob,+14155552602,x\n", Options{}, []string{"", ""}},
		"the phone cell is missing":           {"name,phone,a,b\nAnn\nBob,+14155552602,x\n", Options{}, []string{"it has 1 cell, and the header has 4", ""}},
		"one of two phone columns":            {"phone,name,other\n1\n", Options{PhoneColumns: []string{"other", "phone"}}, []string{""}},
		"several lines":                       {"name,phone,a,b\n\"Ann\nLee\",1\n", Options{}, []string{""}},
		"several lines that hold cells":       {"name,phone,a,b,c,d\n\"Ann,1,x\nBob\",2,y\n", Options{}, []string{"is a closing quote missing?", ""}},
		"a quote out of place":                {"name,phone,fax,b\n\"Ann,\"1\",2\n", Options{}, []string{"it has 2 cells"}},
		"a row without header is the width":   {"Ann,1,x\nBob,2\nCyd,3,y,\nDee,4,y,z\n", Options{NoHeader: true, PhoneColumns: []string{"2"}}, []string{"", "", "", "the first row has 3"}},
		"no header, only delimiters decide":   {"+14155552601,a\n+14155552602\n+14155552603\n", Options{NoHeader: true, PhoneColumns: []string{"1"}, Delimiter: ','}, []string{"", "", ""}},
		"the delimiter is found all the same": {"id,number,x,y\n1,+14155552601\n2,+14155552602\n3,+14155552603\n", Options{PhoneColumns: []string{"2"}}, []string{"", "", ""}},
		"and without header":                  {"1,+14155552601,x,y\n2,+14155552602\n3,+14155552603\n4,+14155552604\n", Options{NoHeader: true, PhoneColumns: []string{"2"}}, []string{"", "", "", ""}},
	} {
		t.Run(name, func(t *testing.T) { wantMalformed(t, mustRead(t, tt.text, tt.o), tt.want...) })
	}
}

// TestUnquotedLineBreak: two short rows that are one are refused, both, since a number
// of the second may be of another column.
func TestUnquotedLineBreak(t *testing.T) {
	const broken = "line break not in quotes"
	for name, tt := range map[string]struct {
		text string
		want []string
	}{
		"behind the phone":                    {"name,phone,note,city\nAnn,+14155552601,first\nsecond,Rome\nBob,+14155552602,x,Bonn\n", []string{broken, broken, ""}},
		"the phone first":                     {"phone,note,city\n+14155552601,first\nsecond,Rome\n+14155552602,x,Bonn\n", []string{broken, broken, ""}},
		"a fax moves":                         {"name,note,phone,fax\nAnn,likes\ncats,+14155552601,+14155552602\n", []string{"it has 2 cells", broken}},
		"numbers of a column move":            {"name,note,phone,account\nZoe,x,+14155552609,4155552699\nAnn,likes\ncats,+14155552601,4155552602\n", []string{"", "it has 2 cells", broken}},
		"in three pieces":                     {"name,note,phone,fax\nAnn,likes\ncats\nand,+14155552601,+14155552602\n", []string{"it has 2 cells", "it has 1 cell", broken}},
		"with a blank line":                   {"phone,note,city\n+14155552601,first\n\nsecond,Rome\n", []string{broken, broken}},
		"rows of two cells are none":          {"name,phone,note\nAnn,+14155552601\nBob,+14155552602\nCyd,+14155552603\n", []string{"", "", ""}},
		"rows without number are none":        {"name,phone,note\nAnn,+14155552601\nBob,\nCyd,\nDee,NULL\n", []string{"", "", "", ""}},
		"rows of different lengths are none":  {"name,phone,note,vip\nAnn,+14155552601,x\nBob,+14155552602\nCyd,+14155552603,y\n", []string{"", "", ""}},
		"a number under a header for numbers": {"name,phone,fax\nAnn,+14155552601\n(work),+14155552602\n", []string{broken, broken}},
		"instead of a delimiter":              {"name,phone,city,note\nAnn,+14155552601\nRome,x\nBob,+14155552602,x\n", []string{broken, broken, ""}},
	} {
		t.Run(name, func(t *testing.T) { wantMalformed(t, mustRead(t, tt.text, Options{}), tt.want...) })
	}
}

// TestShortRowBeforeAnError: the row is there, and the error after it.
func TestShortRowBeforeAnError(t *testing.T) {
	got, err := readAll("\xef\xbb\xbfphone,a,b\n1,\xc3\xa9\n2,\xff\n", Options{})
	if err == nil || !strings.Contains(err.Error(), "line 3") || len(got.Rows) != 1 || got.Rows[0].Malformed != "" {
		t.Errorf("got %+v, %v, want one good row and an error at line 3", got.Rows, err)
	}
}

// readCase reads a file of testdata.
func readCase(t testing.TB, name string, o Options) (outcomeOf, error) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return readAll(text, o)
}

// TestExportsWithRaggedRows: as Excel leaves out cells, block by block, and as programs
// write a delimiter behind each row.
func TestExportsWithRaggedRows(t *testing.T) {
	for name, rows := range map[string]int{"excel-no-trailing-cells.csv": 40, "one-empty-cell-too-many.csv": 3} {
		got, err := readCase(t, name, Options{})
		if err != nil || len(got.phones()) != rows || slices.ContainsFunc(got.phones(), func(p string) bool { return !strings.HasPrefix(p, "+1415555") }) {
			t.Errorf("%s: got %q, %v, want %d numbers", name, got.phones(), err, rows)
		}
	}
}
