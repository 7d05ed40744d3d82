package workbook

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestWorkbooksOfOtherPrograms reads one list as three programs write it: every cell is
// that of the list as CSV.
func TestWorkbooksOfOtherPrograms(t *testing.T) {
	file, err := os.Open("testdata/contacts.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	want, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	books, err := filepath.Glob("testdata/*.xlsx")
	if err != nil || len(books) != 4 {
		t.Fatalf("got %q, %v", books, err)
	}
	for _, path := range books {
		t.Run(filepath.Base(path), func(t *testing.T) {
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			rows := contactsOf(t, content)
			if len(rows) != len(want) {
				t.Fatalf("got %d rows, want %d", len(rows), len(want))
			}
			for i, row := range rows {
				cells := append(row.Cells, make([]string, len(want[i])-len(row.Cells))...)
				if row.Number != i+1 || !slices.Equal(cells, want[i]) {
					t.Errorf("row %d: got %q, want %q", row.Number, cells, want[i])
				}
			}
		})
	}
}

// contactsOf reads the sheet "Contacts".
func contactsOf(t *testing.T, content []byte) []Row {
	t.Helper()
	b := openBytes(t, content)
	defer b.Close()
	sheet := slices.IndexFunc(b.Sheets(), func(s Sheet) bool { return s.Name == "Contacts" && !s.Hidden })
	if sheet < 0 {
		t.Fatalf("got the sheets %+v", b.Sheets())
	}
	rows, err := readSheet(b, sheet)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
