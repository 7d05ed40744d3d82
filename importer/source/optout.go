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
func (s sheet) optOutColumns(wanted string) ([]optOutColumn, error) {
	switch {
	case strings.EqualFold(wanted, noOptOut):
		return nil, nil
	case wanted != "":
		i, err := s.one(wanted, flagOptOutColumn)
		if err != nil {
			return nil, err
		}
		return []optOutColumn{{i, s.optOutKind(i)}}, nil
	case s.noHeader:
		return nil, nil
	}
	var found []optOutColumn
	for i, folded := range s.folded {
		if kind, ok := optOutKinds()[folded]; ok && kind.recognised() && !s.isOurs(i) {
			found = append(found, optOutColumn{i, kind})
		}
	}
	s.sayOptOut(found)
	return found, nil
}

// optOutKind returns what a column that is named by an option says. One with an unknown
// header says who opted out.
func (s sheet) optOutKind(i int) optOutKind {
	if s.noHeader {
		return saysOut
	}
	return optOutKinds()[s.folded[i]]
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
	if c.optOut, err = s.optOutColumns(wanted); err != nil {
		return err
	}
	for _, column := range c.optOut {
		c.columns.OptOut = append(c.columns.OptOut, s.name(column.index))
		c.columns.OptOutIndex = append(c.columns.OptOutIndex, column.index)
	}
	c.columns.Consent = slices.ContainsFunc(c.optOut, func(column optOutColumn) bool { return column.kind.consent() })
	return nil
}
