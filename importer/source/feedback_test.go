package source

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"sent-import/importer/feedback"
	"sent-import/importer/outcome"
	"sent-import/report"
)

// reported writes the report of a file: its odd rows are invalid, its even rows pending.
func reported(t *testing.T, file string) report.Files {
	t.Helper()
	got := mustRead(t, file, Options{})
	in := report.Input{
		Name: "list.csv", Bytes: int64(len(file)), Rows: len(got.Rows), Header: got.Header,
		Comma: got.Dialect.Delimiter, Mark: got.Dialect.Mark, PhoneColumn: got.Columns.Phone[0],
	}
	p, err := report.Open(context.Background(), t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	files, _, err := p.Write(context.Background(), report.Summary{}, in, rowsOf(got.Rows))
	if err := errors.Join(err, p.Close()); err != nil {
		t.Fatal(err)
	}
	return files
}

func rowsOf(rows []Row) iter.Seq2[outcome.Row, error] {
	return func(yield func(outcome.Row, error) bool) {
		for _, r := range rows {
			reason := outcome.NotAttempted
			if r.Number%2 == 1 {
				reason = outcome.PhoneInvalid
			}
			row := outcome.Row{
				Number: r.Number, Line: r.Line, Input: r.Phone, Record: r.Record,
				Outcome: outcome.Outcome{Status: reason.Status(), Reason: reason},
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

// part is every second row, the odd ones (1) or the even ones (0).
func part(rows [][]string, odd int) (half [][]string) {
	for i, row := range rows {
		if (i+1)%2 == odd {
			half = append(half, row)
		}
	}
	return half
}

// cameBack compares a file of a report with the rows of the user's that belong there.
// read says how a cell of the file is the user's.
func cameBack[T string | []byte](t *testing.T, name string, file T, want [][]string, read func(string) string) {
	t.Helper()
	got, err := readAll(file, Options{PhoneColumns: []string{"2"}})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if len(got.Rows) != len(want) {
		t.Fatalf("%s: got %d rows, want %d", name, len(got.Rows), len(want))
	}
	for i, row := range got.Rows {
		if row.Malformed != "" {
			t.Fatalf("%s, row %d: %s: %q", name, i+1, row.Malformed, row.Record)
		}
		cells := slices.Clone(row.Record[:len(want[i])])
		for j := range cells {
			cells[j] = read(cells[j])
		}
		if !slices.Equal(cells, want[i]) {
			t.Fatalf("%s, row %d: got %q, want %q", name, i+1, cells, want[i])
		}
		if phone := strings.ReplaceAll(want[i][1], "\r\n", "\n"); row.Phone != feedback.Unguard(phone) {
			t.Fatalf("%s, row %d: got the phone cell %q, want %q", name, i+1, row.Phone, phone)
		}
	}
}

// TestFilesOfAReportComeBack: the user's cells are the same when the files of a report
// are read again, whatever is in them, as they are and as Excel saves them: as "CSV UTF-8"
// and as "CSV" in the code page of Western Europe, with CRLF at the end of a row.
func TestFilesOfAReportComeBack(t *testing.T) {
	for seed := range uint64(30) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(seed, 13))
			rows := make([][]string, 2+rnd.IntN(30))
			for i := range rows {
				rows[i] = []string{fmt.Sprint("x", i), wildCell(rnd), wildCell(rnd), wildCell(rnd)}
			}
			delimiter := []string{",", ";", "\t", "|"}[rnd.IntN(4)]
			mark := []string{"", "\ufeff"}[rnd.IntN(2)]
			f := reported(t, mark+quoted([]string{"name", "phone", "Notiz", "ort"}, delimiter)+quotedRows(rows, delimiter))
			same := func(cell string) string { return cell }
			for odd, paths := range [][2]string{{f.Retry, f.RetryBook}, {f.Invalid, f.InvalidBook}} {
				want := part(rows, odd)
				text := fileText(t, paths[0])
				cameBack(t, paths[0], text, want, feedback.Unguard)
				cameBack(t, paths[1], fileText(t, paths[1]), want, same)
				plain := strings.TrimPrefix(text, "\ufeff")
				if marked := plain != text; marked != (mark != "" || !onlyASCII(plain)) {
					t.Errorf("%s: got a byte order mark %v", paths[0], marked)
				}
				records := parsed(t, plain, delimiter)
				cameBack(t, "CSV UTF-8", "\ufeff"+saved(t, records), want, feedback.Unguard)
				if ansi, err := charmap.Windows1252.NewEncoder().String(saved(t, records)); err == nil {
					cameBack(t, "CSV (ANSI)", ansi, want, feedback.Unguard)
				}
			}
		})
	}
}

// TestAnsiSaveComesBack has an accent in every file, and a long list before it.
func TestAnsiSaveComesBack(t *testing.T) {
	rows := [][]string{{"Zoë", "+49 151 23456789", "Straße 1\nHinterhaus", "Köln"}, {"José €", "0151 23456789", "", "Málaga"}}
	f := reported(t, quoted([]string{"Name", "phone", "Notiz", "ort"}, ";")+quotedRows(rows, ";"))
	for odd, path := range []string{f.Retry, f.Invalid} {
		ansi, err := charmap.Windows1252.NewEncoder().String(saved(t, parsed(t, strings.TrimPrefix(fileText(t, path), "\ufeff"), ";")))
		if err != nil {
			t.Fatal(err)
		}
		cameBack(t, path, ansi, part(rows, odd), feedback.Unguard)
	}
}

// wildCell has characters that CSV, XML or a spreadsheet gives a meaning, and never a '
// where one could be a guard.
func wildCell(rnd *rand.Rand) string {
	alphabet := []string{"=", "@", "+", "-", `"`, ",", ";", "|", "\t", "\r\n", "\n", "\r", " ", "1", "_x0041_", "_x", "005F_", "_", "&", "<", "]]>",
		"\x01", "\x1b", "\ufffe", "é", "ß", "€", "日", "🎉", "\u00a0", "\u0085", `\`, "NULL", "a"}
	var cell strings.Builder
	for range rnd.IntN(6) {
		cell.WriteString(alphabet[rnd.IntN(len(alphabet))])
	}
	return cell.String()
}

func quoted(cells []string, delimiter string) string {
	var line strings.Builder
	for i, cell := range cells {
		if i > 0 {
			line.WriteString(delimiter)
		}
		line.WriteString(`"` + strings.ReplaceAll(cell, `"`, `""`) + `"`)
	}
	return line.String() + "\n"
}

func quotedRows(rows [][]string, delimiter string) string {
	var text strings.Builder
	for _, row := range rows {
		text.WriteString(quoted(row, delimiter))
	}
	return text.String()
}

// parsed reads a file of a report as a spreadsheet does, cell by cell.
func parsed(t *testing.T, text, delimiter string) (records [][]string) {
	t.Helper()
	got := mustRead(t, text, Options{Delimiter: rune(delimiter[0]), PhoneColumns: []string{"2"}})
	records = append(records, got.Header)
	for _, row := range got.Rows {
		records = append(records, row.Record)
	}
	return records
}

// saved writes records as Excel saves CSV: with quotes only where they are needed, with
// ; as in most of Europe, and with CRLF after each row.
func saved(t *testing.T, records [][]string) string {
	t.Helper()
	var text strings.Builder
	for _, record := range records {
		for i, cell := range record {
			if i > 0 {
				text.WriteByte(';')
			}
			if strings.ContainsAny(cell, "\";\r\n") {
				cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
			}
			text.WriteString(cell)
		}
		text.WriteString("\r\n")
	}
	return text.String()
}

func onlyASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > 127 })
}

func fileText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
