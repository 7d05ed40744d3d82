package plan

import (
	"testing"

	"sent-import/importer/outcome"
	"sent-import/importer/phone"
	"sent-import/importer/source"
)

// TestNothingIsMissing: what programs write for a value that is not there has two readers,
// and both take it so. Where the column is chosen another one counts then (source), and
// where there is no other the row has no number (phone).
func TestNothingIsMissing(t *testing.T) {
	for _, cell := range []string{"", " ", "\u00a0", `\N`, "NULL", "null", "(null)", "<null>", "#N/A", "n/a", "N/A", "NA", "n.a.", "NaN", "nil", "None", "<NA>", "undefined", "(undefined)", "-", "–", "—", "--", "...", "?"} {
		if got := phone.Normalize(cell, "DE", phone.Options{}); got.Reason != outcome.PhoneMissing {
			t.Errorf("phone, %q: got %q, %q, want %s", cell, got.E164, got.Reason, outcome.PhoneMissing)
		}
		f, err := openInput(t.Context(), fileOf(t, "Phone,Work Phone\n\""+cell+"\",+493012345678\n"), source.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for row, err := range f.src.Rows() {
			if err != nil || row.Elsewhere != 0 {
				t.Errorf("source, %q: got %+v, %v, want another column", cell, row, err)
			}
		}
		f.close()
	}
}

// TestFaxIsToldApart: the hint of a row whose only number is a fax's does not say that
// there is none.
func TestFaxIsToldApart(t *testing.T) {
	const header = "Phone 1 - Label,Phone 1 - Value,Work Phone\n"
	for text, want := range map[string]string{
		"Home Fax,+493012345678,\n":           hintNoPhone,
		"Pager,+493012345678,\n":              hintNoPhone,
		"Mobile,,\n":                          phone.Normalize("", "", phone.Options{}).Hint,
		"Fax,+493012345678,+4930123456780\n":  `there is no number in "Phone 1 - Value", but something in "Work Phone": take that with --phone-column "Phone 1 - Value,Work Phone", or copy it there`,
		"Home,+493012345678,+4930123456780\n": "",
	} {
		in := fileOf(t, header+text)
		cells, err := readerOf(t.Context(), in, Reading{})
		if err != nil {
			t.Fatal(err)
		}
		f, err := openInput(t.Context(), in, source.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for row, err := range f.src.Rows() {
			if got := cells.read(&row); err != nil || got.Hint != want {
				t.Errorf("%q: got %q, %v, want %q", text, got.Hint, err, want)
			}
		}
		f.close()
	}
}
