package source

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"sent-import/importer/testenv"
)

// TestPlainLineReadsWhatTheScannerReads: a carriage return ends a line as a line feed does,
// but plainLine reads no line that ends so. So the same text with these has the same records.
func TestPlainLineReadsWhatTheScannerReads(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	pieces := []string{"a", "b c", ",", ",", ",", ",", "\n", "\n", "\n", `"`, `"`, `""`, `"x"`, `"x,y"`, `\"`, " ", "\t", byteOrderMark, "é", "\x1a"}
	plain := 0
	for range testenv.Size(1_000, 500) {
		text := "h1,h2,h3\n"
		for range random.IntN(40) {
			if random.IntN(4) == 0 {
				text += fmt.Sprintf("%d,name,\"in, quotes\"\n", random.IntN(100))
			}
			text += pieces[random.IntN(len(pieces))]
		}
		for _, end := range []string{"\n", "\r\n"} {
			plain += agreesWithCarriageReturns(t, strings.ReplaceAll(text, "\n", end), text)
		}
	}
	if plain < 1_000 {
		t.Errorf("got %d plain lines, want more: the test is blind", plain)
	}
}

// agreesWithCarriageReturns compares the records of text, whose lines end in \n or \r\n, with
// those of its lines ending in \r, and returns how many of them plainLine has read.
func agreesWithCarriageReturns(t *testing.T, text, lines string) (plain int) {
	t.Helper()
	got, s := scanAll(t, text, ',', true)
	want, _ := scanAll(t, strings.ReplaceAll(lines, "\n", "\r"), ',', true)
	one := func(cells []string) []string {
		same := make([]string, len(cells))
		for i, cell := range cells {
			same[i] = strings.ReplaceAll(strings.ReplaceAll(cell, "\r\n", "\n"), "\r", "\n")
		}
		return same
	}
	if len(got) != len(want) {
		t.Fatalf("%q: got %d records, want %d", text, len(got), len(want))
	}
	for i, g := range got {
		w := want[i]
		if !slices.Equal(one(g.cells), one(w.cells)) || g.line != w.line || g.malformed != w.malformed || g.spans != w.spans || g.short != w.short {
			t.Fatalf("%q, record %d: got %+v, want %+v", text, i+1, g, w)
		}
	}
	return s.plain.read
}

// TestPlainLinesInALongText: lines across the ends of the buffer and of the texts that cells
// are parts of, some of them longer than usual.
func TestPlainLinesInALongText(t *testing.T) {
	var text strings.Builder
	text.WriteString("h1,h2\n")
	var want [][]string
	for i := range 20_000 {
		cells := []string{fmt.Sprint(i), strings.Repeat("x", i%60)}
		if i%5_000 == 1 {
			cells[1] = strings.Repeat("long", 12_000)
		}
		want = append(want, cells)
		text.WriteString(strings.Join(cells, ",") + "\n")
	}
	got, s := scanAll(t, text.String(), ',', true)
	if len(got) != len(want)+1 {
		t.Fatalf("got %d records, want %d", len(got), len(want)+1)
	}
	for i, cells := range want {
		if rec := got[i+1]; !slices.Equal(rec.cells, cells) || rec.line != i+2 {
			t.Fatalf("row %d: got line %d, %d cells, want line %d", i+1, rec.line, len(rec.cells), i+2)
		}
	}
	if s.plain.read < 19_000 {
		t.Errorf("%d of %d lines were read as plain ones", s.plain.read, len(want))
	}
}

// TestCellsOfPlainLinesAreTheReceivers: a record may be appended to.
func TestCellsOfPlainLinesAreTheReceivers(t *testing.T) {
	all, _ := scanAll(t, "h1,h2\n1,2\n3,4\n", ',', true)
	_ = append(all[1].cells, "more")
	if got := all[2].cells; !slices.Equal(got, []string{"3", "4"}) {
		t.Errorf("got %q, want the next record as it was", got)
	}
}
