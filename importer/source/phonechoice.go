package source

import (
	"fmt"
	"slices"
	"strings"
)

// phoneChooser takes the phone cell of each row.
type phoneChooser struct {
	in       choice
	version1 bool
	optOuts  OptOuts
	kinds    map[string]labelKind // labels read so far, at most maxKinds
	labelled int64                // rows in which labels have changed the choice
	rowsIn   []int                // for each of in.others: rows that have a number there and nowhere before, and may be imported
}

// choose sets the phone cell of a row.
func (c *phoneChooser) choose(row *Row) {
	if c.version1 {
		c.firstCell(row)
		return
	}
	first, best := -1, -1 // the first column that holds something, and the one to take
	bestKind := labelNoPhone
	for n, i := range c.in.columns.PhoneIndex {
		if i >= len(row.Record) || isNothing(row.Record[i]) {
			continue
		}
		if first < 0 {
			first = n
		}
		kind := c.kind(row.Record, n)
		if kind == labelNoPhone || best >= 0 && (c.in.ordered || kind != labelMobile || bestKind == labelMobile) {
			continue
		}
		best, bestKind = n, kind
	}
	if best != first {
		c.labelled++
	}
	switch {
	case best >= 0:
		row.Column, row.Phone = best, at(row.Record, c.in.columns.PhoneIndex[best])
	case first < 0: // what stands there for nothing, such as NULL
		row.Phone = at(row.Record, c.in.columns.PhoneIndex[0])
		c.lookElsewhere(row)
	default:
		row.NoPhone = true
		c.lookElsewhere(row)
	}
}

// firstCell takes the first cell that is not blank, as version 1 does.
func (c *phoneChooser) firstCell(row *Row) {
	for n, i := range c.in.columns.PhoneIndex {
		row.Phone = at(row.Record, i)
		if strings.TrimSpace(row.Phone) != "" {
			row.Column = n
			return
		}
	}
}

// kind reads the label of the n-th phone column.
func (c *phoneChooser) kind(cells []string, n int) labelKind {
	i := c.in.labels[n]
	if i < 0 || i >= len(cells) {
		return labelOther
	}
	kind, known := c.kinds[cells[i]]
	if !known {
		kind = kindOfLabel(cells[i])
		if len(c.kinds) < maxKinds && len(cells[i]) <= maxWord {
			c.kinds[strings.Clone(cells[i])] = kind
		}
	}
	return kind
}

// lookElsewhere counts a row without a number that has something in another column.
func (c *phoneChooser) lookElsewhere(row *Row) {
	for n, i := range c.in.others {
		if i < len(row.Record) && !isNothing(row.Record[i]) {
			row.Elsewhere = n
			if !c.optOuts.leavesOut(row.OptOut) {
				c.rowsIn[n]++
			}
			return
		}
	}
}

// notices say where labels decided, and which rows have their number elsewhere.
func (c *phoneChooser) notices(header sheet) []string {
	var said []string
	if c.labelled > 0 {
		said = append(said, fmt.Sprintf("labels decide about the phone number in %s: a fax or pager is none%s", count(c.labelled, "row"), c.preference()))
	}
	if advice := c.advice(header); advice != "" {
		said = append(said, advice)
	}
	return said
}

// advice says which rows have their number elsewhere; "" for none.
func (c *phoneChooser) advice(header sheet) string {
	rows, names := 0, []string(nil)
	for n, some := range c.rowsIn {
		if some > 0 {
			rows += some
			names = append(names, header.shown(c.in.others[n]))
		}
	}
	if rows == 0 {
		return ""
	}
	have := "have"
	if rows == 1 {
		have = "has"
	}
	return fmt.Sprintf("%s %s no number in %s, but one in %s: %s", count(int64(rows), "row"), have,
		header.shownAll(c.in.columns.PhoneIndex), strings.Join(names, " or "), c.all(header))
}

// all is the flag that takes the first number of all recognised phone columns.
func (c *phoneChooser) all(header sheet) string {
	return header.inOrder(slices.Concat(c.in.columns.PhoneIndex, c.in.others))
}

// Advice says how many rows have no number in the columns in use, but one in another,
// and the flag that takes it; "" for none. It is one of the Notices, and complete when
// Rows has ended.
func (r *Reader) Advice() string { return r.phones.advice(r.sheet) }

// AllPhones is the flag, with its value, that takes the first number of all phone columns
// that are recognised, in order of preference.
func (r *Reader) AllPhones() string { return r.phones.all(r.sheet) }

func (c *phoneChooser) preference() string {
	if c.in.ordered {
		return ""
	}
	return ", and a mobile comes before others"
}
