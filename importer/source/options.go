package source

import "unicode/utf8"

// Options say how to read a file. The zero value recognises everything.
type Options struct {
	// PhoneColumns are the columns with the phone number, by header (case,
	// accents, spaces and punctuation do not matter) or by number from 1; the
	// first cell of a row that is not empty is its phone cell. Empty: the
	// column, or the numbered series, is recognised by its header.
	PhoneColumns []string
	// RegionColumn is the column with the country of the number, by header or
	// number. "": it is recognised by its header; "none": there is none.
	RegionColumn string
	// NoHeader says that the first record is data. PhoneColumns must then name
	// the phone column by number, unless there is just one column.
	NoHeader bool
	// Delimiter separates the cells: any character but quote, CR, LF, NUL and
	// U+FFFD. 0: comma, semicolon, tab or vertical bar, whichever fits.
	Delimiter rune
	// Encoding is a name of the WHATWG Encoding Standard, such as "utf-8",
	// "windows-1251" or "shift_jis". "": it is recognised.
	Encoding string
	// SkipLines is how many physical lines before the header are no part of the table.
	SkipLines int
	// Sheet is the sheet of a workbook, by name or by number from 1. "": the only
	// visible one with a phone column.
	Sheet string
	// OptOutColumn is the column that says who wants no messages, by header or number.
	// Its header tells whether it says who agreed instead. "": all such columns are
	// recognised by their headers; "none": there is none.
	OptOutColumn string
	// OptOuts is what becomes of people who want no messages. Only notices depend on it:
	// every row says what its columns say.
	OptOuts OptOuts
	// TempDir is the directory for temporary files, which only large workbooks need: it
	// is made if it is not there, and no file keeps a name in it. "": the system's.
	TempDir string
	// Version is the version of the rules by which the file is read: 0 for the newest,
	// or the one of an earlier plan, so that its rows are found again.
	Version int
}

// OptOuts is what becomes of people who want no messages.
type OptOuts int

const (
	SkipOptOuts   OptOuts = iota // their rows are not imported
	MarkOptOuts                  // their rows are imported, and their contacts marked
	IgnoreOptOuts                // their rows are rows like others
)

// leavesOut reports whether a row that says so is not imported, whatever its number is.
func (o OptOuts) leavesOut(says OptOut) bool {
	switch o {
	case SkipOptOuts:
		return says != OptedIn
	case MarkOptOuts:
		return says == OptOutUnclear
	}
	return false
}

// Version is the newest version of the rules.
//
//	1  rows have exactly as many cells as the header
//	2  blank cells at the end may be missing or too many; and what else came with it
const Version = 2

// validate returns a [UsageError] for a delimiter that cannot be one.
func (o Options) validate() error {
	switch o.Delimiter {
	case 0:
		return nil
	case '"', '\r', '\n', utf8.RuneError:
		return usage("the delimiter %q cannot part cells: use one character such as "+flagDelimiter+" ';'", o.Delimiter)
	}
	if !utf8.ValidRune(o.Delimiter) {
		return usage("the delimiter is not a character: use one such as " + flagDelimiter + " ';'")
	}
	return nil
}

// firstVersion reports whether the file is read by the rules of version 1.
func (o Options) firstVersion() bool { return o.Version == 1 }

// firstRecord is how texts call the first record of the file.
func (o Options) firstRecord() string {
	if o.NoHeader {
		return "the first row"
	}
	return "the header"
}

// Dialect is how a file is written.
type Dialect struct {
	Delimiter   rune   // separates the cells
	Encoding    string // "UTF-8", "UTF-16LE", "UTF-16BE", "Windows-1252" or the name given
	Compression string // "", "gzip", "zstd", "bzip2" or "zip"; two layers as "zip+gzip"
	Sheet       string // the sheet of a workbook, whose Delimiter is ','; "" for text
	Mark        bool   // the text begins with a byte order mark
	Escapes     bool   // a quote within quotes is written \", as MySQL does, and not ""
}
