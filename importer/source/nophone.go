package source

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// noPhoneColumn is the error for a header without a phone column. It names what may be
// wrong with the file before it names a flag.
func (s sheet) noPhoneColumn() *UsageError {
	likely, ok := s.likely()
	switch {
	case s.wholeLines():
		return usage("each line of the file is one cell that holds a whole line: the file was opened with another separator than its own and saved so, or " + flagDelimiter + " names another. Leave out " + flagDelimiter + " if it is given; else export the file again, or part its cells again in the spreadsheet (Data, Text to Columns)")
	case s.misread():
		return usage("the headers are UTF-8 that was read as Windows-1252 (such as \"Ã©\" for \"é\"): %s. Export the file again as UTF-8, or leave out "+flagEncoding+" if it is given%s", s.list(s.every()), s.orUse(likely, ok))
	case s.looksLikeData():
		return usage("the first line looks like a contact, not like a header: if the file has no header, use "+flagNoHeader+" with the number of the phone column, such as "+flagNoHeader+" "+flagPhoneColumn+" %d",
			s.likelyPhone()+1)
	case !ok && len(s.where(s.saysNoPhone)) > 0:
		return usage("no column is recognised as the phone number; the headers are %s. A fax or a pager gets no messages, so %s is not it; if another column is, name it with "+flagPhoneColumn+", by its header or number",
			s.list(s.every()), s.list(s.where(s.saysNoPhone)))
	case len(s.cells) == 1:
		return usage("no column is recognised as the phone number: there is just one, with the header %s. If its cells should be parted, say how, for example with "+flagDelimiter+" ';'; if they are the numbers, use "+flagPhoneColumn+" 1",
			s.list(s.every()))
	case ok:
		return usage("no column is recognised as the phone number; the headers are %s. Name it, for example with %s", s.list(s.every()), s.flag(flagPhoneColumn, likely))
	}
	return usage("no column is recognised as the phone number, and no column of the first rows holds numbers; the headers are %s. If one of them is it, name it with "+flagPhoneColumn+", by its header or number",
		s.list(s.every()))
}

func (s sheet) orUse(likely int, ok bool) string {
	if !ok {
		return ""
	}
	return "; or name the phone column by its number, " + flagPhoneColumn + " " + strconv.Itoa(likely+1)
}

// wholeLines reports whether every record is one cell that would be several with the
// delimiter of another file.
func (s sheet) wholeLines() bool {
	if len(s.cells) != 1 {
		return false
	}
	for _, delimiter := range delimiters() {
		parts := strings.Count(s.cells[0], string(delimiter))
		if parts > 0 && len(s.ahead) > 0 && !slices.ContainsFunc(s.ahead, func(row []string) bool {
			return len(row) != 1 || strings.Count(row[0], string(delimiter)) < parts
		}) {
			return true
		}
	}
	return false
}

// misread reports whether a header is UTF-8 that was read as Windows-1252.
func (s sheet) misread() bool {
	return slices.ContainsFunc(s.cells, func(header string) bool { return reread(header) != header })
}

// reread undoes reading UTF-8 as Windows-1252: "TÃ©lÃ©phone" becomes "Téléphone". Other
// texts stay as they are.
func reread(text string) string {
	if isASCII([]byte(text)) {
		return text
	}
	var was []byte
	for _, r := range text {
		b, ok := charmap.Windows1252.EncodeRune(r)
		if !ok && r > 0xff { // the five bytes without a character are often kept as C1 controls
			return text
		} else if !ok {
			b = byte(r)
		}
		was = append(was, b)
	}
	if !utf8.Valid(was) {
		return text
	}
	return strings.TrimPrefix(string(was), byteOrderMark)
}

// every returns all columns.
func (s sheet) every() []int { return s.where(func(int) bool { return true }) }

// looksLikeData reports whether a header cell may be somebody's number or address:
// such cells must not appear in messages.
func (s sheet) looksLikeData() bool {
	return slices.ContainsFunc(s.cells, private)
}

// likelyPhone returns the cell with the most digits.
func (s sheet) likelyPhone() int {
	best := 0
	for i, c := range s.cells {
		if digits(c) > digits(s.cells[best]) {
			best = i
		}
	}
	return best
}
