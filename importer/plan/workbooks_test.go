package plan

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
)

// TestWorkbooksAreClassifiedAsTheirCSV plans one list as it stands in workbooks of other
// programs: each row becomes what it becomes in the list as CSV.
func TestWorkbooksAreClassifiedAsTheirCSV(t *testing.T) {
	want := classified(t, "../workbook/testdata/contacts.csv")
	numbers := 0
	for _, r := range want {
		if r.Phone != "" {
			numbers++
		}
	}
	if numbers != 12 { // all but 123456789012345, the date, TRUE, #N/A and the blank one
		t.Errorf("got %d numbers in the CSV: %+v", numbers, want)
	}
	books, err := filepath.Glob("../workbook/testdata/*.xlsx")
	if err != nil || len(books) != 4 {
		t.Fatalf("got %q, %v", books, err)
	}
	for _, book := range books {
		t.Run(filepath.Base(book), func(t *testing.T) {
			got := classified(t, book)
			if len(got) != len(want) {
				t.Fatalf("got %d rows, want %d", len(got), len(want))
			}
			for i := range got {
				if !reflect.DeepEqual(got[i], want[i]) {
					t.Errorf("row %d: got %+v, want %+v", i+1, got[i], want[i])
				}
			}
		})
	}
}

// classified reads and classifies the rows of a file. Lines are left out: a cell of the
// CSV has two.
func classified(t *testing.T, path string) (rows []outcome.Row) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	in := &Input{File: ledger.Input{Path: path, Name: filepath.Base(path), Bytes: info.Size()}, TempDir: t.TempDir()}
	cells, err := readerOf(t.Context(), in, Reading{})
	if err != nil {
		t.Fatal(err)
	}
	f, err := openInput(t.Context(), in, Reading{}.sourceOptions())
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	for row, err := range f.src.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		b := newBatch()
		b.add(row)
		b.work(&cells, OptOutIgnore)
		r := b.planned[0]
		r.Line, r.Record = 0, nil
		rows = append(rows, r)
	}
	return rows
}

// A sheet that is the only one to choose from is no part of the reading, however it is
// named.
func TestSheetAsChosenIsNoPartOfTheReading(t *testing.T) {
	const book = "../workbook/testdata/libreoffice.xlsx"
	info, err := os.Stat(book)
	if err != nil {
		t.Fatal(err)
	}
	in := &Input{File: ledger.Input{Path: book, Name: filepath.Base(book), Bytes: info.Size()}, TempDir: t.TempDir()}
	o, err := outlineOf(t.Context(), in, Reading{})
	if err != nil || o.dialect.Sheet == "" {
		t.Fatalf("got %+v, %v, want the name of a sheet", o.dialect, err)
	}
	for _, sheet := range []string{"1", o.dialect.Sheet} {
		got, err := Canonical(t.Context(), in, Reading{Sheet: sheet, Delimiter: ';', Encoding: "utf-8"})
		if err != nil || got.Text() != "{}" {
			t.Errorf("sheet %q: got %s, %v, want nothing", sheet, got.Text(), err)
		}
	}
}
