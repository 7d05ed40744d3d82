package report

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"sent-import/importer/outcome"
)

// TestMark: the files that go back begin with a byte order mark where the user's file
// did, or where they hold a character outside of ASCII, wherever it is.
func TestMark(t *testing.T) {
	const n = 3000 // rows, some buffers long
	for _, tt := range []struct {
		name           string
		in             Input
		cell           string // of the last row
		retry, invalid bool
	}{
		{"ASCII", Input{}, "x", false, false},
		{"ASCII with a mark", Input{Mark: true}, "x", true, true},
		{"an accent in the last row", Input{}, "é", true, false},
		{"an accent in the header", Input{Header: []string{"n", "Téléphone"}}, "x", true, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.in.Comma, tt.in.Rows = ',', n
			if tt.in.Header == nil {
				tt.in.Header = []string{"n", "phone"}
			}
			padding := strings.Repeat("y", 100)
			f, _, err := write(t.TempDir(), summary(), tt.in, generate(n, func(i int) outcome.Row {
				r := row(i, "1", outcome.NotAttempted)
				if i%2 == 1 {
					r = row(i, "1", outcome.PhoneTooShort)
				}
				r.Record = []string{padding, fmt.Sprint(i)}
				if i == n {
					r.Record[0] = tt.cell
				}
				return r
			}))
			if err != nil {
				t.Fatal(err)
			}
			check := func(path string, marked bool, first, last string) {
				text := string(read(t, path))
				rest, found := strings.CutPrefix(text, byteOrderMark)
				if found != marked || strings.Contains(rest, byteOrderMark) {
					t.Errorf("%s: got a mark %v, want %v, and one at most", path, found, marked)
				}
				if lines := strings.Split(rest, "\n"); len(lines) != n/2+2 || lines[1] != first || !strings.HasPrefix(lines[n/2], last) {
					t.Errorf("%s: got %d lines, the rows from %q to %q, want %d, from %q to %q", path, len(lines), lines[1], lines[n/2], n/2+2, first, last)
				}
				for _, w := range f.Written {
					if strings.HasSuffix(path, w.Name) && (w.SHA256 != fmt.Sprintf("%x", sha256.Sum256([]byte(text))) || w.Bytes != int64(len(text))) {
						t.Errorf("%s: got %+v, want the sum and size of what is there", path, w)
					}
				}
			}
			check(f.Retry, tt.retry, `"`+padding+`","2"`, fmt.Sprintf(`"%s","%d"`, tt.cell, n))
			check(f.Invalid, tt.invalid, `"`+padding+`","1","2","phone_too_short","`+Hint(outcome.PhoneTooShort)+`"`, fmt.Sprintf(`"%s","%d"`, padding, n-1))
		})
	}
}
