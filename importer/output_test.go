package importer_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/report"
)

// output writes the report of a file, all rows in it. It returns the bytes of the report's
// files and the number of rows; 0 for a file that is refused.
func output(t *testing.T, file []byte, o importer.Options) (written int64, rows int) {
	t.Helper()
	dir := t.TempDir()
	o.Input = filepath.Join(dir, "f")
	if err := os.WriteFile(o.Input, file, 0o600); err != nil {
		t.Fatal(err)
	}
	result, err := importer.Check(t.Context(), o)
	if err != nil {
		return 0, 0
	}
	defer result.Close() //nolint:errcheck // only read
	job := result.Job
	in := report.Input{Name: "f", Bytes: int64(len(file)), Rows: job.Rows, Header: job.Header, Comma: job.Delimiter}
	f, _, err := writeReport(dir, report.Summary{}, in, result.Rows(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range f.Written {
		written += w.Bytes
	}
	return written, job.Rows
}

// mostOutput is how many bytes a report may have for a file and its text: the
// header in two files and each row in two, quoted and guarded; what report.csv and
// invalid.csv say about a row; the padding; the page and its first rows.
func mostOutput(file, text int64, rows int) int64 {
	const perRow, perShown, shown, page = 1_000, 600, 1_000, 40 << 10
	return 8*text + int64(rows)*perRow + int64(min(rows, shown))*perShown + 4*file + page
}

// TestAttack22OutputIsLinear: 36 kB of gzip with 16,000 columns and short rows
// made an invalid.csv of 322 MB.
func TestAttack22OutputIsLinear(t *testing.T) {
	text := "phone" + strings.Repeat(",h", 15_999) + "\n" + strings.Repeat("x\n", 20_000)
	var file bytes.Buffer
	w := gzip.NewWriter(&file)
	_, err := w.Write([]byte(text)) // a bytes.Buffer takes everything
	if err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	written, rows := output(t, file.Bytes(), importer.Options{})
	if most := mostOutput(int64(file.Len()), int64(len(text)), rows); written > most || rows != 20_000 {
		t.Errorf("got %d bytes for %d rows of a file of %d with a text of %d, want at most %d", written, rows, file.Len(), len(text), most)
	}
}

// FuzzOutputIsLinear counts the bytes of a report of any text, below a header of
// any width, and reads what is fed back: no row that was malformed may be good.
func FuzzOutputIsLinear(f *testing.F) {
	for _, lines := range []string{"x\n", "\"\n", "=1,+x;=2\n", "+14155550101,a\n1\n", "\"a\n=b\",c\n", "x\",\"y\n"} {
		f.Add(lines, uint16(3), false)
		f.Add(lines, uint16(2_000), true)
	}
	f.Fuzz(func(t *testing.T, lines string, width uint16, bare bool) {
		if lines == "" || len(lines) > 4<<10 {
			return
		}
		text := strings.Repeat(lines, 1+(4<<10)/len(lines))
		if width %= 4_000; !bare {
			text = "phone" + strings.Repeat(",h", int(width)) + "\n" + text
		}
		o := importer.Options{Reading: importer.Reading{Delimiter: ',', NoHeader: bare, PhoneColumns: []string{"1"}}}
		written, rows := output(t, []byte(text), o)
		if most := mostOutput(int64(len(text)), int64(len(text)), rows); written > most {
			t.Errorf("got a report of %d bytes for %d rows of a text of %d, want at most %d", written, rows, len(text), most)
		}
	})
}

// TestRowsThatStandAloneStayMalformed feeds an invalid.csv back whose padding has
// come to its bound, with and without a header: no row turns good.
func TestRowsThatStandAloneStayMalformed(t *testing.T) {
	for name, o := range map[string]importer.Options{
		"header":    {Reading: importer.Reading{Delimiter: ','}},
		"no header": {Reading: importer.Reading{Delimiter: ',', NoHeader: true, PhoneColumns: []string{"3"}}},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Repeat("a,+14155550101\n", 100)
			wide := "x" + strings.Repeat(",", 999) + "\n"
			if !o.NoHeader {
				wide = ",,phone" + strings.Repeat(",", 997) + "\n"
			}
			dir := t.TempDir()
			path := dir + "/list.csv"
			if err := os.WriteFile(path, []byte(wide+text), 0o600); err != nil {
				t.Fatal(err)
			}
			for round := range 2 {
				o.Input = path
				result, err := importer.Check(t.Context(), o)
				if err != nil {
					t.Fatal(err)
				}
				if got := result.Reasons[outcome.RowMalformed]; got != 100 {
					t.Errorf("round %d: got %d malformed rows of %d, want 100", round, got, result.Counts.Rows)
				}
				in := report.Input{Bytes: result.Job.InputBytes, Rows: result.Job.Rows, Header: result.Job.Header, Comma: ','}
				f, _, err := writeReport(dir, report.Summary{}, in, result.Rows(t.Context()))
				if err != nil {
					t.Fatal(err)
				}
				if err := result.Close(); err != nil {
					t.Fatal(err)
				}
				path = f.Invalid
			}
		})
	}
}

// writeReport writes a report as a command does.
func writeReport(dir string, s report.Summary, in report.Input, rows iter.Seq2[outcome.Row, error]) (f report.Files, d report.Digest, err error) {
	place, err := report.Open(context.Background(), dir, "")
	if err != nil {
		return f, d, err
	}
	defer func() { err = errors.Join(err, place.Close()) }()
	return place.Write(context.Background(), s, in, rows)
}
