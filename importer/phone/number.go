package phone

import (
	"strconv"

	"github.com/nyaruka/phonenumbers"
)

const (
	maxDigits = 15 // ITU-T E.164: calling code and national number together
	minDigits = 7  // the shortest numbers in use that can be reached from abroad (Tokelau, Niue)
	// maxNational is the most digits of a national number that libphonenumber's
	// metadata speaks of.
	maxNational = 17
	// maxShortDigits is the longest cell that is a short number whatever its
	// country: no plan has full national numbers of three digits.
	maxShortDigits = 3
)

// number is a calling code with a national (significant) number: one way to
// read a cell, valid or not.
type number struct {
	code   int
	nsn    string
	region string // where it is valid; "" if it is not, or not known to be
}

func newNumber(code int, nsn string) number { return number{code: code, nsn: nsn} }

func (n number) e164() string { return "+" + strconv.Itoa(n.code) + n.nsn }

// iso is the number's region, or "" for calling codes of no country.
func (n number) iso() string {
	if n.region == noCountry {
		return ""
	}
	return n.region
}

// proto gives the library the number as it is, so that none of the library's
// lenient parsing has a say.
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

// validated returns the number with its region, and whether it is a number that
// can exist: its calling code's plan has it, and E.164 permits its length.
func (n number) validated() (number, bool) {
	if n.region != "" {
		return n, true
	}
	digits := len(strconv.Itoa(n.code)) + len(n.nsn)
	if digits < minDigits || digits > maxDigits {
		return n, false
	}
	pn := n.proto()
	// The main region of a code is the first that libphonenumber looks at; most
	// numbers are its, and are found with half the work.
	main := phonenumbers.GetRegionCodeForCountryCode(n.code)
	if phonenumbers.IsValidNumberForRegion(pn, main) {
		n.region = main
		return n, true
	}
	region := phonenumbers.GetRegionCodeForNumber(pn)
	if region == "" || region == main || !phonenumbers.IsValidNumberForRegion(pn, region) {
		return n, false
	}
	n.region = region
	return n, true
}

// length says whether the number has a possible number of digits for its plan.
func (n number) length() phonenumbers.ValidationResult {
	digits := len(strconv.Itoa(n.code)) + len(n.nsn)
	switch {
	case len(n.nsn) == 0 || digits < minDigits:
		return phonenumbers.TOO_SHORT
	case digits > maxDigits || len(n.nsn) > maxNational:
		return phonenumbers.TOO_LONG
	}
	return phonenumbers.IsPossibleNumberWithReason(n.proto())
}

// isShort reports whether the digits are a short or an emergency number where
// the calling code is dialled, such as 911 or 116117.
func (n number) isShort(region string) bool {
	if len(n.nsn) == 0 || len(n.nsn) > maxServiceDigits {
		return false
	}
	return phonenumbers.IsEmergencyNumber(n.nsn, region) || phonenumbers.IsValidShortNumberForRegion(n.proto(), region)
}

// maxServiceDigits is the most digits of a short number: the European 116 000
// range and most SMS short codes have six.
const maxServiceDigits = 6
