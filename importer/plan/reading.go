package plan

import (
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"

	"sent-import/importer/ledger"
	"sent-import/importer/phone"
	"sent-import/importer/source"
)

// The values of Reading.Extension and Reading.Multiple.
const (
	reject          = "reject"
	dropExtension   = "drop"
	firstOfMultiple = "first"
)

// The values of Reading.OptOut, besides "" for the first.
const (
	OptOutSkip   = "skip"
	OptOutMark   = "mark"
	OptOutIgnore = "ignore"
)

// numbersOf returns how a value of Reading.Numbers has bare cells read. "" leaves it to
// the file.
func numbersOf(value string) (n phone.Numbers, ok bool) {
	switch value {
	case "":
		return phone.ByCell, true
	case "international":
		return phone.International, true
	case "national":
		return phone.National, true
	}
	return phone.ByCell, false
}

// Reading is the options that decide what a row means. They are part of the job: the
// same file read otherwise is another job. Their JSON is part of its identity, and is
// fixed for ever.
type Reading struct {
	PhoneColumns []string  `json:"phone_columns,omitempty"`  // headers or 1-based numbers; the first non-empty cell counts; none: recognised
	RegionColumn string    `json:"region_column,omitempty"`  // header or 1-based number; "": recognised; "none": there is none
	NoHeader     bool      `json:"no_header,omitempty"`      // the first record is a row
	Delimiter    Delimiter `json:"delimiter,omitempty"`      // 0: decided by looking
	Encoding     string    `json:"encoding,omitempty"`       // "": decided by looking; else an HTML encoding name
	Region       string    `json:"region,omitempty"`         // region of national numbers without a region cell; "": none
	Types        string    `json:"types,omitempty"`          // number types to take, comma-separated; "": all
	Extension    string    `json:"extension,omitempty"`      // "reject" (also ""), or "drop": take the number without its extension
	Multiple     string    `json:"multiple,omitempty"`       // "reject" (also ""), or "first": take the first of several numbers in a cell
	Numbers      string    `json:"numbers,omitempty"`        // "auto" (also ""), "international" or "national": how cells without + are read
	SkipLines    int       `json:"skip_lines,omitempty"`     // physical lines before the header
	Sheet        string    `json:"sheet,omitempty"`          // name or 1-based number; "": the only visible one with a phone column
	OptOutColumn string    `json:"opt_out_column,omitempty"` // header or 1-based number; "": recognised; "none": there is none
	OptOut       string    `json:"opt_out,omitempty"`        // "skip" (also ""), "mark" or "ignore" people who opted out
}

// Delimiter is what stands between two cells.
type Delimiter rune

// MarshalText returns the delimiter as one character; nothing for 0.
func (d Delimiter) MarshalText() ([]byte, error) {
	if d == 0 {
		return nil, nil
	}
	return utf8.AppendRune(nil, rune(d)), nil
}

// UnmarshalText reads what MarshalText returns.
func (d *Delimiter) UnmarshalText(text []byte) error {
	if *d = 0; len(text) == 0 {
		return nil
	}
	if utf8.RuneCount(text) > 1 {
		return fmt.Errorf("a delimiter is one character, not %d", utf8.RuneCount(text))
	}
	r, _ := utf8.DecodeRune(text)
	*d = Delimiter(r)
	return nil
}

// UsageError says that the options don't fit each other or the file.
type UsageError struct {
	Option  string // name of the option, such as max-failed; "" where it is none, or several
	Message string // what is wrong, in whole sentences for people; it may begin with Option
	// PhoneColumns are the numbers of the phone columns, from 1, to be given with the
	// option no-header; "" for any other option.
	PhoneColumns string
}

func (e *UsageError) Error() string { return e.Message }

// Normalised returns the reading in one spelling, as far as every version has had it so.
// OptOutSkip stays apart from "", which means the same: that it was given is said where
// there is nobody to skip. See [Canonical].
func (r Reading) Normalised() Reading {
	if r.Extension == reject {
		r.Extension = ""
	}
	if r.Multiple == reject {
		r.Multiple = ""
	}
	if r.Numbers == "auto" {
		r.Numbers = ""
	}
	if iso, ok := phone.Region(r.Region); ok && r.Region != "" {
		r.Region = iso
	}
	return r
}

// Validate returns a UsageError for a value that does not exist.
func (r Reading) Validate() error {
	usage := func(option, format string, args ...any) error {
		return &UsageError{Option: option, Message: option + fmt.Sprintf(format, args...)}
	}
	if _, ok := phone.Region(r.Region); r.Region != "" && !ok {
		return usage("region", " %s: no such country; give its two letters", r.Region)
	}
	if _, err := phone.ParseTypes(r.Types); err != nil {
		return usage("types", ": %v", err)
	}
	if r.Extension != "" && r.Extension != dropExtension {
		return usage("extension", " takes reject or drop")
	}
	if r.Multiple != "" && r.Multiple != firstOfMultiple {
		return usage("multiple", " takes reject or first")
	}
	if _, ok := numbersOf(r.Numbers); !ok {
		return usage("numbers", " takes auto, international or national")
	}
	if r.SkipLines < 0 {
		return usage("skip-lines", " takes a number of lines, 0 or more")
	}
	if !slices.Contains([]string{"", OptOutSkip, OptOutMark, OptOutIgnore}, r.OptOut) {
		return usage("opt-out", " takes skip, mark or ignore")
	}
	return nil
}

// Text is the reading as the ledger keeps it, and as a job's identity has it.
func (r Reading) Text() string {
	if r.OptOut == OptOutSkip {
		r.OptOut = ""
	}
	text, err := json.Marshal(r)
	if err != nil {
		panic("plan: " + err.Error())
	}
	return string(text)
}

func (r Reading) phoneOptions() phone.Options {
	types, err := phone.ParseTypes(r.Types)
	if err != nil {
		panic("plan: reading used before Validate: " + err.Error())
	}
	return phone.Options{
		DefaultRegion: r.Region, Types: types,
		DropExtension: r.Extension == dropExtension, FirstOfMultiple: r.Multiple == firstOfMultiple,
	}
}

func (r Reading) sourceOptions() source.Options {
	return source.Options{
		PhoneColumns: r.PhoneColumns,
		RegionColumn: r.RegionColumn,
		NoHeader:     r.NoHeader,
		Delimiter:    rune(r.Delimiter),
		Encoding:     r.Encoding,
		SkipLines:    r.SkipLines,
		Sheet:        r.Sheet,
		OptOutColumn: r.OptOutColumn,
		OptOuts:      map[string]source.OptOuts{OptOutMark: source.MarkOptOuts, OptOutIgnore: source.IgnoreOptOuts}[r.OptOut],
	}
}

// Told reads what the ledger says of how a job was planned. What no version has written
// is [ledger.ErrDamaged].
func Told(j ledger.Job) (r Reading, l Layout, err error) {
	if json.Unmarshal([]byte(j.Meaning), &r) != nil {
		return Reading{}, Layout{}, Damaged(j, "the options that it was planned with")
	}
	if j.Layout == "" && !j.Planned {
		return r, l, nil
	}
	if json.Unmarshal([]byte(j.Layout), &l) != nil {
		return Reading{}, Layout{}, Damaged(j, "what the plan found in its file")
	}
	return r, l, nil
}

// DamagedError is about a job of which something can't be read. It is a
// [ledger.ErrDamaged].
type DamagedError struct{ Job, What string }

// Damaged returns a DamagedError.
func Damaged(j ledger.Job, what string) error { return &DamagedError{j.ID, what} }

func (e *DamagedError) Error() string {
	return fmt.Sprintf("job %s: %v: %s can't be read", e.Job, ledger.ErrDamaged, e.What)
}

// Unwrap returns ledger.ErrDamaged.
func (e *DamagedError) Unwrap() error { return ledger.ErrDamaged }
