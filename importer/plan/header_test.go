package plan

import (
	"errors"
	"strings"
	"testing"

	"sent-import/importer/source"
)

// refusedHeader reports what a plan of a file with that header would.
func refusedHeader(t *testing.T, header string, o Reading) error {
	t.Helper()
	src, err := source.Open(strings.NewReader(header+"\n"), nil, 0, o.sourceOptions())
	if err != nil {
		return sourceError(t.Context(), err)
	}
	return refuseData(src, o)
}

// TestAttack10HeaderThatIsAContact: where --no-header is forgotten, the first
// contact is not taken for a header, whatever way its number is written.
func TestAttack10HeaderThatIsAContact(t *testing.T) {
	second := Reading{PhoneColumns: []string{"2"}}
	german := Reading{PhoneColumns: []string{"2"}, Region: "DE"}
	for _, tt := range []struct {
		name, header string
		o            Reading
	}{
		{"E.164", "Ada,+14155550101", second},
		{"spaces and brackets", "Ada,+1 (415) 555-0101", second},
		{"guarded", "Ada,'+14155550101", second},
		{"guarded as a formula", `Ada,"=""+14155550101"""`, second},
		{"digits of another script", "Ada,+١٤١٥٥٥٥٠١٠١", second},
		{"no-break spaces", "Ada,+1\u00a0415\u00a0555\u00a00101", second},
		{"link", "Ada,tel:+14155550101", second},
		{"national, of the default region", "Ada,0151 23456789", german},
		{"national, of its own region", "Ada,0151 23456789,DE", Reading{PhoneColumns: []string{"2"}, RegionColumn: "3"}},
		{"national, of an unknown region", "Ada,0151 23456789,XX", Reading{PhoneColumns: []string{"2"}, RegionColumn: "3"}},
		{"national, without a region", "Ada,0151 23456789", second},
		{"no plus", "Ada,14155550101", second},
		{"no such number", "Ada,+1 111 111 1111", second},
		{"extension", "Ada,+1 415 555 0101 x12", second},
		{"two numbers", "Ada,+1 415 555 0101; +1 415 555 0102", second},
		{"of another type", "Ada,+442079460018", Reading{PhoneColumns: []string{"2"}, Types: "mobile"}},
		{"digits replaced by an exponent", "Ada,4.47E+11", second},
		{"in the second phone column", "Ada,Mobile,+14155550101", Reading{PhoneColumns: []string{"2", "3"}}},
		{"the other column was meant", "+14155550101,Ada", second},
		{"national in another column", "0151 23456789,Ada", german},
		{"an address in another column", "ada@example.com,none", second},
		{"an address with a name", "Ada <ada@example.com>,", second},
		{"two addresses", "a@b.example; c@d.example,x", second},
		{"an address as a link", "mailto:ada@example.com,x", second},
		{"by its own text", "Ada,+14155550101", Reading{PhoneColumns: []string{"+14155550101"}}},
		{"the only column", "+14155550101", Reading{PhoneColumns: []string{"1"}}},
		{"a cell that is the number of the column", "2,+14155550101", second},
		{"a row of invalid.csv", "Ada,none,2,phone_missing,there is none", second},
		{"an invalid.csv of such a header", "Ada,+14155550101,sent_import_line,sent_import_reason,sent_import_hint", second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := refusedHeader(t, tt.header, tt.o)
			var usage *UsageError
			if !errors.As(err, &usage) || usage.Option != "no-header" || usage.PhoneColumns == "" {
				t.Fatalf("got %v, want a usage error about the option no-header, with the phone column", err)
			}
			for _, secret := range []string{"415", "0101", "23456789", "example", "111"} {
				if strings.Contains(err.Error()+usage.PhoneColumns, secret) {
					t.Errorf("got %q and the columns %q, which hold a cell", err, usage.PhoneColumns)
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
			if err := refusedHeader(t, "Name,"+name, Reading{PhoneColumns: []string{"2"}, Region: region}); err != nil {
				t.Errorf("%q, region %q: got %v, want it taken for a header", name, region, err)
			}
		}
	}
	for name, text := range map[string]string{
		"a number beside a recognised column":      "phone,Support: +14155550101\nx,y\n",
		"a header that is a number, and another":   "Phone,+14155550101\n,\n",
		"a handle, and a sentence with an address": "Phone,@ada,\"write to ada@example.com, please\"\n,,\n",
	} {
		if err := refusedHeader(t, text, Reading{}); err != nil {
			t.Errorf("%s: got %v, want it taken for a header", name, err)
		}
	}
	if err := refusedHeader(t, "+14155550101,x", Reading{PhoneColumns: []string{"1"}, NoHeader: true}); err != nil {
		t.Errorf("without a header: got %v", err)
	}
}
