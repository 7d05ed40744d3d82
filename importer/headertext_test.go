package importer_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sent-import/importer"
	"sent-import/importer/outcome"
)

// checkText checks a file with that text.
func checkText(t *testing.T, text string, o importer.Options) (*importer.Result, error) {
	t.Helper()
	o.Input = filepath.Join(t.TempDir(), "list.csv")
	if err := os.WriteFile(o.Input, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	result, err := importer.Check(t.Context(), o)
	if err == nil {
		t.Cleanup(func() { _ = result.Close() })
	}
	return result, err
}

// TestHeadersInTexts: a header that looks like somebody's data stands in the
// user's files, and nowhere else.
func TestHeadersInTexts(t *testing.T) {
	for _, name := range []string{"Mobile of Ada 4155550101", "ada@example.com's phone", strings.Repeat("Ada said. ", 20)} {
		text := "Name,\"" + name + "\"\n" + strings.Repeat("x,none\n", 30)
		for _, column := range []string{"2", name} {
			var notices []string
			o := importer.Options{Reading: importer.Reading{PhoneColumns: []string{column}}, Notice: func(text string) { notices = append(notices, text) }}
			o.Plan = func(p importer.Plan) { notices = append(append(notices, p.Notices...), p.Region) }
			result, err := checkText(t, text, o)
			if err != nil {
				if strings.Contains(err.Error(), "Ada") || strings.Contains(err.Error(), "ada") {
					t.Errorf("got %q, which holds a cell", err)
				}
				continue
			}
			if result.Stopped == nil || result.Counts.Invalid != 30 || result.Reasons[outcome.PhoneMissing] != 30 {
				t.Fatalf("got %+v, want it stopped for its invalid rows", result.Counts)
			}
			said := strings.Join(append(notices, result.Notes...), "\n") + result.Stopped.Message
			if strings.Contains(said, "Ada") || strings.Contains(said, "ada@") || strings.Contains(said, "4155550101") {
				t.Errorf("got %q, which holds the header", said)
			}
		}
	}
}
