package importer

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sent-import/importer/outcome"
	"sent-import/importer/source"
)

// checkText checks a file with that text.
func checkText(t *testing.T, text string, o Options) (*Result, error) {
	t.Helper()
	o.Input = filepath.Join(t.TempDir(), "list.csv")
	if err := os.WriteFile(o.Input, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	result, err := Check(t.Context(), o)
	if err == nil {
		t.Cleanup(func() { _ = result.Close() })
	}
	return result, err
}

// refusedHeader reports what a plan of a file with that header would.
func refusedHeader(t *testing.T, header string, o Options) error {
	t.Helper()
	src, err := source.Open(strings.NewReader(header+"\n"), nil, 0, o.sourceOptions())
	if err != nil {
		return sourceError(err)
	}
	return refuseData(src, o)
}

// TestAttack10HeaderThatIsAContact: where --no-header is forgotten, the first
// contact is not taken for a header, whatever way its number is written.
func TestAttack10HeaderThatIsAContact(t *testing.T) {
	second := Options{PhoneColumns: []string{"2"}}
	german := Options{PhoneColumns: []string{"2"}, Region: "DE"}
	for _, tt := range []struct {
		name, header string
		o            Options
	}{
		{"E.164", "Ada,+14155550101", second},
		{"spaces and brackets", "Ada,+1 (415) 555-0101", second},
		{"guarded", "Ada,'+14155550101", second},
		{"guarded as a formula", `Ada,"=""+14155550101"""`, second},
		{"digits of another script", "Ada,+١٤١٥٥٥٥٠١٠١", second},
		{"no-break spaces", "Ada,+1\u00a0415\u00a0555\u00a00101", second},
		{"link", "Ada,tel:+14155550101", second},
		{"national, of the default region", "Ada,0151 23456789", german},
		{"national, of its own region", "Ada,0151 23456789,DE", Options{PhoneColumns: []string{"2"}, RegionColumn: "3"}},
		{"national, of an unknown region", "Ada,0151 23456789,XX", Options{PhoneColumns: []string{"2"}, RegionColumn: "3"}},
		{"national, without a region", "Ada,0151 23456789", second},
		{"no plus", "Ada,14155550101", second},
		{"no such number", "Ada,+1 111 111 1111", second},
		{"extension", "Ada,+1 415 555 0101 x12", second},
		{"two numbers", "Ada,+1 415 555 0101; +1 415 555 0102", second},
		{"of another type", "Ada,+442079460018", Options{PhoneColumns: []string{"2"}, Types: "mobile"}},
		{"digits replaced by an exponent", "Ada,4.47E+11", second},
		{"in the second phone column", "Ada,Mobile,+14155550101", Options{PhoneColumns: []string{"2", "3"}}},
		{"the other column was meant", "+14155550101,Ada", second},
		{"national in another column", "0151 23456789,Ada", german},
		{"an address in another column", "ada@example.com,none", second},
		{"an address with a name", "Ada <ada@example.com>,", second},
		{"two addresses", "a@b.example; c@d.example,x", second},
		{"an address as a link", "mailto:ada@example.com,x", second},
		{"by its own text", "Ada,+14155550101", Options{PhoneColumns: []string{"+14155550101"}}},
		{"the only column", "+14155550101", Options{PhoneColumns: []string{"1"}}},
		{"a cell that is the number of the column", "2,+14155550101", second},
		{"a row of invalid.csv", "Ada,none,2,phone_missing,there is none", second},
		{"an invalid.csv of such a header", "Ada,+14155550101,sent_import_line,sent_import_reason,sent_import_hint", second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := refusedHeader(t, tt.header, tt.o)
			var usage *UsageError
			if !errors.As(err, &usage) || !strings.Contains(usage.Message, "--no-header --phone-column ") {
				t.Fatalf("got %v, want a usage error that names --no-header", err)
			}
			for _, secret := range []string{"415", "0101", "23456789", "example", "111"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("got %q, which holds a cell", err)
				}
			}
		})
	}
}

// TestHeadersAreNoContacts: what people really call a column is a header.
func TestHeadersAreNoContacts(t *testing.T) {
	for _, name := range []string{"Phone", "Phone 1", "Tel 2", "Mobile2024", "1st phone", "0", "2", "Telefon (privat)", "+", "#", "phone_e164", "WhatsApp +",
		"2024", "Phone 2024-25", "N/A", "1-800-FLOWERS"} {
		for _, region := range []string{"", "DE", "US", "FR"} {
			if err := refusedHeader(t, "Name,"+name, Options{PhoneColumns: []string{"2"}, Region: region}); err != nil {
				t.Errorf("%q, region %q: got %v, want it taken for a header", name, region, err)
			}
		}
	}
	for name, text := range map[string]string{
		"a number beside a recognised column":      "phone,Support: +14155550101\nx,y\n",
		"a header that is a number, and another":   "Phone,+14155550101\n,\n",
		"a handle, and a sentence with an address": "Phone,@ada,\"write to ada@example.com, please\"\n,,\n",
	} {
		if err := refusedHeader(t, text, Options{}); err != nil {
			t.Errorf("%s: got %v, want it taken for a header", name, err)
		}
	}
	if err := refusedHeader(t, "+14155550101,x", Options{PhoneColumns: []string{"1"}, NoHeader: true}); err != nil {
		t.Errorf("without a header: got %v", err)
	}
}

// TestHeadersInTexts: a header that looks like somebody's data stands in the
// user's files, and nowhere else.
func TestHeadersInTexts(t *testing.T) {
	for _, name := range []string{"Mobile of Ada 4155550101", "ada@example.com's phone", strings.Repeat("Ada said. ", 20)} {
		text := "Name,\"" + name + "\"\n" + strings.Repeat("x,none\n", 30)
		for _, column := range []string{"2", name} {
			var notices []string
			o := Options{PhoneColumns: []string{column}, Notice: func(text string) { notices = append(notices, text) }}
			o.Plan = func(p Plan) { notices = append(append(notices, p.Notices...), p.Region) }
			result, err := checkText(t, text, o)
			if err != nil {
				if strings.Contains(err.Error(), "Ada") || strings.Contains(err.Error(), "ada") {
					t.Errorf("got %q, which holds a cell", err)
				}
				continue
			}
			if result.Stopped == nil || result.Counts.Invalid != 30 || result.Reasons[outcome.PhoneMissing] != 30 {
				t.Fatalf("got %+v, want it stopped for its invalid rows", result.Counts)
			}
			said := strings.Join(append(notices, result.Notes...), "\n") + result.Stopped.Message
			if strings.Contains(said, "Ada") || strings.Contains(said, "ada@") || strings.Contains(said, "4155550101") {
				t.Errorf("got %q, which holds the header", said)
			}
		}
	}
}
