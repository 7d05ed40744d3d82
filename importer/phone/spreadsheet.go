package phone

import (
	"strconv"
	"strings"
)

// isScientific reports whether the text is a number with an exponent, as a
// spreadsheet shows a long number: 4.47E+11, 4,47e11, "4.47 E 11", 4.47×10^11.
// The digits that the exponent replaces are lost, so the number is not known.
func isScientific(text string) bool {
	text = strings.ReplaceAll(strings.TrimPrefix(text, "+"), " ", "")
	if !strings.ContainsAny(text, "eE^") {
		return false
	}
	for _, ten := range []string{"×10^", "x10^", "X10^", "*10^"} {
		text = strings.Replace(text, ten, "e", 1)
	}
	mantissa, exponent, found := strings.Cut(strings.ToLower(text), "e")
	exponent = strings.TrimLeft(exponent, "+-")
	if !found || !allDigits(exponent) {
		return false
	}
	whole, decimals, _ := strings.Cut(strings.ReplaceAll(mantissa, ",", "."), ".")
	return allDigits(whole) && (decimals == "" || allDigits(decimals))
}

// isNegative reports whether a cell, whose clean text is given, holds - and digits
// only: the sum that a spreadsheet makes of +49-151-23456789 when somebody types it.
func isNegative(cell, text string) bool {
	if whole, _ := cutDecimals(text); !allDigits(whole) {
		return false
	}
	folded := strings.Map(func(r rune) rune {
		if r >= 0x80 || r < ' ' {
			return fold(r)
		}
		return r
	}, cell)
	return strings.Trim(folded, " \n'\"=") == "-"+text
}

// minFloatDigits is the fewest digits before a single dot that make the dot a
// decimal point: no area code is that long.
const minFloatDigits = 7

// cutDecimals removes what a spreadsheet added to a number without changing its
// digits: the decimals of 447900900123.0 (also with a comma, also
// 447,900,900,123.00), and the commas between thousands. It returns true for a
// fraction such as 447900900123.5, which is no phone number.
func cutDecimals(text string) (string, bool) {
	sign, digits := "", text
	if strings.HasPrefix(text, "+") {
		sign, digits = "+", text[1:]
	}
	if joined, grouped := cutThousands(digits); grouped {
		return sign + joined, false
	}
	at := strings.LastIndexAny(digits, ".,")
	if at < 0 {
		return text, false
	}
	whole, decimals := digits[:at], digits[at+1:]
	if joined, grouped := cutThousands(whole); grouped {
		whole = joined
	}
	if !allDigits(whole) || !allDigits(decimals) {
		return text, false
	}
	long, brief := len(whole) >= minFloatDigits, len(decimals) <= 2
	if strings.Trim(decimals, "0") == "" && (long || brief) {
		return sign + whole, false
	}
	return text, long && (brief || digits[at] == '.')
}

// isDate reports whether the text is a date of this or the last century, such as
// 24.12.2025, 12/24/2025 or 2025-12-24. In countries with numbers of eight digits
// a date could otherwise be somebody's number.
func isDate(text string) bool {
	for _, separator := range []string{"-", "/", "."} {
		parts := strings.Split(text, separator)
		if len(parts) != 3 {
			continue
		}
		year, others := parts[2], parts[:2]
		if len(parts[0]) == 4 {
			year, others = parts[0], parts[1:]
		}
		return len(year) == 4 && allDigits(year) && (year[:2] == "19" || year[:2] == "20") &&
			isDayOrMonth(others[0]) && isDayOrMonth(others[1])
	}
	return false
}

func isDayOrMonth(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && allDigits(s) && len(s) <= 2 && 1 <= n && n <= 31
}

// cutThousands removes the commas of 447,900,900,123. It returns false unless the
// text has two or more of them, all between thousands.
func cutThousands(text string) (string, bool) {
	groups := strings.Split(text, ",")
	if len(groups) < 3 || len(groups[0]) > 3 {
		return text, false
	}
	for i, group := range groups {
		if !allDigits(group) || i > 0 && len(group) != 3 {
			return text, false
		}
	}
	return strings.Join(groups, ""), true
}
