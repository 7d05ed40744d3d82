package ledger

import (
	"math/big"
	"strings"
	"time"

	"sent-import/importer/outcome"
)

// mostDate is how long the text of a date may be to be kept: longer than any.
const mostDate = 64

// alone ends the dates of a contact that only its last change shows to be ours.
const alone = "alone"

// datesText is the form in which the ledger keeps the dates of a contact, a line each, as
// packDate writes them; "" for none.
func datesText(d outcome.Dates) string {
	if len(d.Created) > mostDate || len(d.Updated) > mostDate || strings.ContainsRune(d.Created+d.Updated, '\n') || isPacked(d.Created) || isPacked(d.Updated) || d.Created+d.Updated == "" {
		return ""
	}
	d.Created, d.Updated = packDate(d.Created), packDate(d.Updated)
	switch {
	case d.UpdatedAlone:
		return d.Created + "\n" + d.Updated + "\n" + alone
	case d.Updated != "":
		return d.Created + "\n" + d.Updated
	}
	return d.Created
}

func parseDates(text string) (d outcome.Dates) {
	lines := strings.Split(text, "\n")
	d.Created = unpackDate(lines[0])
	if len(lines) > 1 {
		d.Updated = unpackDate(lines[1])
	}
	d.UpdatedAlone = len(lines) > 2 && lines[2] == alone
	return d
}

// packed and the nine characters after it begin a date in its short form, which takes 7 to
// 12 bytes in the place of 20 to 30. The character stands for the number of digits of the
// fraction; then comes the time since 1970 in units of the last of them, in base 62. No text
// of a date begins so.
const packed = '!'

// mostDigits is how many digits a fraction in short form has at most.
const mostDigits = 9

func isPacked(text string) bool {
	return text != "" && text[0] >= packed && text[0] <= packed+mostDigits
}

// dateLayout is the form of a date that packDate makes short: RFC 3339 in UTC.
func dateLayout(digits int) string {
	if digits == 0 {
		return "2006-01-02T15:04:05Z"
	}
	return "2006-01-02T15:04:05." + strings.Repeat("0", digits) + "Z"
}

// packDate returns the short form of a date, and any other text as it is.
func packDate(text string) string {
	digits := max(len(text)-len(dateLayout(0))-1, 0) // and the point
	if digits > mostDigits {
		return text
	}
	t, err := time.Parse(dateLayout(digits), text)
	if err != nil {
		return text
	}
	count := t.Unix()*unit(digits) + int64(t.Nanosecond())*unit(digits)/1e9
	short := string(rune(packed+digits)) + big.NewInt(count).Text(62)
	if unpackDate(short) != text { // a year that does not fit, say
		return text
	}
	return short
}

// unpackDate is the date that packDate was given.
func unpackDate(text string) string {
	if !isPacked(text) {
		return text
	}
	digits := int(text[0] - packed)
	units, ok := new(big.Int).SetString(text[1:], 62)
	if !ok || !units.IsInt64() {
		return text
	}
	count := units.Int64()
	t := time.Unix(count/unit(digits), count%unit(digits)*(1e9/unit(digits))).UTC()
	return t.Format(dateLayout(digits))
}

// unit is how many units of a fraction of so many digits are in a second.
func unit(digits int) int64 {
	n := int64(1)
	for range digits {
		n *= 10
	}
	return n
}
