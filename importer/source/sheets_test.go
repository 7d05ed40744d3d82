package source

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// page is a sheet to be written: its cells are strings or numbers; nil is no cell.
type page struct {
	name   string
	rows   [][]any
	hidden bool
	change func(*excelize.File) error // before the workbook is written
}

func workbookOf(t testing.TB, pages ...page) []byte {
	t.Helper()
	f := excelize.NewFile()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for i, p := range pages {
		if i == 0 {
			must(f.SetSheetName("Sheet1", p.name))
		} else if _, err := f.NewSheet(p.name); err != nil {
			t.Fatal(err)
		}
		for n, row := range p.rows {
			for column, cell := range row {
				at, err := excelize.CoordinatesToCellName(column+1, n+1)
				must(err)
				if cell != nil {
					must(f.SetCellValue(p.name, at, cell))
				}
			}
		}
	}
	for _, p := range pages {
		must(f.SetSheetVisible(p.name, !p.hidden))
		if p.change != nil {
			must(p.change(f))
		}
	}
	var b bytes.Buffer
	must(f.Write(&b))
	must(f.Close())
	return b.Bytes()
}

// ofCells makes a sheet of texts. A blank one is no cell, as programs write them.
func ofCells(name string, rows [][]string) page {
	p := page{name: name}
	for _, cells := range rows {
		row := make([]any, len(cells))
		for i, c := range cells {
			if c != "" {
				row[i] = c
			}
		}
		p.rows = append(p.rows, row)
	}
	return p
}

func cellsOf(t testing.TB, text string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// workbookVariants are the contacts in workbooks.
func workbookVariants(t testing.TB) []variant {
	list := ofCells("Contacts", contacts())
	titled := ofCells("Contacts", append([][]string{{"Our contacts"}, {"phone", "exported on Monday"}, {}}, contacts()...))
	numbers := ofCells("Contacts", contacts())
	numbers.rows[1][1], numbers.rows[4][1] = 33612345678, 14155552671
	numbers.rows[2][1] = 15123456789
	numbers.change = func(f *excelize.File) error {
		return errors.Join(format(f, "Contacts", "B2", "+0"), format(f, "Contacts", "B3", "0000\" \"00000000"), format(f, "Contacts", "B5", "\"+\"0"))
	}
	secret := ofCells("Old", contacts())
	secret.hidden = true
	other := ofCells("Prices", [][]string{{"Article", "Price"}, {"Shoe", "12"}})
	return []variant{
		{name: "workbook", file: workbookOf(t, list)},
		{name: "workbook in zip", file: pack(t, "zip", workbookOf(t, list))},
		{name: "workbook, rows of a stream", file: streamed(t)},
		{name: "workbook, title lines", file: workbookOf(t, titled), o: Options{SkipLines: 3}},
		{name: "workbook, numbers", file: workbookOf(t, numbers)},
		{name: "workbook, other sheets", file: workbookOf(t, other, secret, list)},
		{name: "workbook, named sheet", file: workbookOf(t, other, ofCells("Copy", contacts()), list), o: Options{Sheet: "contacts"}},
		{name: "workbook, numbered sheet", file: workbookOf(t, other, secret, list), o: Options{Sheet: "2"}},
	}
}

func format(f *excelize.File, sheet, cell, code string) error {
	style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &code})
	return errors.Join(err, f.SetCellStyle(sheet, cell, cell, style))
}

// streamed writes the contacts with texts that stand in their cells.
func streamed(t testing.TB) []byte {
	t.Helper()
	f := excelize.NewFile()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range ofCells("", contacts()).rows {
		if err := w.SetRow("A"+strconv.Itoa(i+1), row); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := errors.Join(w.Flush(), f.Write(&b), f.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestSheetIsChosen(t *testing.T) {
	list := func(name string, phones ...any) page {
		p := page{name: name, rows: [][]any{{"Phone"}}}
		for _, phone := range phones {
			p.rows = append(p.rows, []any{phone})
		}
		return p
	}
	hidden := func(p page) page { p.hidden = true; return p }
	prices := page{name: "Prices", rows: [][]any{{"Article", "Price"}, {"Shoe", 12}}}
	empty := page{name: "Empty"}
	for _, tt := range []struct {
		name  string
		pages []page
		o     Options
		want  string // the phone in it; "" for an error
		says  string // part of the error, or of a notice
	}{
		{"the only one", []page{list("A", "+1")}, Options{}, "+1", ""},
		{"the only one with a phone column", []page{prices, list("A", "+1"), empty}, Options{}, "+1", `sheet: "A" (sheet 2), the only one of 2 with a phone column; another is chosen with --sheet`},
		{"a hidden one beside it", []page{list("A", "+1"), hidden(list("B", "+2"))}, Options{}, "+1", `1 sheet is hidden in the workbook`},
		{"several", []page{list("A", "+1"), prices, list("B b", "+2")}, Options{}, "", `2 sheets of the workbook have a phone column: "A" (sheet 1), "B b" (sheet 3). Choose one with --sheet "A"`},
		{"none", []page{prices, {name: "More", rows: prices.rows}}, Options{}, "", `none of the sheets of the workbook has a phone column in its first row: "Prices" (sheet 1), "More" (sheet 2)`},
		{"none, but titles", []page{prices, {name: "T", rows: [][]any{{"Our list"}, nil, {"Name", "Phone"}}}}, Options{}, "", `But in "T" (sheet 2) row 3 looks like the header: use --skip-lines 2`},
		{"titles", []page{{name: "T", rows: [][]any{{"Our list"}, nil, {"Name", "Phone"}}}}, Options{}, "", `the first row of the sheet has no phone column, but row 3 looks like the header: use --skip-lines 2`},
		{"two rows of headers", []page{{name: "T", rows: [][]any{{"Person", "Contact"}, {"Name", "Phone"}, {"Ann", "+14155550101"}}}}, Options{}, "", `but row 2 looks like the header: use --skip-lines 1`},
		{"titles of a sheet that is named", []page{prices, {name: "T", rows: [][]any{{"Our list"}, nil, {"Name", "Phone"}}}}, Options{Sheet: "T"}, "", `row 3 looks like the header: use --skip-lines 2`},
		{"none, and only one", []page{prices, empty}, Options{}, "", "no column is recognised"},
		{"only hidden ones", []page{empty, hidden(list("B", "+2"))}, Options{}, "", `hidden ones do not count: "Empty" (sheet 1), "B" (hidden). Choose one with --sheet "B"`},
		{"empty", []page{empty}, Options{}, "", ErrEmpty.Error()},
		{"by name", []page{list("A", "+1"), list("B", "+2")}, Options{Sheet: "B"}, "+2", ""},
		{"by name in other case", []page{list("A", "+1"), list("Bé", "+2")}, Options{Sheet: " BÉ"}, "+2", ""},
		{"by number", []page{list("A", "+1"), list("B", "+2")}, Options{Sheet: "2"}, "+2", ""},
		{"by number, hidden ones are not counted", []page{hidden(list("A", "+1")), prices, list("B", "+2")}, Options{Sheet: "2"}, "+2", ""},
		{"a name that is a number", []page{list("2", "+1"), list("B", "+2")}, Options{Sheet: "2"}, "+1", ""},
		{"a hidden one by name", []page{list("A", "+1"), hidden(list("B", "+2"))}, Options{Sheet: "B"}, "+2", `sheet: "B" (hidden)`},
		{"no such name", []page{list("A", "+1")}, Options{Sheet: "X"}, "", `no sheet "X"; its sheets are "A" (sheet 1)`},
		{"no such number", []page{list("A", "+1"), hidden(list("B", "+2"))}, Options{Sheet: "2"}, "", `no sheet "2"`},
		{"the phone column named", []page{prices, {name: "N", rows: [][]any{{"Ring"}, {"+1"}}}}, Options{PhoneColumns: []string{"Ring"}}, "+1", `the only one of 2 with the phone columns named`},
		{"no header", []page{empty, {name: "N", rows: [][]any{{"+1"}}}}, Options{NoHeader: true}, "+1", ""},
		{"no header, several", []page{list("A", "+1"), list("B", "+2")}, Options{NoHeader: true, PhoneColumns: []string{"1"}}, "", `2 sheets of the workbook have rows`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if len(tt.pages) > 1 && tt.pages[0].hidden { // excelize doesn't hide the sheet in front
				tt.pages[0].change = func(f *excelize.File) error {
					f.SetActiveSheet(1)
					return f.SetSheetVisible(tt.pages[0].name, false)
				}
			}
			got, err := readAll(workbookOf(t, tt.pages...), tt.o)
			if tt.want == "" {
				if err == nil || !strings.Contains(err.Error(), tt.says) {
					t.Errorf("got %v, want an error with %q", err, tt.says)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			wantPhones(t, got, tt.want)
			if said := strings.Join(got.Notices, "\n"); !strings.Contains(said, tt.says) {
				t.Errorf("got the notices %q, want %q", said, tt.says)
			}
		})
	}
}

func TestRowsOfASheet(t *testing.T) {
	file := workbookOf(t, page{name: "S", rows: [][]any{
		nil,
		{nil, "Name", "Phone", "Note"},
		{nil, "Ann"},
		nil,
		{nil, nil, 447900900123, nil, nil, " "},
		{nil, "Bob", "+1", "x", "a stray note"},
	}, change: func(f *excelize.File) error {
		return errors.Join(f.SetRowVisible("S", 5, false), f.SetCellFormula("S", "D3", "A1"), f.SetSheetDimension("S", "A1:F6"))
	}})
	got, err := readAll(file, Options{})
	if err != nil {
		t.Fatal(err)
	}
	// The sheet says that it uses 6 columns.
	if want := []string{"", "Name", "Phone", "Note", "", ""}; !slices.Equal(got.Header, want) {
		t.Errorf("got header %q, want %q", got.Header, want)
	}
	var rows []string
	for _, r := range got.Rows {
		rows = append(rows, fmt.Sprintf("%d %d %s %q %s", r.Number, r.Line, strings.Join(r.Record, "|"), r.Phone, r.Malformed))
	}
	want := []string{`1 3 |Ann|||| "" `, `2 5 ||447900900123|||  "447900900123" `, `3 6 |Bob|+1|x|a stray note| "+1" `}
	if !slices.Equal(rows, want) {
		t.Errorf("got rows\n%q, want\n%q", rows, want)
	}
	if want := (Dialect{Delimiter: ',', Encoding: "UTF-8", Sheet: "S"}); got.Dialect != want {
		t.Errorf("got %+v, want %+v", got.Dialect, want)
	}
	said := strings.Join(got.Notices, "\n")
	for _, want := range []string{"1 row is hidden in the sheet", "1 formula has no value stored"} {
		if !strings.Contains(said, want) {
			t.Errorf("got the notices %q, want %q", said, want)
		}
	}
}

// TestTemporaryFilesOfSheets holds that nothing with a name stays, and that the directory is
// made where it is missing.
func TestTemporaryFilesOfSheets(t *testing.T) {
	dir := t.TempDir() + "/spool"
	file := pack(t, "zip", workbookOf(t, ofCells("Contacts", contacts())))
	src, err := openFile(file, Options{TempDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("got %v, %v while the workbook is open, want an empty directory", left, err)
	}
	for _, err := range src.Rows() {
		if err != nil {
			t.Fatal(err)
		}
	}
	if src.Dialect().Compression != "zip" {
		t.Errorf("got compression %q", src.Dialect().Compression)
	}
}

// TestDamagedWorkbooks cuts and corrupts: an error, never fewer rows.
func TestDamagedWorkbooks(t *testing.T) {
	p := page{name: "S", rows: [][]any{{"Phone", "Name"}}}
	for i := range 200 {
		p.rows = append(p.rows, []any{14155550000 + i, fmt.Sprintf("Person %d", i)})
	}
	whole := workbookOf(t, p)
	good, err := readAll(whole, Options{})
	if err != nil || len(good.Rows) != 200 {
		t.Fatalf("got %d rows, %v", len(good.Rows), err)
	}
	same := func(got outcomeOf) bool {
		return slices.EqualFunc(got.Rows, good.Rows, func(a, b Row) bool { return a.Line == b.Line && slices.Equal(a.Record, b.Record) })
	}
	for cut := 1; cut < len(whole); cut += 211 {
		if got, err := readAll(whole[:cut], Options{}); err == nil {
			t.Errorf("cut off at %d of %d: got %d rows and no error", cut, len(whole), len(got.Rows))
		}
	}
	for at := 0; at < len(whole); at += 53 {
		bad := bytes.Clone(whole)
		bad[at] ^= 0x10
		if got, err := readAll(bad, Options{}); err == nil && !same(got) {
			t.Errorf("with a wrong byte at %d: got %d rows and no error", at, len(got.Rows))
		}
	}
	var message string
	if _, err := readAll(zipOf(t, zipFile{name: "xl/workbook.xml", method: zip.Deflate, body: []byte("<workbook/>")}), Options{}); err != nil {
		message = err.Error()
	}
	if want := "the workbook is damaged"; !strings.Contains(message, want) || !strings.Contains(message, "save it again") {
		t.Errorf("got %q, want %q", message, want)
	}
}
