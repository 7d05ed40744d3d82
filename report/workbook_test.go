package report

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sent-import/importer/feedback"
	"sent-import/importer/outcome"
)

// sheetOf returns the XML of the sheet of a workbook.
func sheetOf(t *testing.T, path string) []byte {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	f, err := z.Open("xl/worksheets/sheet1.xml")
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// sheetXML is a sheet as far as the tests look at it.
type sheetXML struct {
	Cols []struct {
		Min   int `xml:"min,attr"`
		Max   int `xml:"max,attr"`
		Style int `xml:"style,attr"`
	} `xml:"cols>col"`
	Rows []struct {
		Number int `xml:"r,attr"`
		Cells  []struct {
			Ref   string `xml:"r,attr"`
			Style int    `xml:"s,attr"`
			Type  string `xml:"t,attr"`
			Text  string `xml:"is>t"`
		} `xml:"c"`
	} `xml:"sheetData>row"`
}

// cellsOf reads the cells of a sheet. Each must be text, in its place.
func cellsOf(t *testing.T, sheet []byte) (rows [][]string) {
	t.Helper()
	var x sheetXML
	if err := xml.Unmarshal(sheet, &x); err != nil {
		t.Fatalf("%v in %q", err, sheet)
	}
	for i, row := range x.Rows {
		cells := []string{}
		for j, c := range row.Cells {
			want := string(appendColumn(nil, j)) + strconv.Itoa(i+1)
			if row.Number != i+1 || c.Ref != want {
				t.Fatalf("got the cell %q in row %d, want %q in row %d", c.Ref, row.Number, want, i+1)
			}
			if c.Style != int(textStyle) && c.Style != int(headerStyle) || c.Type != "inlineStr" && (c.Type != "" || c.Text != "") {
				t.Fatalf("%s: got type %q, style %d, want text", c.Ref, c.Type, c.Style)
			}
			cells = append(cells, unescape(c.Text))
		}
		rows = append(rows, cells)
	}
	return rows
}

// unescape reads _xHHHH_ as Excel does.
func unescape(text string) string {
	return regexp.MustCompile(`_x[0-9a-fA-F]{4}_`).ReplaceAllStringFunc(text, func(e string) string {
		n, err := strconv.ParseUint(e[2:6], 16, 16)
		if err != nil {
			panic(err)
		}
		return string(rune(n))
	})
}

// sizeBehind is the flag of a part of a zip whose size stands behind it.
const sizeBehind = 8

// writeBook returns the sheet of a workbook with that header (nil: none) and those rows.
func writeBook(t *testing.T, header []string, rows ...[]string) []byte {
	t.Helper()
	var file bytes.Buffer
	b, err := newWorkbook(&file, "invalid", header, slices.Repeat([]int{userWidth}, len(header)))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if _, err := b.row(row, textStyle); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.close(); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		t.Fatal(err)
	}
	var sheet []byte
	for _, part := range z.File {
		r, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		wellFormed(t, part.Name, text)
		if part.Method == zip.Store && part.Flags&sizeBehind != 0 {
			t.Errorf("%s has its size behind it, which can't be read from the front", part.Name)
		}
		sheet = text // the last part
	}
	return sheet
}

func wellFormed(t *testing.T, name string, text []byte) {
	t.Helper()
	for x := xml.NewDecoder(bytes.NewReader(text)); ; {
		_, err := x.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%s: %v in %q", name, err, text)
		}
	}
}

// strange are cells that a workbook could lose or change.
func strange() []string {
	return []string{
		"", " ", "  two  ", "+49 151 23456789", "004915123456789", "=1+1", "'=1+1", "@x", "-2+3+cmd|' /C calc'!A0", "4.47E+11", "1e5", "TRUE", "2024-01-01",
		"a\r\nb\nc\rd", "\t", "\x01\x1f\x7f\u0085", "_x0041_", "_x0041_x0042_", "_x005F_", "_x0001\x01x0041_", "__x000d", "_X0041_", "x_x00e9_y",
		"<t>&amp;</t>", "]]>", `"'`, "é \u00a0\u200b\ufeff", "日本", "🎉", "\ufffe\uffff", strings.Repeat("long ", 6000),
	}
}

// TestWorkbookWithoutRoomForItsHeader has no rows either: the first one would be taken
// for the header.
func TestWorkbookWithoutRoomForItsHeader(t *testing.T) {
	header := make([]string, sheetColumns+1)
	if got := cellsOf(t, writeBook(t, header, []string{"a"})); len(got) != 0 {
		t.Errorf("got %d rows, want none", len(got))
	}
}

func TestWorkbookKeepsCells(t *testing.T) {
	cells := strange()
	got := cellsOf(t, writeBook(t, cells, cells, []string{"short"}, nil, cells))
	for i, want := range [][]string{cells, cells, {"short"}, {}, cells} {
		if !slices.Equal(got[i], want) {
			t.Errorf("row %d: got %q, want %q", i+1, got[i], want)
		}
	}
}

// TestWorkbookColumnsAreText: what is typed below the rows or beside them is text, too.
func TestWorkbookColumnsAreText(t *testing.T) {
	for _, header := range [][]string{nil, {"phone"}, {"a", "b", "c"}, make([]string, sheetColumns)} {
		var x sheetXML
		if err := xml.Unmarshal(writeBook(t, header), &x); err != nil {
			t.Fatal(err)
		}
		next := 1
		for _, c := range x.Cols {
			if c.Min != next || c.Style != int(textStyle) {
				t.Fatalf("%d columns: got %+v, want text from column %d", len(header), c, next)
			}
			next = c.Max + 1
		}
		if next != sheetColumns+1 {
			t.Errorf("%d columns: got text up to column %d, want %d", len(header), next-1, sheetColumns)
		}
	}
}

func TestColumnNames(t *testing.T) {
	for index, want := range map[int]string{0: "A", 25: "Z", 26: "AA", 27: "AB", 701: "ZZ", 702: "AAA", sheetColumns - 1: "XFD"} {
		if got := string(appendColumn(nil, index)); got != want {
			t.Errorf("column %d: got %s, want %s", index, got, want)
		}
	}
}

// TestWorkbookLimits: what a sheet has no room for is in the CSV file alone, and is
// counted.
func TestWorkbookLimits(t *testing.T) {
	long, longest := strings.Repeat("é", sheetCell+1), strings.Repeat("é", sheetCell)
	astral := strings.Repeat("🎉", sheetCell/2+1)
	for _, tt := range []struct {
		name string
		row  []string
		want bool
	}{
		{"the longest cell", []string{longest}, true},
		{"too long a cell", []string{"a", long}, false},
		{"too long in UTF-16", []string{astral}, false},
		{"the widest row", make([]string, sheetColumns), true},
		{"too wide a row", make([]string, sheetColumns+1), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, err := newWorkbook(io.Discard, "x", []string{"phone"}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := b.row(tt.row, textStyle); got != tt.want || err != nil {
				t.Errorf("got %v, %v, want %v", got, err, tt.want)
			}
		})
	}
	t.Run("too many rows", func(t *testing.T) {
		b, err := newWorkbook(io.Discard, "x", []string{"phone"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for n := 2; n <= sheetRows+1; n++ {
			got, err := b.row(nil, textStyle)
			if err != nil || got != (n <= sheetRows) {
				t.Fatalf("row %d: got %v, %v", n, got, err)
			}
		}
	})
	in := Input{Header: []string{"name", "phone"}, Comma: ',', Rows: 3}
	rows := []outcome.Row{row(1, "1", outcome.PhoneTooShort), row(2, "2", outcome.PhoneTooShort), row(3, "3", outcome.NotAttempted)}
	rows[0].Record = []string{long, "1"}
	f, d, err := write(t.TempDir(), summary(), in, seq(rows, nil))
	if err != nil {
		t.Fatal(err)
	}
	if got := cellsOf(t, sheetOf(t, f.InvalidBook)); len(got) != 2 || got[1][1] != "2" {
		t.Errorf("got %q, want the second row only", got)
	}
	if !strings.Contains(string(read(t, f.Invalid)), long) {
		t.Error("got no long cell in invalid.csv, want it there")
	}
	if d.OnlyCSV != (OnlyCSV{Invalid: 1}) {
		t.Errorf("got %+v, want one invalid row", d.OnlyCSV)
	}
}

// TestWorkbooksHoldWhatTheTablesHold reads both files of random rows: they have the
// same cells, and the workbook has them without a guard.
func TestWorkbooksHoldWhatTheTablesHold(t *testing.T) {
	for seed := range uint64(20) {
		in, rows := randomFile(rand.New(rand.NewPCG(seed, 2)))
		f, _, err := write(t.TempDir(), summary(), in, seq(rows, nil))
		if err != nil {
			t.Fatal(err)
		}
		for csv, book := range map[string]string{f.Retry: f.RetryBook, f.Invalid: f.InvalidBook} {
			want := parse(t, read(t, csv), in.Comma)
			got := cellsOf(t, sheetOf(t, book))
			for _, row := range got {
				for i, cell := range row {
					row[i] = feedback.Unguard(strings.ReplaceAll(feedback.Guard(cell), "\r\n", "\n"))
				}
			}
			compare(t, filepath.Base(book), got, want)
		}
	}
}

func FuzzWorkbook(f *testing.F) {
	for _, cell := range strange() {
		f.Add(cell, "x")
		f.Add("_x00", cell)
	}
	f.Fuzz(func(t *testing.T, one, two string) {
		if !fits(one + two) {
			return
		}
		got := cellsOf(t, writeBook(t, []string{one}, []string{two, one}, []string{one + two}))
		for i, want := range [][]string{{one}, {two, one}, {one + two}} {
			if !slices.Equal(readable(got[i]), readable(want)) {
				t.Errorf("row %d: got %q, want %q", i+1, got[i], want)
			}
		}
	})
}

// readable is the cells with one U+FFFD for what no cell can hold. How many stand for
// bytes that are not UTF-8 does not matter.
func readable(cells []string) []string {
	cells = slices.Clone(cells)
	for i, cell := range cells {
		cell = strings.ReplaceAll(strings.ToValidUTF8(cell, "\ufffd"), "\x00", "\ufffd")
		cells[i] = regexp.MustCompile("\ufffd+").ReplaceAllString(cell, "\ufffd")
	}
	return cells
}

// TestWorkbookIsSmallInMemory: the allocations for a row must not grow with their
// number.
func TestWorkbookIsSmallInMemory(t *testing.T) {
	row := []string{"Ann & Bob", "+49 151 23456789", "", "Zürich"}
	perRow := func(n int) float64 {
		return testing.AllocsPerRun(1, func() {
			b, err := newWorkbook(io.Discard, "x", nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			for range n {
				if _, err := b.row(row, textStyle); err != nil {
					t.Fatal(err)
				}
			}
		}) / float64(n)
	}
	if short, long := perRow(5_000), perRow(50_000); long > short || long > 1.1 {
		t.Errorf("got %.2f allocations a row in a long sheet and %.2f in a short one, want one, and no growth", long, short)
	}
}
