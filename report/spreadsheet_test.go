package report

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"sent-import/importer/feedback"
	"sent-import/importer/outcome"
)

// spreadsheet splits a text as a spreadsheet with that separator does: quotes
// count only where a cell begins with one, and what follows the closing quote is
// text of the cell.
func spreadsheet(text string, separator byte) (cells []string) {
	for len(text) > 0 {
		var cell strings.Builder
		if text[0] == '"' {
			text = text[1:]
			for len(text) > 0 {
				before, after, _ := strings.Cut(text, `"`)
				cell.WriteString(before)
				if text = after; !strings.HasPrefix(text, `"`) {
					break
				}
				cell.WriteByte('"')
				text = text[1:]
			}
		}
		end := strings.IndexAny(text, string(separator)+"\r\n")
		if end < 0 {
			end = len(text)
		}
		cell.WriteString(text[:end])
		cells = append(cells, cell.String())
		text = text[min(len(text), end+1):]
	}
	return cells
}

// dangerous reports whether a spreadsheet would run the cell as a formula that does
// more than sums. Several string literals and numbers without an operator between them
// are no formula.
func dangerous(cell string) bool {
	cell = strings.TrimLeftFunc(cell, unicode.IsSpace)
	first, size := utf8.DecodeRuneInString(cell)
	switch first {
	case '=', '@', '＝', '＠':
		return true
	case '+', '-', '＋', '－':
		return signed(cell[size:])
	}
	return false
}

// signed reports whether the text after a sign is a formula that reaches out of the
// sheet. Text between quotes does not count, and two operands without an operator
// between them are no formula.
func signed(rest string) bool {
	parts := strings.Split(rest, `"`)
	if len(parts)%2 == 0 { // a string that does not end
		return false
	}
	outside := parts[0]
	for i := 2; i < len(parts); i += 2 {
		if parts[i] == "" && i < len(parts)-1 { // two quotes within a string
			continue
		}
		last, _ := utf8.DecodeLastRuneInString(strings.TrimRightFunc(outside, unicode.IsSpace))
		if unicode.IsLetter(last) || unicode.IsDigit(last) || strings.ContainsRune(")].", last) {
			return false
		}
		outside += "&" + parts[i]
	}
	return feedback.ReachesOut(outside)
}

// evil are cells that run as formulas after a separator, alone or together.
func evil() []string {
	const calc = "cmd|' /C calc'!A0"
	cells := []string{"=1", "a b", "5", "", "&" + calc + "&", "3+" + calc, ";", "x;-2&", "x,-2", "x|+(", "&" + calc + ")&", "WEBSERVICE(A1)", "x\t-", "x;+1 '",
		"call (me)", "-2", "-2&", "*WEBSERVICE (A1)"}
	for _, separator := range []string{";", "\t", "|", ",", "\n", "\r", "; ", ";\u00a0", `;"`, `; "`, ";;", ";\t"} {
		for _, formula := range []string{"=" + calc, "@SUM(1)", "+" + calc, "-2+" + calc, "＝" + calc, `=HYPERLINK("http://example.org")&"`} {
			cells = append(cells, "foo"+separator+formula)
		}
	}
	return cells
}

// TestAttack12FormulasBehindAnotherSeparator opens every file of a report in
// spreadsheets with each separator: no cell of the user's runs in any of them.
func TestAttack12FormulasBehindAnotherSeparator(t *testing.T) {
	for _, comma := range []rune{',', ';', '\t', '|', '^'} {
		in := Input{Comma: comma, Bytes: 1 << 20}
		var rows []outcome.Row
		for _, first := range evil() {
			for _, second := range evil()[:20] {
				r := row(len(rows)+1, first, outcome.PhoneNotANumber)
				if len(rows)%2 == 1 {
					r = row(len(rows)+1, first, outcome.Network)
				}
				r.Message = first + second
				r.Record = []string{first, second, first, second}
				rows = append(rows, r)
			}
		}
		in.Rows = len(rows)
		in.Header = []string{"name;=1", "phone\n@x", "=1", "|-a"}
		f, _, err := write(t.TempDir(), summary(), in, seq(rows, nil))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{f.Report, f.Retry, f.Invalid} {
			text := string(read(t, path))
			for _, separator := range []byte{',', ';', '\t', '|'} {
				for _, cell := range spreadsheet(text, separator) {
					if dangerous(cell) {
						t.Fatalf("%s with %q, opened in a spreadsheet with %q, runs %q", path, comma, separator, cell)
					}
				}
			}
		}
	}
}
