// Package fileflags has the flags that say what a file means, for every command that
// imports files.
package fileflags

import (
	"fmt"

	"sent-import/importer"
	"sent-import/importer/outcome"
)

// Flags say what a file means.
type Flags struct {
	PhoneColumn  []string `help:"Column of the phone number: its header, or its number from 1. Several: the first that is not empty counts." placeholder:"NAME"`
	RegionColumn string   `help:"Column of the country; 'none' for none." placeholder:"NAME"`
	Region       string   `help:"Country of national numbers in rows without one, such as DE." placeholder:"CC"`
	NoHeader     bool     `help:"The first line is a contact, not a header."`
	Delimiter    string   `help:"Character between cells, or 'tab'. Detected if not given." placeholder:"CHAR"`
	Encoding     string   `help:"Character encoding, such as windows-1252. Detected if not given." placeholder:"NAME"`
	Numbers      string   `help:"How numbers without + are read: international (they begin with their calling codes), national, or as the file shows." enum:"auto,international,national" default:"auto"`
	SkipLines    int      `help:"Lines before the header that are no part of the table." placeholder:"N"`
	Sheet        string   `help:"Sheet of a workbook, by name or number from 1. Default: the only visible one with a phone column." placeholder:"NAME|N"`
	OptOutColumn string   `help:"Column that says who wants no messages; 'none' for none. Recognised by its header if not given." placeholder:"NAME"`
	OptOut       string   `help:"What to do with people who opted out: skip them, create their contacts and mark them as opted out, or ignore the column. Default: skip." placeholder:"skip|mark|ignore"`
	Types        string   `help:"Take only these types of number, such as mobile,fixed_line_or_mobile." placeholder:"TYPE,…"`
	Extension    string   `help:"What to do with a number that has an extension: reject, or drop the extension." enum:"reject,drop" default:"reject"`
	Multiple     string   `help:"What to do with several numbers in a cell: reject, or take the first." enum:"reject,first" default:"reject"`
	MaxInvalid   string   `help:"Stop before sending if more rows are invalid: a number, or a share (counted from 20 rows). Default: 50%." default:"50%" placeholder:"N|P%"`
	InvalidOK    bool     `help:"Exit with 0, and not with 3, where only invalid rows are left." name:"invalid-ok"`
}

// Apply puts the flags into the engine's options.
func (f Flags) Apply(o *importer.Options) (err error) {
	o.PhoneColumns, o.RegionColumn, o.Region = f.PhoneColumn, f.RegionColumn, f.Region
	o.NoHeader, o.Encoding, o.Types = f.NoHeader, f.Encoding, f.Types
	o.Extension, o.Multiple, o.Numbers = f.Extension, f.Multiple, f.Numbers
	o.SkipLines, o.Sheet, o.OptOutColumn, o.OptOut = f.SkipLines, f.Sheet, f.OptOutColumn, f.OptOut
	if o.Delimiter, err = delimiter(f.Delimiter); err != nil {
		return err
	}
	o.MaxInvalid, err = Limit("max-invalid", f.MaxInvalid)
	return err
}

// DelimiterWord is the value of --delimiter for d; "" for none.
func DelimiterWord(d importer.Delimiter) string {
	switch d {
	case 0:
		return ""
	case '\t':
		return "tab"
	}
	return string(rune(d))
}

func delimiter(s string) (d importer.Delimiter, err error) {
	if s == "tab" || s == `\t` {
		return '\t', nil
	}
	if d.UnmarshalText([]byte(s)) != nil {
		return 0, &importer.UsageError{Message: fmt.Sprintf("--delimiter %q: give one character, such as --delimiter ';', or tab", s)}
	}
	return d, nil
}

// Limit is the value of an option that takes a number of rows or a share of them; "" is the
// zero value. Errors: [*importer.UsageError].
func Limit(option, s string) (importer.Limit, error) {
	l, err := outcome.ParseLimit(s)
	if err != nil && s != "" {
		return l, &importer.UsageError{Option: option, Message: option + ": " + err.Error()}
	}
	return l, nil
}
