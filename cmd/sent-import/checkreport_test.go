package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"sent-import/importer"
	"sent-import/report"
)

// lists are small files in which everything occurs that a check decides by rows behind: who
// opted out, and how many rows an option would help.
func lists(t *testing.T) map[string][]byte {
	t.Helper()
	var plain, ambiguous, wide, national strings.Builder
	plain.WriteString("Name,Phone,Note\n")
	for i := range 600 { // more than two batches
		fmt.Fprintf(&plain, "Zoë %d,+1212555%04d,\"two\r\nlines; =1+1\"\n", i, i%550)
	}
	plain.WriteString("short\n\"x\"y,+12125550000,\"\n,,\n")
	ambiguous.WriteString("phone,country\n+4915123456789,DE\n")
	for i := range 19 {
		fmt.Fprintf(&ambiguous, "491512345%04d,DE\n", i)
	}
	national.WriteString("phone\n(212) 555-0199\n")
	for i := range 30 {
		fmt.Fprintf(&national, "+1415555%04d\n(212) 555-%04d\n", i, i)
	}
	wide.WriteString("phone" + strings.Repeat(",h", 200) + "\n")
	for i := range 300 {
		fmt.Fprintf(&wide, "+1212555%04d,%s\n", i%290, strings.Repeat("x", i))
	}
	optOut := "phone,unsubscribed,name\n+12125550101,no,a\n+12125550102,maybe,b\n+12125550101,yes,c\n+12125550102,no,d\n12,yes,e\n+12125550103,,f\n"
	utf := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(plain.String())) {
		utf = append(utf, byte(u), byte(u>>8))
	}
	var gz, zipped bytes.Buffer
	g, z := gzip.NewWriter(&gz), zip.NewWriter(&zipped)
	inner, err := z.Create("list.csv")
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{second(g.Write([]byte(plain.String()))), g.Close(), second(inner.Write([]byte(ambiguous.String()))), z.Close()} {
		if err != nil {
			t.Fatal(err)
		}
	}
	all := map[string][]byte{
		"plain.csv": []byte(plain.String()), "ambiguous.csv": []byte(ambiguous.String()), "national.csv": []byte(national.String()),
		"wide.csv": []byte(wide.String()), "optout.csv": []byte(optOut), "utf16.csv": utf, "list.csv.gz": gz.Bytes(), "list.zip": zipped.Bytes(),
		"empty.csv":   []byte("phone,name\n"),
		"all-out.csv": []byte("phone,unsubscribed\n+12125550101,no\n+12125550101,yes\n"),
		"mark.tsv":    []byte("\ufeffphone\tname\n+12125550101\té\n12\tb\n"),
		"ours.csv":    []byte("phone,name,sent_import_line,sent_import_reason,sent_import_hint\n12,a,2,phone_too_short,x\n+12125550101,b,3,phone_too_short,y\n4.47E+11,c,4,phone_scientific_notation,z\n"),
		"list.xlsx":   workbookList(t),
	}
	for _, pattern := range []string{"source/testdata/*.csv", "source/testdata/*.tsv", "workbook/testdata/*.csv", "workbook/testdata/*.xlsx"} {
		found, err := filepath.Glob(filepath.Join("../../importer", pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: got %v, %v, want lists as people have them", pattern, found, err)
		}
		for _, path := range found {
			all["people's "+filepath.Base(path)] = []byte(readFile(t, filepath.Dir(path), filepath.Base(path)))
		}
	}
	return all
}

// workbookList is a workbook of several batches: numbers as texts and as numbers, blank rows,
// people who opted out in rows behind others, and a cell that is too long for a row of ours.
func workbookList(t *testing.T) []byte {
	t.Helper()
	book := excelize.NewFile()
	defer book.Close()
	w, err := book.NewStreamWriter("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	rows := [][]any{{"phone", "unsubscribed", "name"}}
	for i := range 700 {
		out := "no"
		if i > 650 {
			out = "yes"
		}
		cells := []any{fmt.Sprintf("+1212555%04d", i%640), out, fmt.Sprintf(" =Zoë & <%d>\nin two lines ", i)}
		switch i % 50 {
		case 7:
			cells[0] = 12125550000 + i
		case 8:
			cells[0], cells[2] = "nobody", strings.Repeat("long", 8_000)
		case 9:
			cells = nil
		}
		rows = append(rows, cells)
	}
	for i, cells := range rows {
		if err := w.SetRow(fmt.Sprint("A", i+1), cells); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	text, err := book.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return text.Bytes()
}

func second(_ int, err error) error { return err }

// TestCheckReportsWhatARunPlans: the report of a check is that of a run that was stopped
// before anything was sent, but for keys and times.
func TestCheckReportsWhatARunPlans(t *testing.T) {
	for name, content := range lists(t) {
		for option, reading := range map[string]importer.Reading{
			"": {}, " below a title": {SkipLines: 3}, " mark": {OptOut: "mark", OptOutColumn: "unsubscribed"}, " ignore": {OptOut: "ignore"}, " without header": {NoHeader: true, PhoneColumns: []string{"1"}},
		} {
			if strings.HasSuffix(option, "mark") && name != "optout.csv" && name != "all-out.csv" && name != "list.xlsx" {
				continue
			}
			if strings.HasPrefix(name, "people's ") && option != "" && option != " without header" {
				continue // the lists above tell what becomes of the other options
			}
			t.Run(name+option, func(t *testing.T) { compareWithRun(t, name, content, reading) })
		}
	}
}

// compareWithRun checks the list and plans a run of it.
func compareWithRun(t *testing.T, name string, content []byte, reading importer.Reading) {
	t.Helper()
	t.Parallel()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	o := importer.Options{Input: file, Reading: reading, MaxInvalid: importer.Limit{Percent: 100}}
	checked := &reporter{ctx: t.Context(), dir: filepath.Join(t.TempDir(), "check"), given: true, input: file, kind: checkReport}
	one := o
	one.Report, one.Rows = checked.take, checked.takeRows
	result, err := importer.Check(t.Context(), one)
	if err != nil {
		refusesToo(t, o, err)
		return
	}
	checkedCounts := result.Reasons
	_, _, _, err = writeReport(t.Context(), result, finish{to: checked, check: true}, exitOK)
	if err := errors.Join(err, result.Close(), checked.close()); err != nil {
		t.Fatal(err)
	}
	run := &reporter{ctx: t.Context(), dir: filepath.Join(t.TempDir(), "run"), given: true, input: file, kind: runReport}
	ctx, cancel := context.WithCancelCause(t.Context())
	o.Report, o.State, o.Key, o.Transport = run.take, t.TempDir(), "sk_test_0123456789abcdef", interrupting{cancel}
	if result, err = importer.Run(ctx, o); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(checkedCounts) != fmt.Sprint(result.Reasons) {
		t.Errorf("check counted %v, the run %v", checkedCounts, result.Reasons)
	}
	_, _, _, err = writeReport(t.Context(), result, finish{to: run}, exitOK)
	if err := errors.Join(err, result.Close(), run.close()); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{report.InvalidName, report.InvalidBookName, report.RetryName, report.RetryBookName} {
		if a, b := readFile(t, checked.dir, file), readFile(t, run.dir, file); a != b {
			t.Errorf("%s: a check writes\n%.600s\nand a run\n%.600s", file, a, b)
		}
	}
	if a, b := withoutKeys(t, checked.dir), withoutKeys(t, run.dir); a != b {
		t.Errorf("report.csv: a check writes\n%.900s\nand a run\n%.900s", a, b)
	}
}

// refusesToo checks that a run does not take a list that a check refuses, and says the same.
func refusesToo(t *testing.T, o importer.Options, refused error) {
	t.Helper()
	o.State, o.Key, o.Transport = t.TempDir(), "sk_test_0123456789abcdef", interrupting{func(error) {}}
	result, err := importer.Run(t.Context(), o)
	if err == nil {
		_ = result.Close()
	}
	if err == nil || err.Error() != refused.Error() {
		t.Errorf("a check says %v, and a run %v", refused, err)
	}
}

// interrupting ends a run with its first request, which does not go out.
type interrupting struct{ cancel context.CancelCauseFunc }

func (i interrupting) RoundTrip(*http.Request) (*http.Response, error) {
	i.cancel(errInterrupt)
	return nil, errInterrupt
}

var errInterrupt = errors.New("interrupted before anything was sent")

func readFile(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// withoutKeys is report.csv without idempotency_key and settled_at.
func withoutKeys(t *testing.T, dir string) string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(readFile(t, dir, report.ReportName))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, row := range rows {
		fmt.Fprintln(&text, row[:len(row)-2])
	}
	return text.String()
}
