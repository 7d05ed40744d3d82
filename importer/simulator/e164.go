package simulator

import (
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// number is an E.164 number in the formats of an answer.
type number struct {
	e164, callingCode, region        string
	international, national, rfc3966 string
}

// splitNumber finds the calling code of a number and its region: the main one if
// several share the code, "001" if the code belongs to none. ok is false for what
// is not E.164 or cannot be a number: an unassigned calling code, fewer than 7 or
// more than 15 digits, or with calling code 1 anything but ten digits of which
// the first and the fourth are 2 to 9.
func splitNumber(e164 string) (code, national, region string, ok bool) {
	digits, plus := strings.CutPrefix(e164, "+")
	if !plus || len(digits) < 7 || len(digits) > 15 || digits[0] == '0' || strings.Trim(digits, "0123456789") != "" {
		return "", "", "", false
	}
	for i := 1; i <= 3; i++ {
		code, national = digits[:i], digits[i:]
		n, _ := strconv.Atoi(code) // it is digits
		if region = phonenumbers.GetRegionCodeForCountryCode(n); region != phonenumbers.UNKNOWN_REGION {
			nanp := len(national) == 10 && national[0] >= '2' && national[3] >= '2'
			return code, national, region, code != "1" || nanp
		}
	}
	return "", "", "", false
}

// formatNumber returns the formats of a number that splitNumber accepts. They are
// plausible, not libphonenumber's.
func formatNumber(e164 string) number {
	code, national, region, _ := splitNumber(e164)
	n := number{e164: e164, callingCode: code, region: region}
	if code == "1" {
		dashed := national[:3] + "-" + national[3:6] + "-" + national[6:]
		n.international = "+1 " + dashed
		n.national = "(" + national[:3] + ") " + national[3:6] + "-" + national[6:]
		n.rfc3966 = "tel:+1-" + dashed
		return n
	}
	n.international = "+" + code + " " + national
	n.national = national
	n.rfc3966 = "tel:+" + code + "-" + national
	return n
}

// strictNumber is formatNumber by libphonenumber; false: there is no such number.
func strictNumber(e164 string) (number, bool) {
	if _, _, _, ok := splitNumber(e164); !ok {
		return number{}, false
	}
	p, err := phonenumbers.Parse(e164, "")
	if err != nil || !phonenumbers.IsValidNumber(p) || phonenumbers.Format(p, phonenumbers.E164) != e164 {
		return number{}, false
	}
	n := formatNumber(e164)
	n.region = phonenumbers.GetRegionCodeForNumber(p)
	n.international = phonenumbers.Format(p, phonenumbers.INTERNATIONAL)
	n.national = phonenumbers.Format(p, phonenumbers.NATIONAL)
	n.rfc3966 = phonenumbers.Format(p, phonenumbers.RFC3966)
	return n, true
}

// acceptable reports whether the service accepts the number.
func (s *Server) acceptable(e164 string) bool {
	if s.rejected[e164] {
		return false
	}
	if s.o.StrictNumbers {
		_, ok := strictNumber(e164)
		return ok
	}
	_, _, _, ok := splitNumber(e164)
	return ok
}

func (s *Server) format(e164 string) number {
	if s.o.StrictNumbers {
		if n, ok := strictNumber(e164); ok {
			return n
		}
	}
	return formatNumber(e164)
}
