package source

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"

	"sent-import/importer/testenv"
)

// scanAll reads text with one delimiter. If strict, each record must have as many
// cells as the first.
func scanAll(t testing.TB, text string, delimiter rune, strict bool) ([]record, *scanner) {
	t.Helper()
	s := newScanner(strings.NewReader(text))
	s.setDelimiter(delimiter)
	var all []record
	for {
		rec, err := s.next()
		if err == io.EOF {
			return all, s
		}
		if err != nil {
			t.Fatalf("next: %v", err)
		}
		if strict && len(all) == 0 && rec.malformed == "" {
			s.expect(shape{width: len(rec.cells), first: "the header"})
		}
		all = append(all, rec)
	}
}

func TestScanCells(t *testing.T) {
	tests := []struct {
		name string
		text string
		want [][]string
	}{
		{"plain", "a,b\n1,2\n", [][]string{{"a", "b"}, {"1", "2"}}},
		{"no final newline", "a,b\n1,2", [][]string{{"a", "b"}, {"1", "2"}}},
		{"final CR", "a,b\r", [][]string{{"a", "b"}}},
		{"quoted", `"a","b,c"` + "\n", [][]string{{"a", "b,c"}}},
		{"doubled quotes", `"a ""b"" c",""""` + "\n", [][]string{{`a "b" c`, `"`}}},
		{"empty quoted", `"",""` + "\n", [][]string{{"", ""}}},
		{"quoted newlines stay", "\"a\r\nb\rc\nd\",e\n", [][]string{{"a\r\nb\rc\nd", "e"}}},
		{"quote within unquoted", `5" pipe,x` + "\n", [][]string{{`5" pipe`, "x"}}},
		{"stray quotes closed on the line", `"Bob "the" Smith",x` + "\n", [][]string{{`Bob "the" Smith`, "x"}}},
		{"spaces around quotes", `"a" , "b,c" ,"d"  ` + "\n", [][]string{{"a", "b,c", "d"}}},
		{"spaces around unquoted stay", " a , b \n", [][]string{{" a ", " b "}}},
		{"delimiters only", ",,\n", [][]string{{"", "", ""}}},
		{"blank and white lines", "\n \n\t\r\na\n\n  ", [][]string{{"a"}}},
		{"CR", "a,b\r1,2\r", [][]string{{"a", "b"}, {"1", "2"}}},
		{"mixed line ends", "a\nb\r\nc\rd", [][]string{{"a"}, {"b"}, {"c"}, {"d"}}},
		{"quote at the very end", `a,"b"`, [][]string{{"a", "b"}}},
		{"empty last cell", "a,", [][]string{{"a", ""}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			recs, _ := scanAll(t, tt.text, ',', false)
			var got [][]string
			for _, r := range recs {
				if r.malformed != "" {
					t.Errorf("got malformed %q, want a good row", r.malformed)
				}
				got = append(got, r.cells)
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestScanDelimiterOfSeveralBytes(t *testing.T) {
	recs, _ := scanAll(t, "a§\"b§c\"§¶\n", '§', false)
	if got, want := recs[0].cells, []string{"a", "b§c", "¶"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestScanTabWithQuotes(t *testing.T) {
	recs, _ := scanAll(t, "\"a\"\t\t\"b\"\n\t\t\n", '\t', true)
	want := [][]string{{"a", "", "b"}, {"", "", ""}}
	for i, rec := range recs {
		if !slices.Equal(rec.cells, want[i]) {
			t.Errorf("row %d: got %q, want %q", i, rec.cells, want[i])
		}
	}
}

// damage are texts of three columns in which the row at line 2 is bad and all
// others are good; the good ones have their line in the last cell.
func damage() map[string]string {
	return map[string]string{
		"unclosed quote to the end":             "2,\"x,y\n3,a,3\n4,b,4\n",
		"unclosed quote, later a quoted row":    "2,\"x,y\n3,a,3\n4,\"b\",4\n",
		"unclosed quote, later quotes that fit": "2,\"x,y\n3,a,3\n4,\",\",4\n",
		"unclosed quote in the first cell":      "\"2,x,y\n3,\"\",3\n4,b,4\n",
		"text after a closing quote":            "2,\"x\"y,z\n3,a,3\n4,b,4\n",
		"too few cells":                         "2,x\n3,a,3\n4,b,4\n",
		"too many cells":                        "2,x,y,z\n3,a,3\n4,b,4\n",
		"long cell":                             "2," + strings.Repeat("x", maxCell+1) + ",y\n3,a,3\n4,b,4\n",
		"long quoted cell":                      "2,\"" + strings.Repeat("x", maxCell+1) + "\",y\n3,a,3\n4,b,4\n",
		"unclosed quote over the limit":         "2,\"x,y\n3,a,3\n4,b,4\n" + strings.Repeat("\n", maxCell),
		"long row":                              strings.Repeat(strings.Repeat("x", 1000)+",", 1100) + "\n3,a,3\n4,b,4\n",
		"endless line":                          strings.Repeat("x", 3*maxRecord) + "\n3,a,3\n4,b,4\n",
	}
}

func TestScanContinuesAfterDamage(t *testing.T) {
	for name, text := range damage() {
		t.Run(name, func(t *testing.T) {
			recs, s := scanAll(t, "h1,h2,h3\n"+text, ',', true)
			if len(recs) != 4 {
				t.Fatalf("got %d records, want 4", len(recs))
			}
			if recs[1].malformed == "" || recs[1].line != 2 {
				t.Errorf("got line %d malformed %q, want line 2 malformed", recs[1].line, recs[1].malformed)
			}
			for _, rec := range recs[2:] {
				if got, want := rec.cells[2], fmt.Sprint(rec.line); rec.malformed != "" || got != want {
					t.Errorf("got %q malformed %q at line %d, want the row of that line", rec.cells, rec.malformed, rec.line)
				}
			}
			if len(s.buf) > 2*maxRecord {
				t.Errorf("got a buffer of %d bytes, want at most %d", len(s.buf), 2*maxRecord)
			}
		})
	}
}

func TestScanDamagedRecordKeepsItsFirstLine(t *testing.T) {
	recs, _ := scanAll(t, "h1,h2,h3\na,\"b,c\nd,e,f\n", ',', true)
	if got, want := recs[1].cells, []string{"a", "b,c"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestScanLongCellsAreKept: cells that are too long, and the cells after them, are
// returned for their owner to repair.
func TestScanLongCellsAreKept(t *testing.T) {
	long := strings.Repeat("é", maxCell)
	for _, cell := range []string{long, `"` + long + `"`} {
		recs, _ := scanAll(t, "h1,h2,h3\na,"+cell+",b\nc,d,e\n", ',', true)
		if got, want := recs[1].cells, []string{"a", long, "b"}; !slices.Equal(got, want) || recs[1].malformed == "" {
			t.Errorf("got %d cells, %q, want all three as they were, and malformed", len(got), recs[1].malformed)
		}
		if got, want := recs[2].cells, []string{"c", "d", "e"}; !slices.Equal(got, want) {
			t.Errorf("got %q behind it, want %q", got, want)
		}
	}
	recs, _ := scanAll(t, "h1,h2\na,"+strings.Repeat("é", maxRecord)+"\n", ',', true)
	got := recs[1].cells[1]
	if len(got) > maxRecord || len(got) < maxRecord-4 || strings.Trim(got, "é") != "" {
		t.Errorf("got a cell of %d bytes, want it cut off before %d, between two characters", len(got), maxRecord)
	}
	if want := "Only its first 1 MiB is kept"; !strings.Contains(recs[1].malformed, want) {
		t.Errorf("got %q, want %q", recs[1].malformed, want)
	}
}

func TestScanLimitsAreExact(t *testing.T) {
	tests := []struct {
		name string
		text string
		ok   bool
	}{
		{"cell at the limit", strings.Repeat("x", maxCell) + ",b\n", true},
		{"cell over the limit", strings.Repeat("x", maxCell+1) + ",b\n", false},
		{"quoted cell at the limit", `"` + strings.Repeat("x", maxCell) + `",b` + "\n", true},
		{"quoted cell over the limit", `"` + strings.Repeat("x", maxCell+1) + `",b` + "\n", false},
		{"record at the limit", strings.Repeat(strings.Repeat("x", 1023)+",", 1023) + strings.Repeat("x", 1023) + "\n", true},
		{"record over the limit", strings.Repeat(strings.Repeat("x", 1023)+",", 1024) + "\n", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			recs, _ := scanAll(t, tt.text, ',', false)
			if got := recs[0].malformed == ""; got != tt.ok || len(recs) != 1 {
				t.Errorf("got %d records, first good %v (%s), want 1, %v", len(recs), got, recs[0].malformed, tt.ok)
			}
		})
	}
}

// TestScanWorkIsLinear counts bytes looked at, not time. For each line of these
// texts a reader that simply starts over after every damaged row would read up to
// a MiB.
func TestScanWorkIsLinear(t *testing.T) {
	lines := testenv.Size(40_000, 10_000)
	tests := map[string]string{
		"every row opens a quote":            "1,\"a,b\n",
		"every row opens and closes another": "x\",\"y,b\n",
		"quotes that pair over lines":        "1,\",\"\n",
		"quotes that pair to cells":          "\",\n",
		"quote with space":                   "1, \"a,b\n",
		"text after closing quotes":          "1,\"a\"b,c\n",
		"two openings a row":                 "\"a,\"b\n",
		"doubled":                            "1,\"\"\"a,b\n",
	}
	for name, line := range tests {
		t.Run(name, func(t *testing.T) {
			text := "h1,h2,h3\n" + strings.Repeat(line, lines)
			_, s := scanAll(t, text, ',', true)
			// Three columns, plus one for the first line of each damaged row,
			// plus two for texts read again after a fill.
			if most := int64(len(text)) * (3 + 1 + 2); s.work > most {
				t.Errorf("looked at %d bytes for a text of %d, want at most %d", s.work, len(text), most)
			}
		})
	}
}

// TestScanUnclosedQuoteIsNotReadAgain: a quote that is never closed costs one
// attempt, however many rows follow.
func TestScanUnclosedQuoteIsNotReadAgain(t *testing.T) {
	text := "h1,h2\na,\"b\n" + strings.Repeat("c,d\n", 100_000)
	recs, s := scanAll(t, text, ',', true)
	if len(recs) != 100_002 {
		t.Errorf("got %d records, want 100002", len(recs))
	}
	if s.work > int64(len(text))*2 {
		t.Errorf("looked at %d bytes for a text of %d, want at most twice that", s.work, len(text))
	}
}

// cleanCSV reads text with encoding/csv and returns nil if it has an error. Rows
// of white space are left out, since the scanner skips them.
func cleanCSV(text string, delimiter rune, perRecord int) (recs []record, clean bool) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord = delimiter, perRecord
	for {
		cells, err := r.Read()
		if err == io.EOF {
			return recs, true
		}
		if err != nil {
			return nil, false
		}
		line, _ := r.FieldPos(0)
		recs = append(recs, record{line: line, cells: cells})
	}
}

func withoutWhite(recs []record) []record {
	recs = slices.Clone(recs)
	for i := range recs {
		recs[i].spans, recs[i].end = false, 0 // encoding/csv does not tell
		recs[i].cells = slices.Clone(recs[i].cells)
		for j, cell := range recs[i].cells {
			recs[i].cells[j] = strings.ReplaceAll(cell, "\r\n", "\n") // encoding/csv keeps no CRLF
		}
	}
	return slices.DeleteFunc(recs, func(r record) bool {
		return len(r.cells) == 1 && strings.Trim(r.cells[0], " \t") == "" && r.malformed == ""
	})
}

// FuzzScanLikeEncodingCSV checks that the scanner reads text that encoding/csv
// accepts in the same way: cells, lines, and the number of cells. Text with a CR
// without LF is left out: only the scanner ends a line there.
func FuzzScanLikeEncodingCSV(f *testing.F) {
	for _, seed := range []string{"a,b\n1,2\n", "a;\"b\r\nc\"\r\n\"\"\"\";x", "\"a\"\n\n \n\"b\"", "a\tb\n\"\"\t\"\n\"\n", ",\n,", "a,\"b \",c\n"} {
		f.Add(seed, byte(0))
		f.Add(seed, byte(1))
		f.Add(seed, byte(2))
	}
	f.Fuzz(func(t *testing.T, text string, d byte) {
		if strings.Contains(strings.ReplaceAll(text, "\r\n", "\n"), "\r") {
			return
		}
		delimiter := []rune{',', ';', '\t', '|', '§'}[int(d)%5]
		for _, perRecord := range []int{-1, 0} {
			want, clean := cleanCSV(text, delimiter, perRecord)
			if !clean {
				continue
			}
			got, _ := scanAll(t, text, delimiter, perRecord == 0)
			if got, want := withoutWhite(got), withoutWhite(want); !reflect.DeepEqual(got, want) && len(got)+len(want) > 0 {
				t.Errorf("cells per record %d: got %+v, want %+v", perRecord, got, want)
			}
		}
	})
}

// BenchmarkScan compares the scanner with encoding/csv on rows as they are in
// contact files.
func BenchmarkScan(b *testing.B) {
	const rows = 100_000
	text := []byte("name,phone,email,country\n")
	for i := range rows {
		text = fmt.Appendf(text, "Contact %d,+1415555%04d,contact%d@example.com,US\n", i, i%10000, i)
	}
	b.Run("scanner", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for b.Loop() {
			s := newScanner(bytes.NewReader(text))
			s.setDelimiter(',')
			for {
				if _, err := s.next(); err != nil {
					break
				}
			}
		}
		b.ReportMetric(float64(b.N)*rows/b.Elapsed().Seconds(), "rows/s")
	})
	b.Run("encoding/csv", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for b.Loop() {
			r := csv.NewReader(bytes.NewReader(text))
			for {
				if _, err := r.Read(); err != nil {
					break
				}
			}
		}
		b.ReportMetric(float64(b.N)*rows/b.Elapsed().Seconds(), "rows/s")
	})
	b.Run("Open", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for b.Loop() {
			r, err := openFile(text, Options{})
			if err != nil {
				b.Fatal(err)
			}
			for _, err := range r.Rows() {
				if err != nil {
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric(float64(b.N)*rows/b.Elapsed().Seconds(), "rows/s")
	})
}
