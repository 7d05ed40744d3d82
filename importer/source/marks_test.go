package source

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// TestByteOrderMarksWithin: files that were put together have one before a quoted cell
// in the middle, and one that was saved twice has two.
func TestByteOrderMarksWithin(t *testing.T) {
	for name, text := range map[string]string{
		"two":                     "\ufeff\ufeffname,phone\nAnn,1\nBob,2\n",
		"two before a quote":      "\ufeff\ufeff\"last, first\",\"phone\"\n\"Lee, Ann\",1\n\"Roe, Bob\",2\n",
		"two before sep=":         "\ufeff\ufeffsep=;\nname;phone\nAnn;1\nBob;2\n",
		"in the middle":           "name,phone\n\"Lee, Ann\",1\n\ufeff\"Roe, Bob\",2\n",
		"before each quoted cell": "name,phone\n\ufeff\"Lee, Ann\",\ufeff\"1\"\n\ufeff \"Roe, Bob\", \ufeff\"2\"\n",
		"alone in a line":         "name,phone\nAnn,1\n\ufeff\nBob,2\n\ufeff",
	} {
		t.Run(name, func(t *testing.T) {
			got := mustRead(t, text, Options{})
			wantPhones(t, got, "1", "2")
			if strings.Contains(got.Header[0], "\ufeff") || len(got.Rows) != 2 {
				t.Errorf("got header %q and %d rows, want no mark and 2", got.Header, len(got.Rows))
			}
		})
	}
	got, err := readCase(t, "double-bom.csv", Options{})
	if err != nil {
		t.Fatal(err)
	}
	wantPhones(t, got, "+14155552601", "+14155552602")
}

// TestCtrlZAtTheEnd is no row and no part of a cell; in the middle it is a character.
func TestCtrlZAtTheEnd(t *testing.T) {
	for _, end := range []string{"\x1a", "\n\x1a", "\r\n\x1a\x1a\x1a", "\n\x1a\n", "\x1a\r\n", " \x1a "} {
		got := mustRead(t, "name,phone\nAnn,1\nBob,2"+end, Options{})
		if len(got.Rows) != 2 || strings.TrimSpace(got.Rows[1].Phone) != "2" {
			t.Errorf("%q: got %+v, want two rows", end, got.Rows)
		}
	}
	got := mustRead(t, "name,phone\nA\x1ann,1\n", Options{})
	if got.Rows[0].Record[0] != "A\x1ann" {
		t.Errorf("got %q, want the character kept", got.Rows[0].Record)
	}
}

// TestZeroBytesAfterGzip: as tapes and images of disks have them.
func TestZeroBytesAfterGzip(t *testing.T) {
	text := "phone\n1\n2\n"
	one := pack(t, "gzip", []byte(text[:8]))
	two := pack(t, "gzip", []byte(text[8:]))
	zeros := make([]byte, 70_000)
	for name, file := range map[string][]byte{
		"behind":   slices.Concat(one, two, zeros),
		"between":  slices.Concat(one, zeros[:300], two),
		"in a zip": pack(t, "zip", slices.Concat(one, two, zeros[:9])),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := readAll(file, Options{})
			if err != nil {
				t.Fatal(err)
			}
			wantPhones(t, got, "1", "2")
		})
	}
	if _, err := readAll(slices.Concat(one, bytes.Repeat([]byte("x"), 40)), Options{}); err == nil {
		t.Error("got no error for other bytes behind a member")
	}
	if _, err := readAll(two[:len(two)-3], Options{}); err == nil {
		t.Error("got no error for a member that was cut off")
	}
}
