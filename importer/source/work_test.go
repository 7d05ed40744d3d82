package source

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"sent-import/importer/feedback"
	"sent-import/importer/testenv"
)

// mostWork is how many bytes may be looked at for a text of n: each once to read
// it, once more after a fill, once in the first line of a damaged row, lookAhead
// times in attempts that fail, and the last such attempt.
func mostWork(n int, budget int64) int64 {
	return int64(n)*(3+lookAhead) + budget + int64(min(n, maxRecord+maxCell))
}

// hostileLines are rows whose quotes make the lines after them part of the row,
// which turns out to be damaged.
func hostileLines() []string {
	return []string{"\",\n", "x\",\"y,b\n", "1,\",\"\n", "\",\"\n", "\"\",\",\n", "\"a\",\"b\n\",c\n", "\n\",", " \",\"\n", "\"\"\",\n", "\",\r"}
}

// TestAttack22QuotesTimesColumns has thousands of columns and rows of quotes:
// 700 kB of that once took five minutes. The test counts the bytes looked at.
func TestAttack22QuotesTimesColumns(t *testing.T) {
	header := "phone" + strings.Repeat(",h", 15_999) + "\n"
	for _, line := range testenv.Some(hostileLines(), 3) {
		for _, version := range []int{1, Version} {
			t.Run(fmt.Sprintf("%q, version %d", line, version), func(t *testing.T) {
				text := header + strings.Repeat(line, 200_000/len(line))
				src, err := openFile(text, Options{Delimiter: ',', Version: version})
				if err != nil {
					t.Fatal(err)
				}
				for row, err := range src.Rows() {
					if err != nil {
						t.Fatal(err)
					}
					if row.Malformed == "" && (version == 1 || strings.Contains(row.Record[0], "\n")) {
						t.Fatalf("line %d: got a good row of %d cells", row.Line, len(row.Record))
					}
				}
				if got, most := src.records.(*textRecords).scan.work, mostWork(len(text), patience); got > most {
					t.Errorf("looked at %d bytes for a text of %d, want at most %d", got, len(text), most)
				}
			})
		}
	}
}

// TestQuotesTimesColumnsWhileSniffing counts the work of finding the delimiter.
func TestQuotesTimesColumnsWhileSniffing(t *testing.T) {
	for _, line := range testenv.Some(hostileLines(), 3) {
		text := "phone" + strings.Repeat(",h;h|h\th", 4_000) + "\n" + strings.Repeat(line, firstBuf/len(line))
		src, err := openFile(text, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got, most := src.records.(*textRecords).scan.work, 5*mostWork(firstBuf, patience); got > most {
			t.Errorf("%q: looked at %d bytes, want at most %d", line, got, most)
		}
	}
}

// TestGoodRowsBehindHostileOnes: when the budget has recovered, a cell of
// several lines is read again.
func TestGoodRowsBehindHostileOnes(t *testing.T) {
	text := "phone" + strings.Repeat(",h", 3_999) + "\n" + strings.Repeat("x\",\"y\n", 20_000) + strings.Repeat("1,2\n", 200_000)
	good := "\"several\nlines\"" + strings.Repeat(",", 3_999)
	src, err := openFile(text+good+"\n", Options{Delimiter: ','})
	if err != nil {
		t.Fatal(err)
	}
	var last Row
	tired := 0
	for row, err := range src.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(row.Malformed, "too many before it") {
			tired++
		}
		last = row
	}
	if tired == 0 {
		t.Error("the budget was never used up, so this tests nothing")
	}
	if last.Malformed != "" || last.Record[0] != "several\nlines" {
		t.Errorf("got %q, %q, want a good row", last.Malformed, last.Record)
	}
}

// FuzzWorkIsLinear counts work instead of time: bytes looked at and cells made,
// for repeated lines below a header of any width. The budget is small, so that
// texts of a few hundred kilobytes can use it up.
func FuzzWorkIsLinear(f *testing.F) {
	for _, line := range hostileLines() {
		f.Add(line, uint16(1), byte(0))
		f.Add(line, uint16(3_000), byte(1))
		f.Add(line, uint16(3_000), byte(5))
	}
	f.Add(strings.Repeat("\"a\n", 50), uint16(60), byte(2))
	f.Add(strings.Repeat("x", 300)+"\"\n,\"", uint16(60), byte(3))
	f.Fuzz(func(t *testing.T, lines string, width uint16, d byte) {
		if lines == "" || len(lines) > 64<<10 {
			return
		}
		const budget = 4 << 10
		delimiter := []rune{',', ';', '\t', '|', '§'}[int(d)%5]
		text := strings.Repeat("h"+string(delimiter), int(width)) + "h\n" + strings.Repeat(lines, 1+(testenv.Size(160, 40)<<10)/len(lines))
		s := newScanner(strings.NewReader(text))
		s.budget = budget
		s.setDelimiter(delimiter)
		s.lenient = d >= 5
		s.expect(shape{width: int(width) + 1, first: "the header", phone: []int{0}})
		records := 0
		for {
			if _, err := s.next(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			records++
		}
		if most := mostWork(len(text), budget); s.work > most {
			t.Errorf("looked at %d bytes for a text of %d, want at most %d", s.work, len(text), most)
		}
		if most := int64(2*len(text) + records); s.made > most {
			t.Errorf("made %d cells of a text of %d, want at most %d", s.made, len(text), most)
		}
	})
}

// TestUnrepairedRowsStayMalformed: also if the mark makes the row as long as the
// others, and if that row is the first of a file without header.
func TestUnrepairedRowsStayMalformed(t *testing.T) {
	for name, o := range map[string]Options{"header": {}, "no header": {NoHeader: true, PhoneColumns: []string{"1"}}} {
		text := "+14155550101," + feedback.Unrepaired + "\n+14155550102,x\n"
		if !o.NoHeader {
			text = "phone,name\n" + text
		}
		got := mustRead(t, text, o)
		if !strings.Contains(got.Rows[0].Malformed, "repair it") || !slices.Equal(got.phones(), []string{"+14155550102"}) {
			t.Errorf("%s: got %+v, want the first row malformed and the second good", name, got.Rows)
		}
	}
}
