package workbook

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// kind is what a number format means for a list of contacts.
type kind int

const (
	plain  kind = iota // the digits count
	date               // dates, times, durations
	dialed             // digits with what belongs to a phone number around them, perhaps
)

// numberFormat is a number format of the workbook.
type numberFormat struct {
	kind kind
	code string
	book *excelize.File // shows numbers in this format; nil until one is needed
}

// newNumberFormat takes a format's id and, if the workbook defines it, its code.
func newNumberFormat(id int, code string) *numberFormat {
	f := &numberFormat{code: code}
	switch {
	case code != "":
		f.kind = kindOf(code)
	case isDateFormat(id):
		f.kind = date
	}
	return f
}

// isDateFormat reports the formats without a code that are dates and times: ECMA-376
// part 1, 18.8.30, with those of East Asia and Thailand.
func isDateFormat(id int) bool {
	return 14 <= id && id <= 22 || 27 <= id && id <= 36 || 45 <= id && id <= 47 || 50 <= id && id <= 58 || 71 <= id && id <= 81
}

// maxCode is the length of a format that is looked at. Excel allows 255 characters.
const maxCode = 512

// kindOf looks at the characters of a format's first section, without those that are
// shown as they are.
func kindOf(code string) kind {
	if len(code) > maxCode {
		return plain
	}
	bare, adds := bareCode(code)
	lower := strings.ToLower(bare)
	switch {
	case strings.Contains(lower, "general"):
		return plain
	case strings.ContainsAny(strings.ReplaceAll(strings.ReplaceAll(lower, "e+", ""), "e-", ""), "ymdhsegb"):
		return date
	case !strings.ContainsAny(bare, "0#") || strings.Trim(bare, "0#+-()/ \u00a0") != "":
		return plain
	case adds || strings.Count(bare, "0") > 1 || strings.Trim(bare, "0#") != "":
		return dialed
	}
	return plain
}

// bareCode returns the first section of a format without literals, and whether there
// were any. [h] stands for hours that go on beyond 24; colours, conditions and
// languages in brackets add nothing.
func bareCode(code string) (bare string, adds bool) {
	var b strings.Builder
	runes := []rune(code)
	for i := 0; i < len(runes); i++ {
		switch runes[i] {
		case ';':
			if b.Len() > 0 || adds {
				return b.String(), adds
			}
		case '"':
			for i++; i < len(runes) && runes[i] != '"'; i++ {
			}
			adds = true
		case '\\':
			i++
			adds = true
		case '_', '*': // room as wide as the next character, or filled with it
			i++
		case '[':
			from := i + 1
			for i++; i < len(runes) && runes[i] != ']'; i++ {
			}
			if in := strings.ToLower(string(runes[from:min(i, len(runes))])); strings.Trim(in, "h") == "" || strings.Trim(in, "m") == "" || strings.Trim(in, "s") == "" {
				b.WriteString(in)
			}
		default:
			b.WriteRune(runes[i])
		}
	}
	return b.String(), adds
}

// maxShown is how many formats of a workbook may show numbers. Those that Excel offers
// for phone numbers are a handful.
const maxShown = 250

// number returns the text of a number that is stored as value.
func (s *styles) number(value string, style int, date1904 bool) string {
	f := s.format(style)
	digits := wholeDigits(value)
	switch f.kind {
	case date:
		if text, ok := dateText(value, date1904); ok {
			return text
		}
	case dialed:
		if f.book == nil && s.shown == maxShown {
			return digits
		}
		if f.book == nil {
			s.shown++
		}
		if text, ok := f.show(digits); ok && keepsAll(text, digits) {
			return text
		}
	}
	return digits
}

// wholeDigits writes a stored number without exponent: the digits that it stands for.
// What is no number, or has so many digits that it is no phone number either, stays as
// it is stored.
func wholeDigits(value string) string {
	if strings.Trim(value, "0123456789") == "" {
		return value
	}
	const beyond = 1e21
	x, err := strconv.ParseFloat(value, 64)
	if err != nil || x >= beyond || x <= -beyond || -1/beyond < x && x < 1/beyond && x != 0 {
		return value
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}

// keepsAll reports whether text is what may stand around a phone number, and ends with
// all of its digits.
func keepsAll(text, digits string) bool {
	var shown strings.Builder
	for _, r := range text {
		switch {
		case '0' <= r && r <= '9':
			shown.WriteRune(r)
		case !strings.ContainsRune(" +-()./\u00a0", r):
			return false
		}
	}
	return strings.HasSuffix(shown.String(), digits)
}

// show shows a number as Excel does, by excelize's rules.
func (f *numberFormat) show(digits string) (text string, ok bool) {
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return "", false
	}
	defer func() {
		if recover() != nil { // a format that excelize has not foreseen
			text, ok = "", false
		}
	}()
	if f.book == nil {
		f.book = excelize.NewFile()
		style, err := f.book.NewStyle(&excelize.Style{CustomNumFmt: &f.code})
		if err == nil {
			err = f.book.SetCellStyle(showSheet, showCell, showCell, style)
		}
		if err != nil {
			return "", false
		}
	}
	if err := f.book.SetCellDefault(showSheet, showCell, digits); err != nil {
		return "", false
	}
	text, err := f.book.GetCellValue(showSheet, showCell)
	return strings.TrimSpace(text), err == nil
}

// The cell in which numbers are shown.
const showSheet, showCell = "Sheet1", "A1"

// lastDay is the number of 31 December 9999, the last day that Excel knows.
const lastDay = 2958465

// dateText writes a day number as a date, a time or both. It returns false for what
// Excel can't show as a date: "#####".
func dateText(value string, date1904 bool) (string, bool) {
	day, err := strconv.ParseFloat(value, 64)
	if err != nil || day < 0 || day >= lastDay+1 {
		return "", false
	}
	at, err := excelize.ExcelDateToTime(day, date1904)
	if err != nil {
		return "", false
	}
	at = at.Round(time.Second)
	clock := at.Format(time.TimeOnly)
	switch {
	case day < 1:
		return clock, true
	case clock == "00:00:00":
		return at.Format(time.DateOnly), true
	}
	return fmt.Sprintf("%s %s", at.Format(time.DateOnly), clock), true
}

// isoText writes a date that is stored as text (type "d") as the others are.
func isoText(value string) string {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04"} {
		if at, err := time.Parse(layout, value); err == nil {
			if clock := at.Format(time.TimeOnly); clock != "00:00:00" {
				return at.Format(time.DateOnly) + " " + clock
			}
			return at.Format(time.DateOnly)
		}
	}
	return value
}
