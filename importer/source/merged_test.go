package source

import (
	"errors"
	"os"
	"slices"
	"testing"

	"github.com/xuri/excelize/v2"
)

// TestMergedOptOutCells: Excel shows the value of a merged range in each of its rows and
// stores it in the first one, so the others are not taken to say that nobody opted out.
func TestMergedOptOutCells(t *testing.T) {
	p := page{name: "S", rows: [][]any{{"Phone", "Name", "Unsubscribed"}, {"+1", "A", "yes"}, {"+2", "B"}, {"+3", "C"}, {"+4", "D"}, {"+5", "E", "no"}, {"+6", "F"}, {"+7", "G"}}}
	p.change = func(f *excelize.File) error {
		return errors.Join(f.MergeCell("S", "C2", "C4"), f.MergeCell("S", "B6", "C6"), f.MergeCell("S", "B7", "B8"))
	}
	got, err := readAll(workbookOf(t, p), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if want := []OptOut{OptedOut, OptOutUnclear, OptOutUnclear, OptedIn, OptOutUnclear, OptedIn, OptedIn}; !slices.Equal(got.wishes(), want) {
		t.Errorf("got %d, want %d", got.wishes(), want)
	}
	if !hasNotice(got, "merged cells lie over an opt-out column in 3 rows") {
		t.Errorf("got %q, want it said", got.Notices)
	}
	for name, o := range map[string]Options{"ignored": {OptOuts: IgnoreOptOuts}, "none": {OptOutColumn: "none"}} {
		if got, err := readAll(workbookOf(t, p), o); err != nil || hasNotice(got, "merged") {
			t.Errorf("%s: got %q, %v, want nothing of merged cells", name, got.Notices, err)
		}
	}
}

// TestCloseGivesFilesBack, also where no row was read, and more than once.
func TestCloseGivesFilesBack(t *testing.T) {
	src, err := openFile(pack(t, "zip", workbookOf(t, ofCells("Contacts", contacts()))), Options{TempDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	unpacked := src.records.(*sheetRecords).unpacked
	if err := errors.Join(src.Close(), src.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := unpacked.Stat(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("got %v, want a closed file", err)
	}
}
