package phone

import (
	"strconv"
	"testing"

	"github.com/nyaruka/phonenumbers"
)

// TestRegionOfNumber: checking a calling code's main region first gives the same
// region as libphonenumber's own order, for numbers of every region and similar
// ones.
func TestRegionOfNumber(t *testing.T) {
	compared := 0
	for _, e := range sample() {
		nsn := phonenumbers.GetNationalSignificantNumber(e.pn)
		for at := range nsn {
			for digit := range 10 {
				changed := nsn[:at] + strconv.Itoa(digit) + nsn[at+1:]
				n := number{code: int(e.pn.GetCountryCode()), nsn: changed}
				want := phonenumbers.GetRegionCodeForNumber(n.proto())
				wantOK := want != "" && phonenumbers.IsValidNumberForRegion(n.proto(), want)
				got, ok := n.validated()
				if len(strconv.Itoa(n.code))+len(changed) < minDigits {
					wantOK = false
				}
				if ok != wantOK || ok && got.region != want {
					t.Errorf("%s with digit %d changed: got %q (%t), want %q (%t)", e, at+1, got.region, ok, want, wantOK)
				}
				compared++
			}
		}
	}
	if least := 50_000 / stride(); compared < least {
		t.Errorf("compared %d numbers, want %d and more", compared, least)
	}
}
