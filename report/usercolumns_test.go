package report

import (
	"slices"
	"strings"
	"testing"

	"sent-import/importer/feedback"
	"sent-import/importer/outcome"
)

func TestOwnColumns(t *testing.T) {
	header := []string{"name", "phone", "city"}
	fedBack := []string{"name", "phone", "city", "sent_import_line", "sent_import_reason", "sent_import_hint"}
	ours := []string{"7", "phone_invalid", "Look again."}
	for _, tt := range []struct {
		name    string
		in      Input
		first   []string // record that learn is given; the row's own where nil
		record  []string
		header  []string
		retry   []string
		invalid []string
	}{
		{
			name: "header", in: Input{Header: header}, record: []string{"a", "1", "b"}, header: header,
			retry: []string{"a", "1", "b"}, invalid: append([]string{"a", "1", "b"}, ours...),
		},
		{
			name: "short row", in: Input{Header: header}, record: []string{"a"}, header: header,
			retry: []string{"a"}, invalid: append([]string{"a", "", ""}, ours...),
		},
		{
			name: "long row", in: Input{Header: header}, record: []string{"a", "1", "b", "=c"}, header: header,
			retry: []string{"a", "1", "b", "=c"}, invalid: append(append([]string{"a", "1", "b"}, ours...), "=c"),
		},
		{
			name: "empty row", in: Input{Header: header}, record: []string{}, header: header,
			retry: []string{}, invalid: append([]string{"", "", ""}, ours...),
		},
		{
			name: "header fed back", in: Input{Header: fedBack}, record: []string{"a", "1", "b", "3", "phone_too_short", "Old."}, header: header,
			retry: []string{"a", "1", "b"}, invalid: append([]string{"a", "1", "b"}, ours...),
		},
		{
			name: "long row fed back", in: Input{Header: fedBack}, record: []string{"a", "1", "b", "3", "row_malformed", "Old.", "c"}, header: header,
			retry: []string{"a", "1", "b", "c"}, invalid: append(append([]string{"a", "1", "b"}, ours...), "c"),
		},
		{
			name: "one column of the user's, with blank cells behind ours", in: Input{Header: fedBack[2:]}, record: []string{"1", "3", "phone_too_short", "Old.", "", " "}, header: []string{"city"},
			retry: []string{"1"}, invalid: append(append([]string{"1"}, ours...), "", " "),
		},
		{
			name: "one column of the user's, with a cell behind ours", in: Input{Header: fedBack[2:]}, record: []string{"1", "3", "phone_too_short", "Old.", "x", ""}, header: []string{"city"},
			retry: []string{"1", "x", ""}, invalid: append(append([]string{"1"}, ours...), "x", ""),
		},
		{
			name: "one column of the user's, no header", in: Input{Comma: ','}, first: []string{"1", "3", "phone_too_short", "Old."}, record: []string{"1", ""},
			retry: []string{"1"}, invalid: append(append([]string{"1"}, ours...), ""),
		},
		{
			name: "one column, and none of ours", in: Input{Header: header[2:]}, record: []string{"1", ""}, header: []string{"city"},
			retry: []string{"1", ""}, invalid: append(append([]string{"1"}, ours...), ""),
		},
		{
			name: "one column, an empty row", in: Input{Header: fedBack[2:]}, record: []string{}, header: []string{"city"},
			retry: []string{}, invalid: append([]string{""}, ours...),
		},
		{
			name: "columns moved by a spreadsheet", in: Input{Header: []string{"sent_import_reason", "name", " sent_import_line ", "phone"}},
			record: []string{"phone_too_short", "a", "3", "1"}, header: []string{"name", "phone"},
			retry: []string{"a", "1"}, invalid: append([]string{"a", "1"}, ours...),
		},
		{
			name: "row without cells, phone column by name", in: Input{Header: header, PhoneColumn: "phone"}, header: header,
			retry: []string{"", "cell", ""}, invalid: append([]string{"", "cell", ""}, ours...),
		},
		{
			name: "row without cells, phone column by number", in: Input{Header: header, PhoneColumn: "3"}, header: header,
			retry: []string{"", "", "cell"}, invalid: append([]string{"", "", "cell"}, ours...),
		},
		{
			name: "no header", in: Input{Comma: ','}, record: []string{"a", "1"},
			retry: []string{"a", "1"}, invalid: append([]string{"a", "1"}, ours...),
		},
		{
			name: "no header, short row", in: Input{Comma: ','}, first: []string{"a", "1", "b"}, record: []string{"a"},
			retry: []string{"a"}, invalid: append([]string{"a", "", ""}, ours...),
		},
		{
			name: "no header, fed back", in: Input{Comma: ','}, record: []string{"a", "1", "3", "phone_too_short", "Old."},
			retry: []string{"a", "1"}, invalid: append([]string{"a", "1"}, ours...),
		},
		{
			name: "no header, long row fed back", in: Input{Comma: ','}, first: []string{"a", "1", "3", "phone_too_short", "Old."},
			record: []string{"a", "1", "3", "row_malformed", "Old.", "c"},
			retry:  []string{"a", "1", "c"}, invalid: append(append([]string{"a", "1"}, ours...), "c"),
		},
		{
			name: "no header, a user's own reason is no reason of ours", in: Input{Comma: ','}, record: []string{"1", "3", "created", "x"},
			retry: []string{"1", "3", "created", "x"}, invalid: append([]string{"1", "3", "created", "x"}, ours...),
		},
		{
			name: "no header, row without cells", in: Input{Comma: ',', PhoneColumn: "2"}, first: []string{"a", "1"},
			retry: []string{"", "cell"}, invalid: append([]string{"", "cell"}, ours...),
		},
		{
			name: "file not at hand", in: Input{PhoneColumn: "mobile"}, header: []string{"mobile"},
			retry: []string{"cell"}, invalid: append([]string{"cell"}, ours...),
		},
		{
			name: "file not at hand, no name", in: Input{}, header: []string{"phone"},
			retry: []string{"cell"}, invalid: append([]string{"cell"}, ours...),
		},
		{
			name: "file not at hand, column by number", in: Input{PhoneColumn: "2"}, header: []string{"phone"},
			retry: []string{"cell"}, invalid: append([]string{"cell"}, ours...),
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.in.Bytes = 100
			o := newUserColumns(tt.in)
			first := tt.first
			if first == nil {
				first = tt.record
			}
			o.learn(first)
			r := outcome.Row{Line: 7, Input: "cell", Record: tt.record}
			r.Reason, r.Message = outcome.PhoneInvalid, "Look again."
			if got := o.header; !slices.Equal(got, tt.header) {
				t.Errorf("header: got %q, want %q", got, tt.header)
			}
			if got := o.appendRetry(nil, &r); !slices.Equal(got, tt.retry) {
				t.Errorf("retry.csv: got %q, want %q", got, tt.retry)
			}
			if got := o.appendInvalid(nil, &r); !slices.Equal(got, tt.invalid) {
				t.Errorf("invalid.csv: got %q, want %q", got, tt.invalid)
			}
		})
	}
}

func TestAMalformedRowStaysMalformed(t *testing.T) {
	o := newUserColumns(Input{Header: []string{"name", "phone"}, Bytes: 100})
	o.learn(nil)
	ours := []string{"7", "row_malformed", "Look again."}
	for _, tt := range []struct {
		name         string
		record, want []string
	}{
		{"short", []string{"a"}, append(append([]string{"a", ""}, ours...), feedback.Unrepaired)},
		{"as many cells, broken quotes", []string{"a", "1"}, append(append([]string{"a", "1"}, ours...), feedback.Unrepaired)},
		{"long", []string{"a", "1", "b"}, append(append([]string{"a", "1"}, ours...), "b")},
		{"long by blank cells", []string{"a", "1", "", " "}, append(append([]string{"a", "1"}, ours...), "", " ", feedback.Unrepaired)},
		{"no cells", nil, append(append([]string{"", ""}, ours...), feedback.Unrepaired)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := outcome.Row{Line: 7, Record: tt.record}
			r.Reason, r.Message = outcome.RowMalformed, "Look again."
			if got := o.appendInvalid(nil, &r); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestInvalidHintFallsBackToTheReason(t *testing.T) {
	o := newUserColumns(Input{Header: []string{"phone"}})
	o.learn(nil)
	r := outcome.Row{Line: 2, Record: []string{""}}
	r.Reason = outcome.PhoneMissing
	got := o.appendInvalid(nil, &r)
	if want := Hint(outcome.PhoneMissing); got[len(got)-1] != want {
		t.Errorf("hint: got %q, want %q", got[len(got)-1], want)
	}
}

// TestAttack22PaddingHasABound: sixteen thousand columns and rows of one cell
// made an invalid.csv thousands of times as large as the file.
func TestAttack22PaddingHasABound(t *testing.T) {
	const width, n, bytes = 16_000, 10_000, 40_000
	in := Input{Header: make([]string, width), Comma: ';', Bytes: bytes, Rows: n}
	in.Header[1] = "phone"
	short := make([]outcome.Row, n)
	for i := range short {
		short[i] = row(i+1, "", outcome.RowMalformed)
		short[i].Message, short[i].Record = "It has 1 cell.", []string{"x"}
	}
	f, d, err := write(t.TempDir(), summary(), in, seq(short, nil))
	if err != nil {
		t.Fatal(err)
	}
	file := read(t, f.Invalid)
	header, rows, _ := strings.Cut(string(file), "\n")
	padded := paddingFactor * bytes / (width - 1) / len(`;""`) // rows
	line := `"x"` + strings.Repeat(`;""`, width-1) + `;"`
	if !strings.HasPrefix(rows, line) || strings.Count(rows, line) != padded {
		t.Errorf("got %d rows padded, want the first %d, as long as all padding is under %d bytes", strings.Count(rows, line), padded, paddingFactor*bytes)
	}
	alone := `"x";"` + feedback.Unrepaired + `"` + "\n"
	if got := strings.Count(rows, alone); got != n-padded || !strings.HasSuffix(rows, alone) {
		t.Errorf("got %d rows alone, want the other %d, each marked", got, n-padded)
	}
	if most := len(header) + n*len(alone) + (paddingFactor+1)*bytes; len(file) > most {
		t.Errorf("got an invalid.csv of %d bytes, want at most %d", len(file), most)
	}
	if d.Counts.Invalid != n || strings.Count(string(read(t, f.Report)), ",row_malformed,") != n {
		t.Errorf("got %d invalid rows, want each of the %d with its reason in report.csv", d.Counts.Invalid, n)
	}
}

func TestPaddingOfLostRecordsHasABound(t *testing.T) {
	o := newUserColumns(Input{Header: make([]string, 100), Comma: ',', Bytes: 80})
	o.learn(nil)
	r := outcome.Row{Line: 2, Input: "=1"}
	r.Reason = outcome.PhoneNotANumber
	if got := o.appendCells(nil, &r); len(got) != 100 || got[0] != "=1" {
		t.Errorf("got %d cells, want 100, the phone cell first", len(got))
	}
	if got := o.appendCells(nil, &r); !slices.Equal(got, []string{"=1"}) {
		t.Errorf("got %q, want the phone cell alone", got)
	}
}
