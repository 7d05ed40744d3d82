package importer_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"sent-import/importer"
)

// TestRefusedRowsThroughASpreadsheet: invalid.csv as LibreOffice saves it when nobody has
// repaired its rows. No row becomes another number, however often it is tried.
func TestRefusedRowsThroughASpreadsheet(t *testing.T) {
	path := filepath.Join(t.TempDir(), "list.csv")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cells := []struct{ refused, saved, region string }{
		{"+49151234", "49151234", "DE"},       // a number of Bremen
		{"+3365234567", "3365234567", "US"},   // one of North Carolina
		{"4.74021E+09", "4740210000", "NO"},   // a mobile number
		{"4.47E+11", "447000000000", "GB"},    // likewise
		{"+49151", "49151", "DE"},             // none
		{"+81012345678", "81012345678", "RU"}, // its international prefix is 810
	}
	list := "Phone,Country\n"
	for _, c := range cells {
		list += c.refused + "," + c.region + "\n"
	}
	write(list)
	for _, numbers := range []string{"", "international", "national"} {
		rows := check(t, importer.Options{Input: path}).rows
		for range 2 {
			text := "Phone,Country,sent_import_line,sent_import_reason,sent_import_hint\n"
			for i, c := range cells {
				text += fmt.Sprintf("%s,%s,%d,%s,%q\n", c.saved, c.region, i+2, rows[i+2].Reason, rows[i+2].Message)
			}
			write(text)
			got := check(t, importer.Options{Input: path, Reading: importer.Reading{Numbers: numbers}})
			for i, c := range cells {
				if row := got.rows[i+2]; row.Phone != "" {
					t.Errorf("--numbers %q: %s, refused as %s, came back as %s: got %s, want a reason", numbers, c.refused, rows[i+2].Reason, c.saved, row.Phone)
				}
			}
			rows = got.rows
		}
		write(list)
	}
}
