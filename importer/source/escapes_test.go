package source

import (
	"slices"
	"strings"
	"testing"
)

// TestBackslashQuotes are recognised where the file is whole with them and damaged
// without.
func TestBackslashQuotes(t *testing.T) {
	text := "\"name\",\"phone\",\"note\"\n\"Lee, \\\"Ann\\\", Dr.\",\"1\",\"5\\\"\"\n\"a\\\\\",\"2\",\"two\\\nlines \\\"x\\\",\\\"y\\\"\"\n\"C:\\temp\",\"3\",\\N\n"
	got := mustRead(t, text, Options{})
	wantPhones(t, got, "1", "2", "3")
	want := [][]string{{`Lee, "Ann", Dr.`, "1", `5"`}, {`a\`, "2", "two\nlines \"x\",\"y\""}, {`C:\temp`, "3", `\N`}}
	for i, row := range got.Rows {
		if !slices.Equal(row.Record, want[i]) {
			t.Errorf("row %d: got %q, want %q", row.Number, row.Record, want[i])
		}
	}
	if !got.Dialect.Escapes || !hasNotice(got, `written \"`) {
		t.Errorf("got %+v, %q, want it said", got.Dialect, got.Notices)
	}
	old := mustRead(t, text, Options{Version: 1})
	if old.Dialect.Escapes || len(old.phones()) == 3 {
		t.Errorf("version 1: got %+v, want it read as before", old)
	}
	other := mustRead(t, strings.ReplaceAll(text, "\",", "\"|"), Options{PhoneColumns: []string{"2"}})
	if other.Dialect.Delimiter != '|' || !other.Dialect.Escapes {
		t.Errorf("got %+v, want the delimiter found", other.Dialect)
	}
}

// TestBackslashesThatAreNone: in doubt a quote behind a backslash ends its cell.
func TestBackslashesThatAreNone(t *testing.T) {
	for name, text := range map[string]string{
		"a path at the end of a cell": "path,phone\n\"C:\\dir\\\",1\n\"D:\\\",2\n",
		"whole both ways":             "name,phone\n\"Ann \\\"Red\\\" Lee\",1\nBob,2\n",
		"damaged both ways":           "name,phone\n\"C:\\dir\\\",1\n\"Lee, \\\"Ann\\\", x\",9\nBob,2\n",
		"no backslash":                "name,phone\n\"a \"\"b\"\"\",1\nBob,2\n",
	} {
		t.Run(name, func(t *testing.T) {
			got := mustRead(t, text, Options{})
			wantPhones(t, got, "1", "2")
			if got.Dialect.Escapes {
				t.Error("got escapes, want none")
			}
		})
	}
}
