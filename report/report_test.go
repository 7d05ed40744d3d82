package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sent-import/importer/feedback"
	"sent-import/importer/outcome"
)

// all are the files of a report as a directory lists them.
var all = []string{ContactsName, ContactsBookName, InvalidName, InvalidBookName, ReportName, HTMLName, RetryName, RetryBookName, SummaryName}

// compressed finds the size and the sum of a workbook in summary.json. They may change
// with the version of Go.
var compressed = regexp.MustCompile(`("name": "[a-z]+\.xlsx",\s+"rows": \d+),\s+"bytes": \d+,\s+"sha256": "[0-9a-f]+"`)

func TestGoldenFiles(t *testing.T) {
	in, rows := mixed()
	dir := t.TempDir()
	f, d, err := write(dir, summary(), in, seq(rows, nil))
	if err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{
		ReportName: f.Report, RetryName: f.Retry, InvalidName: f.Invalid, ContactsName: f.Contacts, HTMLName: f.HTML, SummaryName: f.Summary,
	} {
		text := read(t, path)
		if name == SummaryName {
			text = compressed.ReplaceAll(text, []byte("$1"))
		}
		golden(t, "mixed."+name, text)
	}
	golden(t, "mixed."+InvalidBookName, sheetOf(t, f.InvalidBook))
	golden(t, "mixed."+RetryBookName, sheetOf(t, f.RetryBook))
	golden(t, "mixed."+ContactsBookName, sheetOf(t, f.ContactBook))
	f.HTML, f.Invalid, f.Retry = "contacts.report/report.html", "contacts.report/invalid.csv", "contacts.report/retry.csv"
	f.InvalidBook, f.RetryBook = "contacts.report/invalid.xlsx", "contacts.report/retry.xlsx"
	f.Contacts, f.ContactBook = "contacts.report/contacts.csv", "contacts.report/contacts.xlsx"
	s := summary()
	s.Input = in
	var text bytes.Buffer
	if err := WriteText(&text, s, d, f, ""); err != nil {
		t.Fatal(err)
	}
	golden(t, "mixed.text", text.Bytes())
}

func TestWriteWithoutRows(t *testing.T) {
	for _, tt := range []struct {
		name           string
		in             Input
		retry, invalid string
	}{
		{"header", Input{Header: []string{"name", "phone"}, Comma: ';'}, "\"name\";\"phone\"\n", `"name";"phone";"sent_import_line";"sent_import_reason";"sent_import_hint"` + "\n"},
		{"no header", Input{Comma: ';'}, "", ""},
		{"file not at hand", Input{PhoneColumn: "mobile"}, "\"mobile\"\n", `"mobile","sent_import_line","sent_import_reason","sent_import_hint"` + "\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, d, err := write(t.TempDir(), Summary{}, tt.in, seq(nil, nil))
			if err != nil {
				t.Fatal(err)
			}
			if got := string(read(t, f.Retry)); got != tt.retry {
				t.Errorf("retry.csv: got %q, want %q", got, tt.retry)
			}
			if got := string(read(t, f.Invalid)); got != tt.invalid {
				t.Errorf("invalid.csv: got %q, want %q", got, tt.invalid)
			}
			if got, want := string(read(t, f.Report)), strings.Join(Columns(), ",")+"\n"; got != want {
				t.Errorf("report.csv: got %q, want %q", got, want)
			}
			if d.Counts != (outcome.Counts{}) {
				t.Errorf("counts: got %v, want none", d.Counts)
			}
			got := string(read(t, f.Summary))
			for _, want := range []string{`"reasons": {}`, `"notes": []`, `"stopped": null`, `"complete": true`} {
				if !strings.Contains(got, want) {
					t.Errorf("summary.json: got %s, want %s in it", got, want)
				}
			}
		})
	}
}

func TestWriteReplacesEveryFileOfTheLastReport(t *testing.T) {
	in, rows := mixed()
	dir := t.TempDir()
	if _, _, err := write(dir, summary(), in, seq(rows, nil)); err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		number := i + 1
		rows[i] = row(number, "+14155550001", outcome.ReasonCreated)
	}
	f, _, err := write(dir, summary(), in, seq(rows, nil))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(read(t, f.Retry)), "\"name\";\"phone\";\"city\"\n"; got != want {
		t.Errorf("retry.csv: got %q, want %q", got, want)
	}
	if got := names(t, dir); !slices.Equal(got, all) {
		t.Errorf("files: got %q, want %q", got, all)
	}
}

func TestWriteThatFailsChangesNothing(t *testing.T) {
	in, rows := mixed()
	change := func(edit func(rows []outcome.Row)) []outcome.Row {
		changed := slices.Clone(rows)
		edit(changed)
		return changed
	}
	for _, tt := range []struct {
		name string
		rows []outcome.Row
		err  error  // at the end of the rows
		want string // in the error
	}{
		{"iteration fails at once", nil, errRead, "the disk is gone"},
		{"iteration fails in the middle", rows[:5], errRead, "the disk is gone"},
		{"iteration fails at the end", rows, errRead, "the disk is gone"},
		{"rows are missing", rows[:9], nil, "10 rows were planned and 9 came"},
		{"too many rows", append(slices.Clone(rows), row(11, "", outcome.PhoneMissing)), nil, "10 rows were planned and 11 came"},
		{"a row twice, another missing", change(func(r []outcome.Row) { r[4] = r[3] }), nil, "row 4 comes where row 5 belongs"},
		{"a reason of another status", change(func(r []outcome.Row) { r[4].Status = outcome.Created }), nil, `line 6 is "created" for the reason "phone_scientific_notation"`},
		{"no reason", change(func(r []outcome.Row) { r[4].Outcome = outcome.Outcome{} }), nil, "line 6"},
		{"an unknown reason", change(func(r []outcome.Row) { r[4].Reason = "of_the_future" }), nil, "line 6"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if _, _, err := write(dir, summary(), in, seq(rows, nil)); err != nil {
				t.Fatal(err)
			}
			before := contents(t, dir)
			f, d, err := write(dir, Summary{}, in, seq(tt.rows, tt.err))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error: got %v, want %q in it", err, tt.want)
			}
			if tt.err != nil && !errors.Is(err, tt.err) {
				t.Errorf("error: got %v, want it to wrap %v", err, tt.err)
			}
			if f.Dir != "" || d.Groups != nil {
				t.Errorf("got %v, %v beside the error, want nothing", f, d)
			}
			if got := contents(t, dir); !maps.Equal(got, before) {
				t.Errorf("files: got %q, want them unchanged: %q", got, before)
			}
		})
	}
}

func TestWriteThatFailsLeavesNoDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new.report")
	if _, _, err := write(dir, Summary{}, Input{Rows: 1}, seq(nil, nil)); err == nil {
		t.Fatal("got no error, want one")
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("directory: got %v, want it not to exist", err)
	}
}

func TestWriteThatPanicsChangesNothing(t *testing.T) {
	in, rows := mixed()
	dir := t.TempDir()
	if _, _, err := write(dir, summary(), in, seq(rows, nil)); err != nil {
		t.Fatal(err)
	}
	before := contents(t, dir)
	func() {
		defer func() { _ = recover() }()
		_, _, _ = write(dir, summary(), in, func(yield func(outcome.Row, error) bool) {
			yield(rows[0], nil)
			panic("in the caller's iteration")
		})
	}()
	if got := contents(t, dir); !maps.Equal(got, before) {
		t.Errorf("files: got %q, want them unchanged: %q", got, before)
	}
}

func TestWriteIntoWhatIsInTheWay(t *testing.T) {
	in, rows := mixed()
	t.Run("a file where the directory belongs", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "taken")
		if err := os.WriteFile(dir, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err := write(dir, summary(), in, seq(rows, nil))
		if err == nil || !strings.Contains(err.Error(), "--report") {
			t.Errorf("got %v, want an error that names --report", err)
		}
	})
	for _, name := range all {
		t.Run("a directory where "+name+" belongs", func(t *testing.T) {
			dir := t.TempDir()
			if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
				t.Fatal(err)
			}
			_, _, err := write(dir, summary(), in, seq(rows, nil))
			if err == nil || !strings.Contains(err.Error(), "is a directory") {
				t.Errorf("got %v, want an error that says what is in the way", err)
			}
			if got := names(t, dir); !slices.Equal(got, []string{name}) {
				t.Errorf("files: got %q, want nothing new", got)
			}
		})
	}
}

func TestWriteRefusesAnImpossibleDelimiter(t *testing.T) {
	in, rows := mixed()
	in.Comma = '"'
	if _, _, err := write(t.TempDir(), summary(), in, seq(rows, nil)); err == nil {
		t.Error("got no error, want one")
	}
}

func TestWriteIsDeterministic(t *testing.T) {
	in, rows := mixed()
	first, second := t.TempDir(), t.TempDir()
	for _, dir := range []string{first, second} {
		if _, _, err := write(dir, summary(), in, seq(rows, nil)); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := contents(t, second), contents(t, first); !maps.Equal(got, want) {
		t.Errorf("got %q, want the same as the first time: %q", got, want)
	}
}

func TestPermissions(t *testing.T) {
	in, rows := mixed()
	dir := filepath.Join(t.TempDir(), "a", "b")
	if _, _, err := write(dir, summary(), in, seq(rows, nil)); err != nil {
		t.Fatal(err)
	}
	if got := mode(t, dir); got != 0o700 {
		t.Errorf("directory: got %o, want 700", got)
	}
	// A file with wider permissions gets its mode back.
	if err := os.Chmod(filepath.Join(dir, ReportName), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, err := write(dir, summary(), in, seq(rows, nil)); err != nil {
		t.Fatal(err)
	}
	for _, name := range all {
		if got := mode(t, filepath.Join(dir, name)); got != 0o600 {
			t.Errorf("%s: got %o, want 600", name, got)
		}
	}
}

func TestSummaryDescribesTheOtherFiles(t *testing.T) {
	in, rows := mixed()
	dir := t.TempDir()
	f, d, err := write(dir, summary(), in, seq(rows, nil))
	if err != nil {
		t.Fatal(err)
	}
	var s Summary
	if err := json.Unmarshal(read(t, f.Summary), &s); err != nil {
		t.Fatal(err)
	}
	disagreements(t, dir, s)
	if s.Counts != d.Counts || s.Input.Rows != s.Counts.Rows || s.Schema != 2 {
		t.Errorf("got counts %v of %d rows, schema %d, want %v of %d, schema 2", s.Counts, s.Input.Rows, s.Schema, d.Counts, in.Rows)
	}
	filled := summary()
	filled.Input = in
	var want, got bytes.Buffer
	if err := errors.Join(Line(&got, s), Line(&want, d.Fill(filled, f))); err != nil {
		t.Fatal(err)
	}
	if got.String() != want.String() {
		t.Errorf("summary.json: got\n%s\nwant what Fill gives\n%s", got.String(), want.String())
	}
}

// TestRandomRows writes reports of random rows and reads them again: each cell
// comes back, and the counts of summary.json are those of report.csv.
func TestRandomRows(t *testing.T) {
	for seed := range uint64(40) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(seed, 1))
			in, rows := randomFile(rnd)
			f, d, err := write(t.TempDir(), summary(), in, seq(rows, nil))
			if err != nil {
				t.Fatal(err)
			}
			checkReport(t, read(t, f.Report), rows, d)
			checkRetry(t, in, read(t, f.Retry), rows)
			checkInvalid(t, in, read(t, f.Invalid), rows)
		})
	}
}

func checkReport(t *testing.T, file []byte, rows []outcome.Row, d Digest) {
	t.Helper()
	records := parse(t, file, ',')[1:]
	if len(records) != len(rows) {
		t.Fatalf("report.csv: got %d rows, want %d", len(records), len(rows))
	}
	var counts outcome.Counts
	for i, got := range records {
		r := rows[i]
		want := []string{
			strconv.Itoa(r.Line), readBack(r.Input), r.Phone, string(r.Status), string(r.Reason), r.ContactID, numberOrEmpty(r.DuplicateOf),
			numberOrEmpty(r.HTTPStatus), r.ErrorCode, readBack(r.Message), r.RequestID, strconv.Itoa(r.Attempts), r.Key, inUTC(r.SettledAt, time.RFC3339),
		}
		if !slices.Equal(got, want) {
			t.Fatalf("report.csv, row %d: got %q, want %q", i+1, got, want)
		}
		counts.Add(outcome.Status(got[3]), 1)
	}
	if counts != d.Counts {
		t.Errorf("counts: got %v, report.csv has %v", d.Counts, counts)
	}
}

func checkRetry(t *testing.T, in Input, file []byte, rows []outcome.Row) {
	t.Helper()
	var want [][]string
	for _, r := range rows {
		if r.Status == outcome.Failed || r.Status == outcome.Pending {
			want = append(want, expect(r.Record))
		}
	}
	compare(t, RetryName, parse(t, file, in.Comma)[1:], want)
}

func checkInvalid(t *testing.T, in Input, file []byte, rows []outcome.Row) {
	t.Helper()
	var want [][]string
	for _, r := range rows {
		if r.Status != outcome.Invalid || r.Reason == outcome.OptedOut {
			continue
		}
		cells := expect(r.Record)
		for len(cells) < len(in.Header) {
			cells = append(cells, "")
		}
		hint := r.Message
		if hint == "" {
			hint = Hint(r.Reason)
		}
		if r.Reason == outcome.RowMalformed && blank(cells[len(in.Header):]) {
			cells = append(cells, feedback.Unrepaired)
		}
		want = append(want, slices.Insert(cells, len(in.Header), strconv.Itoa(r.Line), string(r.Reason), readBack(hint)))
	}
	compare(t, InvalidName, parse(t, file, in.Comma)[1:], want)
}

// randomFile makes a file with cells of the worst kind.
func randomFile(rnd *rand.Rand) (Input, []outcome.Row) {
	in := Input{Name: "f.csv", Bytes: 1 << 20, Comma: []rune{',', ';', '\t', '|'}[rnd.IntN(4)], Header: []string{"a", "phone", "c"}[:1+rnd.IntN(3)]}
	reasons := outcome.Reasons()
	slices.Sort(reasons)
	in.Rows = rnd.IntN(60)
	rows := make([]outcome.Row, in.Rows)
	for i := range rows {
		rows[i] = row(i+1, randomCell(rnd), reasons[rnd.IntN(len(reasons))])
		rows[i].Record = make([]string, 1+rnd.IntN(5))
		for j := range rows[i].Record {
			rows[i].Record[j] = randomCell(rnd)
		}
		rows[i].DuplicateOf, rows[i].HTTPStatus, rows[i].Attempts = rnd.IntN(3), rnd.IntN(3), rnd.IntN(3)
		if rnd.IntN(2) == 0 {
			rows[i].Message = randomCell(rnd)
		}
	}
	return in, rows
}

func randomCell(rnd *rand.Rand) string {
	alphabet := []rune("=@+-'\"',;|\t\r\n 1ａ＝é(!#")
	cell := make([]rune, rnd.IntN(6))
	for i := range cell {
		cell[i] = alphabet[rnd.IntN(len(alphabet))]
	}
	return string(cell)
}

// expect is a record as it comes back.
func expect(record []string) []string {
	cells := make([]string, len(record))
	for i, c := range record {
		cells[i] = readBack(c)
	}
	return cells
}

// readBack is a cell as it comes back through encoding/csv, which reads a
// carriage return and line feed as a line feed, and through Unguard, which
// takes the ' of a cell that looks guarded.
func readBack(cell string) string {
	return feedback.Unguard(strings.ReplaceAll(feedback.Guard(cell), "\r\n", "\n"))
}

// parse reads a CSV file and takes the guards off.
func parse(t *testing.T, file []byte, comma rune) [][]string {
	t.Helper()
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(file, []byte(byteOrderMark))))
	r.Comma, r.FieldsPerRecord = comma, -1
	records, err := r.ReadAll()
	if err != nil {
		t.Fatalf("%v in %q", err, file)
	}
	for _, record := range records {
		for i, cell := range record {
			if feedback.Guard(cell) != cell {
				t.Errorf("cell %q: a spreadsheet would run it", cell)
			}
			record[i] = feedback.Unguard(cell)
		}
	}
	return records
}

func compare(t *testing.T, name string, got, want [][]string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: got %d rows %q, want %d %q", name, len(got), got, len(want), want)
	}
	for i := range want {
		if !slices.Equal(got[i], want[i]) {
			t.Errorf("%s, row %d: got %q, want %q", name, i+1, got[i], want[i])
		}
	}
}

// TestFeedBackIsStable imports invalid.csv as the next file twice, and gets the same
// file each time.
func TestFeedBackIsStable(t *testing.T) {
	for _, tt := range []struct {
		name   string
		header bool
	}{{"header", true}, {"no header", false}} {
		t.Run(tt.name, func(t *testing.T) {
			in := Input{Comma: ';', Bytes: 1 << 20, Rows: 3}
			if tt.header {
				in.Header = []string{"=name", "phone"}
			}
			rows := []outcome.Row{row(1, "=1", outcome.PhoneNotANumber), row(2, "", outcome.RowMalformed), row(3, "1", outcome.RowMalformed)}
			rows[0].Record, rows[1].Record, rows[2].Record = []string{"@a", "=1"}, []string{"b"}, []string{"c", "1", "-x"}
			var last string
			for round := range 3 {
				f, _, err := write(t.TempDir(), summary(), in, seq(rows, nil))
				if err != nil {
					t.Fatal(err)
				}
				got := string(read(t, f.Invalid))
				if round > 0 && got != last {
					t.Errorf("round %d: got %q, want %q", round, got, last)
				}
				last = got
				records := csvRecords(t, got)
				if tt.header {
					in.Header, records = records[0], records[1:]
				}
				for i := range rows {
					rows[i].Record = records[i]
				}
			}
		})
	}
}

// csvRecords reads a file with ; as it stands, guards left on.
func csvRecords(t *testing.T, file string) [][]string {
	t.Helper()
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(file, byteOrderMark)))
	r.Comma, r.FieldsPerRecord = ';', -1
	records, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return records
}

func TestASingleEmptyCellIsNoBlankLine(t *testing.T) {
	in := Input{Comma: ',', Header: []string{"phone"}, Rows: 1}
	r := row(1, "", outcome.NotAttempted)
	r.Record = []string{""}
	f, _, err := write(t.TempDir(), summary(), in, seq([]outcome.Row{r}, nil))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(read(t, f.Retry)), "\"phone\"\n\"\"\n"; got != want {
		t.Errorf("retry.csv: got %q, want %q", got, want)
	}
}

func TestDigestIsBounded(t *testing.T) {
	const n = 10_000
	in := Input{Header: []string{"phone"}, Comma: ',', Rows: n}
	_, d, err := write(t.TempDir(), summary(), in, generate(n, func(i int) outcome.Row {
		if i%3 == 0 {
			return row(i, "", outcome.PhoneMissing)
		}
		return row(i, "1", outcome.ReasonCreated)
	}))
	if err != nil {
		t.Fatal(err)
	}
	want := []Group{
		{outcome.Invalid, outcome.PhoneMissing, 3333, Hint(outcome.PhoneMissing), []int{4, 7, 10, 13, 16}},
		{outcome.Created, outcome.ReasonCreated, 6667, Hint(outcome.ReasonCreated), []int{2, 3, 5, 6, 8}},
	}
	if got := fmt.Sprint(d.Groups); got != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestWriteKeepsNothingOfARow compares the allocations for each row in a short file
// and in a long one: data kept for each row would grow, and growing allocates.
func TestWriteKeepsNothingOfARow(t *testing.T) {
	r := row(1, "+14155550001", outcome.ReasonCreated)
	perRow := func(n int) float64 {
		dir, in := t.TempDir(), Input{Header: []string{"name", "phone", "city"}, Comma: ',', Rows: n}
		return testing.AllocsPerRun(1, func() {
			_, _, err := write(dir, summary(), in, generate(n, func(i int) outcome.Row { r.Number, r.Line = i, i+1; return r }))
			if err != nil {
				t.Fatal(err)
			}
		}) / float64(n)
	}
	short, long := perRow(5_000), perRow(50_000)
	if long > short || long > 3.1 {
		t.Errorf("got %.2f allocations a row in a long file and %.2f in a short one, want no more than 3, and no growth", long, short)
	}
}

func BenchmarkWrite(b *testing.B) {
	for _, reason := range []outcome.Reason{outcome.ReasonCreated, outcome.PhoneInvalid, outcome.NotAttempted} {
		b.Run(string(reason), func(b *testing.B) {
			const n = 100_000
			in := Input{Header: []string{"name", "phone", "city"}, Comma: ',', Rows: n}
			r := row(1, "+1 415 555 0001", reason)
			r.ContactID, r.RequestID, r.HTTPStatus = "7c9e6679-7425-40de-944b-e07fc1f90ae7", "req_0123456789abcdef", 201
			dir := b.TempDir()
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := write(dir, summary(), in, generate(n, func(i int) outcome.Row { r.Number, r.Line = i, i+1; return r })); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// The next report removes the temporary files of a killed process at once, and keeps
// those that another process is writing.
func TestAttack11KilledReportsAreSwept(t *testing.T) {
	in, rows := mixed()
	dir := t.TempDir()
	old := time.Now().Add(-2 * leftoverAge)
	for _, name := range []string{".report.csv123", ".summary.json9", ".report.csv", ".report.csvx1", "report.csv.old", ".notes7"} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Chtimes(path, old, old)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, ".invalid.csv77"), nil, 0o600); err != nil { // fresh, and nobody holds it
		t.Fatal(err)
	}
	writing, err := newPending(filepath.Join(dir, "retry.csv")) // the sweep takes it for another process's
	if err != nil {
		t.Fatal(err)
	}
	defer writing.discard()
	if _, _, err := write(dir, summary(), in, seq(rows, nil)); err != nil {
		t.Fatal(err)
	}
	want := append([]string{".notes7", ".report.csv", ".report.csvx1", filepath.Base(writing.file.Name()), "report.csv.old"}, all...)
	slices.Sort(want)
	if got := names(t, dir); !slices.Equal(got, want) {
		t.Errorf("files: got %q, want %q", got, want)
	}
}

// numberOrEmpty is how report.csv has a number that may be unknown.
func numberOrEmpty(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
