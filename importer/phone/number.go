package phone

import (
	"slices"
	"strconv"

	"github.com/nyaruka/phonenumbers"
)

const (
	maxDigits = 15 // ITU-T E.164: calling code and national number together
	minDigits = 7  // the shortest numbers that can be called from abroad (Tokelau, Niue)
	// maxNational is the most digits of a national number in libphonenumber's
	// metadata.
	maxNational = 17
	// maxShortDigits is the most digits of a cell that is a short number in every
	// country: no plan has full national numbers of three digits.
	maxShortDigits = 3
)

// number is a calling code with a national (significant) number: one reading of a
// cell, valid or not.
type number struct {
	code   int
	nsn    string
	region string // where the number is valid; "" if it is not, or was not validated
	kind   Type   // "" like the region
}

func newNumber(code int, nsn string) number { return number{code: code, nsn: nsn} }

func (n number) e164() string { return "+" + loadPlans().byCode[n.code].digits + n.nsn }

// iso returns the number's region, "" for calling codes of no country.
func (n number) iso() string {
	if n.region == noCountry {
		return ""
	}
	return n.region
}

// proto returns the number for the library, without the library's lenient parser.
func (n number) proto() *phonenumbers.PhoneNumber {
	code := int32(n.code)
	value, err := strconv.ParseUint(n.nsn, 10, 64)
	if err != nil {
		panic("phone: not a national number")
	}
	pn := &phonenumbers.PhoneNumber{CountryCode: &code, NationalNumber: &value}
	zeros := int32(0)
	for int(zeros) < len(n.nsn)-1 && n.nsn[zeros] == '0' {
		zeros++
	}
	if leading := zeros > 0; leading {
		pn.ItalianLeadingZero, pn.NumberOfLeadingZeros = &leading, &zeros
	}
	return pn
}

// validated returns the number with its region and type, and whether it is valid: its
// calling code's plan has such numbers, and E.164 permits its length.
func (n number) validated() (number, bool) {
	if n.region != "" {
		return n, true
	}
	p := loadPlans().byCode[n.code]
	if p == nil {
		return n, false
	}
	digits := len(p.digits) + len(n.nsn)
	if digits < minDigits || digits > maxDigits {
		return n, false
	}
	n.region, n.kind = p.ranges().find(n.nsn)
	return n, n.region != ""
}

// fit returns whether the number has too few or too many digits for its plan.
func (n number) fit() fit {
	p := loadPlans().byCode[n.code]
	digits := len(p.digits) + len(n.nsn)
	switch {
	case len(n.nsn) == 0 || digits < minDigits:
		return tooFew
	case digits > maxDigits:
		return tooMany
	}
	return p.ranges().fit(len(n.nsn))
}

// isOneOf reports whether the number, which is valid, is of one of the types.
func (n number) isOneOf(types []Type) bool { return slices.Contains(types, n.kind) }

// isShort reports whether the digits are a short or an emergency number of the
// region, such as 911 or 116117.
func (n number) isShort(region string) bool {
	if len(n.nsn) == 0 || len(n.nsn) > maxServiceDigits {
		return false
	}
	return phonenumbers.IsEmergencyNumber(n.nsn, region) || phonenumbers.IsValidShortNumberForRegion(n.proto(), region)
}

// maxServiceDigits is the most digits of a short number: the European 116 000
// range and most SMS short codes have six.
const maxServiceDigits = 6
