package source

import (
	"slices"
	"strings"
)

// OptOut is what a row says of a person's wish to get no messages.
type OptOut int

const (
	OptedIn       OptOut = iota // nothing says otherwise
	OptedOut                    // no messages
	OptOutUnclear               // a cell that is not understood, or a consent cell that is blank
)

// optOutColumn is a column that says who wants no messages, or who wants them.
type optOutColumn struct {
	index int // from 0
	kind  optOutKind
}

func (k optOutKind) consent() bool { return k != saysOut }

// noOptOut is the value of Options.OptOutColumn for a file without such a column.
const noOptOut = "none"

// optOutColumns returns the one that is named, or those that are recognised.
func (s sheet) optOutColumns(wanted string, used []int) ([]optOutColumn, error) {
	switch {
	case strings.EqualFold(wanted, noOptOut):
		return nil, nil
	case wanted != "":
		i, err := s.one(wanted, flagOptOutColumn)
		if err != nil {
			return nil, err
		}
		kind, known := saysOut, false
		if !s.noHeader {
			kind, known = namedOptOut(s.cells[i])
		}
		s.sayNamed(i, kind, known)
		return []optOutColumn{{i, kind}}, nil
	}
	found, maybe := s.lookForOptOuts(used)
	s.sayOptOut(found)
	if s.optOuts != IgnoreOptOuts {
		s.sayMaybe(maybe, found)
	}
	return found, nil
}

// lookForOptOuts returns the columns that are recognised, and those that may be opt-out
// columns, too. Columns in use for something else are neither.
func (s sheet) lookForOptOuts(used []int) (found []optOutColumn, maybe []int) {
	var when []int
	describes := s.describing()
	for i := range s.cells {
		if s.isOurs(i) || slices.Contains(used, i) {
			continue
		}
		kind, trust := saysOut, optOutNot
		if !s.noHeader {
			kind, trust = optOutHeader(s.cells[i])
		}
		switch {
		case trust == optOutSure, trust == optOutWeak && describes[i]:
			found = append(found, optOutColumn{i, kind})
		case trust == optOutMaybe && kind == saysWhenAgreed:
			when = append(when, i)
		case trust != optOutNot, describes[i] && !s.aboutMail(i):
			maybe = append(maybe, i)
		}
	}
	if !slices.ContainsFunc(found, func(c optOutColumn) bool { return c.kind.consent() }) {
		maybe = append(maybe, when...) // else they say since when, and no more
	}
	return found, maybe
}

// aboutMail reports whether a header says that the column is about e-mail, or another way
// that is not messages to a phone.
func (s sheet) aboutMail(i int) bool {
	if s.noHeader {
		return false
	}
	kind, named := optOutKinds()[s.folded[i]]
	says, _ := phrasesOf(s.cells[i])
	return says&phraseOther != 0 || named && kind == saysAgreedMail
}

func (s sheet) sayOptOut(found []optOutColumn) {
	for _, wanted := range []struct {
		consent bool
		says    string
	}{{false, "who wants no messages"}, {true, "who has agreed to messages"}} {
		var columns []int
		for _, c := range found {
			if c.kind.consent() == wanted.consent {
				columns = append(columns, c.index)
			}
		}
		if len(columns) > 0 {
			s.say("opt-out column: %s, recognised by its header, says %s ("+flagOptOutColumn+" none to ignore it)", s.list(columns), wanted.says)
		}
	}
}

// aboutOptOuts sets the opt-out columns.
func (s sheet) aboutOptOuts(c *choice, wanted string) (err error) {
	if c.optOut, err = s.optOutColumns(wanted, append(slices.Clone(c.columns.PhoneIndex), c.columns.RegionIndex)); err != nil {
		return err
	}
	for _, column := range c.optOut {
		c.columns.OptOut = append(c.columns.OptOut, s.name(column.index))
		c.columns.OptOutIndex = append(c.columns.OptOutIndex, column.index)
	}
	c.columns.Consent = slices.ContainsFunc(c.optOut, func(column optOutColumn) bool { return column.kind.consent() })
	return nil
}
