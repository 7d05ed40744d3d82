package plan

import (
	"reflect"
	"testing"

	"sent-import/importer/ledger"
)

// One reading has one spelling, and so is one job.
func TestReadingNormalised(t *testing.T) {
	got := Reading{Region: "de", Extension: "reject", Multiple: "reject"}.Normalised()
	if want := (Reading{Region: "DE"}); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

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
