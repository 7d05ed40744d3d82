package importer

import "testing"

func TestMeaningIsFixed(t *testing.T) {
	all := Options{
		PhoneColumns: []string{"Mobile", "Phone"}, RegionColumn: "Country", NoHeader: true, Delimiter: ';',
		Encoding: "windows-1252", Region: "DE", Types: "mobile",
		Extension: "drop", Multiple: "first",
	}
	for _, test := range []struct {
		name string
		o    Options
		want string
	}{
		{"none", Options{}, `{}`},
		{"all", all, `{"phone_columns":["Mobile","Phone"],"region_column":"Country","no_header":true,"delimiter":";","encoding":"windows-1252","region":"DE","types":"mobile","extension":"drop","multiple":"first"}`},
	} {
		if got := test.o.meaning(); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}
