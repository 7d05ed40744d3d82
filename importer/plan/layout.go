package plan

import (
	"cmp"
	"slices"

	"sent-import/importer/outcome"
	"sent-import/importer/phone"
	"sent-import/importer/source"
)

// Layout is what a plan has found out about its file, as the ledger keeps it. Its JSON
// may grow, and what an older version did not write is the zero value.
type Layout struct {
	Header    []string  `json:"header"` // nil if there is none
	Delimiter Delimiter `json:"delimiter"`
	Phone     []string  `json:"phone_columns"`
	Region    string    `json:"region_column"`
	OptOut    []string  `json:"opt_out_columns,omitempty"` // columns in use that say who wants messages, or who wants none
	Notices   []string  `json:"notices"`                   // what people should know of the file, without cell content
	Version   int       `json:"version,omitempty"`         // of the rules by which the file was read, as source.Version has them; 0: 1
	Mark      bool      `json:"mark,omitempty"`            // the file begins with a byte order mark
	Numbers   []string  `json:"numbers,omitempty"`         // for each of Phone how its bare cells are read: see numbersWords

	Advice []string                  `json:"advice,omitempty"` // which options would help how many rows; part of Notices, too
	Hints  map[outcome.Reason]string `json:"hints,omitempty"`  // the same, behind the hint of each row with the reason
}

// numbersWords is how Layout.Numbers calls the ways to read bare cells.
var numbersWords = [...]string{
	phone.ByCell: "cell", phone.ByHeader: "header", phone.ByColumn: "column",
	phone.International: "international", phone.National: "national",
}

func (p *pass) layout() Layout {
	src, texts := p.src, p.texts
	columns := src.Columns()
	l := Layout{
		Header:    src.Header(),
		Delimiter: Delimiter(src.Dialect().Delimiter),
		Mark:      src.Dialect().Mark,
		Phone:     columns.Phone,
		Region:    columns.Region,
		Version:   source.Version,
		Hints:     p.help.hints(texts),
	}
	if p.o.Reading.OptOut != OptOutIgnore {
		l.OptOut = columns.OptOut
	}
	helps := p.help.notices(texts)
	l.Notices = slices.Concat(src.Notices(), p.cells.notices, optOutNotices(columns, p.o.Reading), helps)
	if elsewhere := src.Advice(); elsewhere != "" {
		l.Advice = append(l.Advice, elsewhere)
	}
	l.Advice = append(l.Advice, helps...)
	for _, n := range p.cells.numbers {
		l.Numbers = append(l.Numbers, numbersWords[n])
	}
	return l
}

// Rules is the version of the rules by which the file was read, from 1.
func (l Layout) Rules() int { return cmp.Or(l.Version, 1) }

// IsOlder reports whether a newer version of the rules would read the file.
func (l Layout) IsOlder() bool { return l.Rules() < source.Version }

// International reports whether the bare cells of every phone column were decided to
// begin with their calling codes.
func (l Layout) International() bool {
	return len(l.Numbers) > 0 && !slices.ContainsFunc(l.Numbers, func(word string) bool {
		return word != numbersWords[phone.ByHeader] && word != numbersWords[phone.ByColumn]
	})
}
