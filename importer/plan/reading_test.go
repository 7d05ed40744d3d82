package plan

import (
	"reflect"
	"testing"

	"sent-import/importer/ledger"
)

func TestReadingIsFixed(t *testing.T) {
	all := Reading{
		PhoneColumns: []string{"Mobile", "Phone"}, RegionColumn: "Country", NoHeader: true, Delimiter: ';',
		Encoding: "windows-1252", Region: "DE", Types: "mobile",
		Extension: "drop", Multiple: "first",
	}
	for _, test := range []struct {
		name string
		r    Reading
		want string
	}{
		{"none", Reading{}, `{}`},
		{"all", all, `{"phone_columns":["Mobile","Phone"],"region_column":"Country","no_header":true,"delimiter":";","encoding":"windows-1252","region":"DE","types":"mobile","extension":"drop","multiple":"first"}`},
	} {
		if got := test.r.Text(); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
		if back, _, err := Told(ledger.Job{Meaning: test.want}); err != nil || !reflect.DeepEqual(back, test.r) {
			t.Errorf("%s: read back as %+v, %v", test.name, back, err)
		}
	}
}
