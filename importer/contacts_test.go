package importer_test

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/report"
)

// numbersOf checks a file and returns the number of each row by its first cell, and its
// rows, those that would be sent as they are once they are created.
func numbersOf(t *testing.T, path string) (map[string]string, []outcome.Row, importer.JobInfo) {
	t.Helper()
	result, err := importer.Check(t.Context(), importer.Options{Input: path})
	if err != nil {
		t.Fatal(err)
	}
	defer result.Close() //nolint:errcheck // only read
	found := make(map[string]string)
	var rows []outcome.Row
	for row, err := range result.Rows(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if row.Status == outcome.Pending {
			found[row.Record[0]] = row.Phone
			row.Status, row.Reason, row.ContactID = outcome.Created, outcome.ReasonCreated, "id"
		}
		rows = append(rows, row)
	}
	return found, rows, result.Job
}

// receiptOf writes the report of an import that has created all rows which can be.
func receiptOf(t *testing.T, job importer.JobInfo, rows []outcome.Row) report.Files {
	t.Helper()
	in := report.Input{Name: "f", Bytes: job.InputBytes, Rows: job.Rows, Header: job.Header, Comma: job.Delimiter, Contacts: true}
	f, _, err := writeReport(t.TempDir(), report.Summary{}, in, func(yield func(outcome.Row, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// bareLists are lists of three countries whose cells have no +, or lost it, and what few of
// them can be read: by itself, by what most of its column are.
func bareLists() iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		for seed := range 40 {
			rnd := rand.New(rand.NewPCG(uint64(seed), 9))
			own := []float64{0, 0.5, 0.9, 0.97, 1}[rnd.IntN(5)]
			text := []string{"id,phone,country\n", "id,msisdn,country\n", "id,phone,land\n"}[rnd.IntN(3)]
			for i := range 15 + rnd.IntN(60) {
				country := []string{"DE", "AT", "US"}[rnd.IntN(3)]
				code := map[string]string{"DE": "49", "AT": "43", "US": "1"}[country]
				cell := map[string]string{"DE": "1512345", "AT": "664123", "US": "415555"}[country] + fmt.Sprintf("%04d", rnd.IntN(9000)+1000)
				switch r := rnd.Float64(); {
				case r < own:
					cell = code + cell
				case r < own+0.1:
					cell = "+" + code + cell
				case r < own+0.2: // digits of another country's
					cell = []string{"43664", "49151", "1415", "44790"}[rnd.IntN(4)] + fmt.Sprint(rnd.IntN(9_000_000)+1_000_000)
				}
				text += fmt.Sprintf("r%d,%s,%s\n", i, cell, country)
			}
			if !yield(seed, text) {
				return
			}
		}
	}
}

// TestContactsComeBackAsTheSameNumbers: a list that comes back as contacts.csv or
// contacts.xlsx is read as it was, though what its columns decide may be another thing now
// that rows are missing. One that a spreadsheet has opened and saved, which drops the plus
// signs, has the same number in each row or none.
func TestContactsComeBackAsTheSameNumbers(t *testing.T) {
	same, without := 0, 0
	for seed, text := range bareLists() {
		path := filepath.Join(t.TempDir(), "list.csv")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		want, rows, job := numbersOf(t, path)
		if len(want) == 0 {
			continue
		}
		f := receiptOf(t, job, rows)
		for _, file := range []string{f.Contacts, f.ContactBook} {
			got, _, again := numbersOf(t, file)
			for id, number := range want {
				if got[id] != number {
					t.Errorf("list %d, %s, %s: got %q, want %q", seed, filepath.Base(file), id, got[id], number)
				}
			}
			if len(got) != len(want) || again.Phone[0] != job.Phone[0] {
				t.Errorf("list %d: got %d numbers from %q, want %d from %q", seed, len(got), again.Phone, len(want), job.Phone)
			}
		}
		saved, err := os.ReadFile(f.Contacts)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(saved), "+", "")), 0o600); err != nil {
			t.Fatal(err)
		}
		got, _, _ := numbersOf(t, path)
		for id, number := range want {
			switch got[id] {
			case number:
				same++
			case "":
				without++
			default:
				t.Errorf("list %d, saved by a spreadsheet, %s: got another number than %q", seed, id, number)
			}
		}
	}
	if same == 0 || without > same {
		t.Errorf("%d numbers came back through a spreadsheet, and %d did not", same, without)
	}
}
