package importer_test

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nyaruka/phonenumbers"

	"sent-import/importer"
)

// BenchmarkPlan plans 60,000 rows (reading, phone numbers, duplicates, ledger),
// and compares that with a bare loop over encoding/csv and the phone number
// library in one goroutine, in the same run. The metric "ratio" is the plan's
// rows a second by the loop's.
func BenchmarkPlan(b *testing.B) {
	const rows = 60_000
	file := filepath.Join(b.TempDir(), "contacts.csv")
	var text strings.Builder
	text.WriteString("name,phone\n")
	for i := range rows {
		fmt.Fprintf(&text, "contact %d,+1%d%03d%04d\n", i, []int{212, 312, 415, 206, 617, 646}[i/10000], 200, i%10000)
	}
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	var loop, plan time.Duration
	for b.Loop() {
		began := time.Now()
		if n := bareParse(b, text.String()); n != rows {
			b.Fatalf("the loop found %d valid numbers", n)
		}
		loop += time.Since(began)
		began = time.Now()
		result, err := importer.Check(b.Context(), importer.Options{Input: file})
		if err != nil {
			b.Fatal(err)
		}
		plan += time.Since(began)
		if result.Counts.Pending != rows {
			b.Fatalf("the plan found %d valid numbers", result.Counts.Pending)
		}
		if err := result.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(rows*b.N)/plan.Seconds(), "rows/s")
	b.ReportMetric(loop.Seconds()/plan.Seconds(), "ratio")
}

// bareParse is what there is to compare with: no columns, no duplicates, no
// ledger, and no care for what a lenient parser makes of a cell.
func bareParse(b *testing.B, text string) (valid int) {
	b.Helper()
	r := csv.NewReader(strings.NewReader(text))
	r.ReuseRecord = true
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return valid
		}
		if err != nil {
			b.Fatal(err)
		}
		n, err := phonenumbers.Parse(record[1], "US")
		if err == nil && phonenumbers.IsValidNumber(n) && phonenumbers.Format(n, phonenumbers.E164) != "" {
			valid++
		}
	}
}
