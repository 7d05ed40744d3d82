package plan

import (
	"fmt"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"sent-import/importer/outcome"
	"sent-import/importer/phone"
	"sent-import/importer/source"
)

// refuseData refuses a header that is a contact: that contact would never be
// sent. It is one if the header of a phone column reads as a phone number, or if
// nobody looked at the header, since the column was chosen by its number, and a
// cell of it is a phone number, an e-mail address, or what a file of ours puts
// behind a row.
func refuseData(src *source.Reader, o Reading) error {
	header, columns := src.Header(), src.Columns()
	if header == nil {
		return nil
	}
	h := headerReader{options: phone.Options{DefaultRegion: o.Region, FirstOfMultiple: true, DropExtension: true}}
	if columns.RegionIndex >= 0 {
		h.region = header[columns.RegionIndex]
	}
	for _, i := range columns.PhoneIndex {
		if h.readsAsPhone(header[i]) {
			return dataError(columns, len(header), o, "the cell of the phone column reads as a phone number")
		}
	}
	if !columns.ByNumber {
		return nil
	}
	for i, cell := range header {
		switch {
		case h.isPhone(cell):
			return dataError(columns, len(header), o, fmt.Sprintf("the cell of column %d is a phone number", i+1))
		case isAddress(cell):
			return dataError(columns, len(header), o, fmt.Sprintf("the cell of column %d is an e-mail address", i+1))
		case i > 0 && isOurs(header[i-1], cell):
			return dataError(columns, len(header), o, "it ends like a row of invalid.csv")
		}
	}
	return nil
}

// dataError says so without any of the cells.
func dataError(columns source.Columns, width int, o Reading, why string) error {
	numbers := make([]string, len(columns.PhoneIndex))
	for i, at := range columns.PhoneIndex {
		numbers[i] = strconv.Itoa(at + 1)
	}
	if n, err := strconv.Atoi(strings.Join(o.PhoneColumns, "")); err == nil && n >= 1 && n <= width {
		numbers = o.PhoneColumns // what is the number of one column can be the name of another
	}
	return &UsageError{Option: "no-header", PhoneColumns: strings.Join(numbers, ","), Message: fmt.Sprintf(
		"the first line looks like a contact, not like a header: %s, and that contact would never be created. Nothing was sent", why)}
}

// headerReader reads the cells of a header as those of a row.
type headerReader struct {
	options phone.Options
	region  string // the cell of the region column
}

// isPhone reports a valid number, in the country of its row or of the whole file.
// A word and a few digits are none, such as "Phone 2024-25".
func (h headerReader) isPhone(cell string) bool {
	if digits(cell) < leastDigits && strings.ContainsFunc(cell, unicode.IsLetter) {
		return false
	}
	return phone.Normalize(cell, h.region, h.options).E164 != "" || phone.Normalize(cell, "", h.options).E164 != ""
}

// leastDigits is how many digits make a text without words a phone number: no
// header of a phone column, such as "2", "Phone 1" or "2024", has as many.
const leastDigits = 7

// readsAsPhone reports whether the cell would be taken for a phone number if it
// stood in a row, were it one without a country or one digit too long.
func (h headerReader) readsAsPhone(cell string) bool {
	if h.isPhone(cell) {
		return true
	}
	switch phone.Normalize(cell, h.region, h.options).Reason {
	case outcome.PhoneScientificNotation:
		return true
	case outcome.PhoneNotANumber, outcome.PhoneMissing:
		return false
	}
	return digits(cell) >= leastDigits
}

func digits(text string) (n int) {
	for _, r := range text {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// isAddress reports whether the cell is an e-mail address, or several.
func isAddress(cell string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(",;|", r) }), func(part string) bool {
		address, err := mail.ParseAddress(strings.TrimPrefix(strings.Trim(part, " \t'\"\u00a0"), "mailto:"))
		if err != nil {
			return false
		}
		_, domain, _ := strings.Cut(address.Address, "@")
		return strings.Contains(domain, ".")
	})
}

// isOurs reports the line and the reason that invalid.csv has behind a row: in
// a file without a header they tell a row of ours.
func isOurs(line, reason string) bool {
	_, err := strconv.Atoi(line)
	return err == nil && outcome.Reason(reason).Status() == outcome.Invalid
}

// PhoneColumns names the columns that the numbers are from, for people: as the user
// called them, or as they were recognised. What else a header holds is nobody's
// business.
func (l Layout) PhoneColumns(r Reading) string {
	names := r.PhoneColumns
	if len(names) == 0 {
		names = l.Phone
	}
	return shown(names)
}

// OptOutColumns names the columns that say who wants messages, or who wants none, for
// people; "" if there is none.
func (l Layout) OptOutColumns() string { return shown(l.OptOut) }

// shown names columns for people.
func shown(names []string) string {
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = source.Shown(name)
	}
	return strings.Join(all, ", ")
}
