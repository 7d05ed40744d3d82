package plan

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"sent-import/importer/ledger"
)

// fileOf is a file with this content, as Identify finds it.
func fileOf(t *testing.T, content string) *Input {
	t.Helper()
	path := filepath.Join(t.TempDir(), "list.csv")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return &Input{File: ledger.Input{Path: path, Name: "list.csv", Bytes: int64(len(content))}, TempDir: t.TempDir()}
}

// One reading has one text, and so is one job, however it is given.
func TestCanonicalReading(t *testing.T) {
	const plain = "name,phone,country\nAda,+14155550101,US\nBob,(415) 555-0102,US\n"
	const two = "name;Kontakt A;Kontakt B\nAda;+14155550101;\nBob;;+14155550102\n"
	const latin = "name,phone\nZo\xeb,+14155550101\n"
	for _, tt := range []struct {
		name, file string
		given      Reading
		want       string
	}{
		{"nothing", plain, Reading{}, `{}`},
		{"the recognised phone column", plain, Reading{PhoneColumns: []string{"phone"}}, `{}`},
		{"spelled otherwise", plain, Reading{PhoneColumns: []string{"PHONE"}}, `{}`},
		{"by its number", plain, Reading{PhoneColumns: []string{"2"}}, `{}`},
		{"twice", plain, Reading{PhoneColumns: []string{"2", "phone"}}, `{}`},
		{"another phone column", plain, Reading{PhoneColumns: []string{"name"}}, `{"phone_columns":["name"]}`},
		{"another by its number", plain, Reading{PhoneColumns: []string{"1"}}, `{"phone_columns":["name"]}`},
		{"the recognised region column", plain, Reading{RegionColumn: "Country"}, `{}`},
		{"no region column where there is one", plain, Reading{RegionColumn: "None"}, `{"region_column":"none"}`},
		{"no region column where there is none", "phone\n+14155550101\n", Reading{RegionColumn: "none"}, `{}`},
		{"the delimiter", plain, Reading{Delimiter: ','}, `{}`},
		{"a delimiter in a file of one column", "phone\n+14155550101\n", Reading{Delimiter: ';'}, `{}`},
		{"a delimiter that one row has", "phone\n+14155550101\n+14155550102;+14155550103\n", Reading{Delimiter: ';'}, `{"delimiter":";"}`},
		{"a delimiter that would part a cell with text behind it", "phone\n+14155550101\n\"a\" ,\n", Reading{Delimiter: ';'}, `{"delimiter":";"}`},
		{"another delimiter", "name,phone\nAda;,+14155550101\n", Reading{Delimiter: ';', PhoneColumns: []string{"1"}}, `{"phone_columns":["name,phone"],"delimiter":";"}`},
		{"no lines to skip", plain, Reading{SkipLines: 0}, `{}`},
		{"an encoding that the bytes could have, too", plain, Reading{Encoding: "windows-1252"}, `{}`},
		{"a contact for a header", "phone 1,+14155550101\n,\n", Reading{PhoneColumns: []string{"1"}}, `{"phone_columns":["1"]}`},
		{"UTF-8", "name,phone\nZoë,+14155550101\n", Reading{Encoding: "UTF8"}, `{}`},
		{"the encoding that is found", latin, Reading{Encoding: "latin1"}, `{}`},
		{"another encoding", latin, Reading{Encoding: "cp1251"}, `{"encoding":"windows-1251"}`},
		{"UTF-8 that would need replacement", "name,phone\nZoë,+1\nZo\xeb,+14155550101\n", Reading{Encoding: "utf-8"}, `{"encoding":"utf-8"}`},
		{"a region that no row needs", plain, Reading{Region: "DE"}, `{}`},
		{"a region that a row needs", "phone\n+14155550101\n0151 23456789\n", Reading{Region: "de"}, `{"region":"DE"}`},
		{"the same", "phone\n+14155550101\n0151 23456789\n", Reading{Region: "Germany"}, `{"region":"DE"}`},
		{"numbers by the file", plain, Reading{Numbers: "auto"}, `{}`},
		{"opt-outs where there is no column", plain, Reading{OptOut: "ignore"}, `{}`},
		{"skip", plain, Reading{OptOut: "skip"}, `{}`},
		{"no opt-out column where there is none", plain, Reading{OptOutColumn: "none"}, `{}`},
		{"types in another order", plain, Reading{Types: "mobile, Fixed_Line"}, `{"types":"fixed_line,mobile"}`},
		{"all at once", plain, Reading{PhoneColumns: []string{"phone"}, RegionColumn: "country", Delimiter: ',', Encoding: "utf-8", Region: "US", OptOut: "skip"}, `{}`},
		{"some of them", two, Reading{PhoneColumns: []string{"2", "3"}, RegionColumn: "none", Delimiter: ';'}, `{"phone_columns":["Kontakt A","Kontakt B"]}`},
		{"the order of columns", two, Reading{PhoneColumns: []string{"3", "kontakt a"}}, `{"phone_columns":["Kontakt B","Kontakt A"]}`},
		{"two columns of one name", "Kontakt,Kontakt\n+14155550101,\n", Reading{PhoneColumns: []string{"2"}}, `{"phone_columns":["2"]}`},
		{"without a header", "+14155550101\n", Reading{NoHeader: true, PhoneColumns: []string{"1"}}, `{"no_header":true}`},
		{"without a header, in several columns", "a,+14155550101\n", Reading{NoHeader: true, PhoneColumns: []string{"2"}}, `{"phone_columns":["2"],"no_header":true}`},
		{"what can't be read", plain, Reading{PhoneColumns: []string{"Mobile"}}, `{"phone_columns":["Mobile"]}`},
		{"a malformed file", "\xef\xbb\xbf", Reading{Region: "US"}, `{"region":"US"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Canonical(t.Context(), fileOf(t, tt.file), tt.given.Normalised())
			if err != nil || got.Text() != tt.want {
				t.Errorf("got %s, %v, want %s", got.Text(), err, tt.want)
			}
			again, err := Canonical(t.Context(), fileOf(t, tt.file), got)
			if err != nil || again.Text() != got.Text() {
				t.Errorf("again: got %s, %v, want %s", again.Text(), err, got.Text())
			}
		})
	}
}

// What the last row says counts, too: a difference anywhere makes another reading.
func TestCanonicalReadsToTheEnd(t *testing.T) {
	file := "phone\n"
	for range 2000 {
		file += "+14155550101\n"
	}
	for last, want := range map[string]string{"+14155550102\n": `{}`, "415 555 0102\n": `{"region":"US"}`} {
		got, err := Canonical(t.Context(), fileOf(t, file+last), Reading{Region: "US"})
		if err != nil || got.Text() != want {
			t.Errorf("last row %q: got %s, %v, want %s", last, got.Text(), err, want)
		}
	}
}

func TestCanonicalEndsWithItsContext(t *testing.T) {
	cause := errors.New("stopped")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	if _, err := Canonical(ctx, fileOf(t, "phone\n+14155550101\n"), Reading{Region: "US"}); !errors.Is(err, cause) {
		t.Errorf("got %v, want %v", err, cause)
	}
}
