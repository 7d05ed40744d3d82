package simulator

import (
	"testing"

	"github.com/nyaruka/phonenumbers"
)

func TestSplitNumber(t *testing.T) {
	for _, c := range []struct {
		name, e164, code, region string
		ok                       bool
	}{
		{"calling code 1", alice, "1", "US", true},
		{"two digits", bob, "44", "GB", true},
		{"three digits", "+353861234567", "353", "IE", true},
		{"nobody's region", "+80012345678", "800", "001", true},
		{"the documentation's example", "+1234567890", "", "", false},
		{"area code from 0", "+10155552671", "", "", false},
		{"exchange from 1", "+14151552671", "", "", false},
		{"unassigned calling code", "+210123456789", "", "", false},
		{"from 0", "+0123456789", "", "", false},
		{"from 0 and a good number", "+014155552671", "", "", false},
		{"no plus", "14155552671", "", "", false},
		{"too short", "+44123", "", "", false},
		{"too long", "+4412345678901234", "", "", false},
		{"other digits", "+4479١١123456", "", "", false},
		{"empty", "", "", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, national, region, ok := splitNumber(c.e164)
			equal(t, "ok", ok, c.ok)
			if ok {
				equal(t, "code", code, c.code)
				equal(t, "region", region, c.region)
				equal(t, "number", "+"+code+national, c.e164)
			}
		})
	}
}

// Every example number of libphonenumber passes.
func TestSplitNumberTakesTheExamplesOfLibphonenumber(t *testing.T) {
	for region := range phonenumbers.GetSupportedRegions() {
		example := phonenumbers.Format(phonenumbers.GetExampleNumber(region), phonenumbers.E164)
		if _, _, _, ok := splitNumber(example); !ok {
			t.Errorf("%s: the example number is refused", region)
		}
	}
}

func TestStrictNumbers(t *testing.T) {
	s := New(Options{StrictNumbers: true})
	want(t, "no such number", do(t, s, create("+442000000000000", "")), 400, "VALIDATION_002")
	want(t, "no such exchange", do(t, s, create("+12005550000", "")), 400, "VALIDATION_002")
	r := do(t, s, create("+16135550123", ""))
	want(t, "a Canadian number", r, 201, "")
	equal(t, "region", r.contact.Region, "CA")
}
