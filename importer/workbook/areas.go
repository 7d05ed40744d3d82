package workbook

import (
	"encoding/xml"
	"slices"
	"strings"
)

// area is a rectangle of cells, from 1, that one formula fills, or that are merged.
type area struct{ left, right, top, bottom int }

// maxAreas is how many of them without a value may lie over one row. People have a few.
const maxAreas = 100

// areaOf returns what the formula of a cell fills besides it: an array formula stands in
// the first cell alone.
func areaOf(formula xml.StartElement) (a area, ok bool) {
	if attr(formula, "t") != "array" {
		return area{}, false
	}
	return rangeOf(attr(formula, "ref"))
}

// rangeOf reads a reference to several cells, such as "B2:C9".
func rangeOf(ref string) (a area, ok bool) {
	first, last, several := strings.Cut(ref, ":")
	if !several {
		return area{}, false
	}
	var from, to bool
	a.left, a.top, from = column(first)
	a.right, a.bottom, to = column(last)
	return a, from && to
}

// keep remembers an area whose value is not stored, for the rows below.
func (r *Rows) keep(a area) error {
	r.areas = slices.DeleteFunc(r.areas, func(old area) bool { return old.bottom < r.number })
	if len(r.areas) == maxAreas {
		return damaged("more than %d array formulas without a stored value lie over row %d", maxAreas, r.number)
	}
	r.areas = append(r.areas, a)
	return nil
}

// nameAreas adds the blank cells of such areas to row.Unsaved.
func (r *Rows) nameAreas(row *Row) error {
	for _, a := range r.areas {
		if row.Number < a.top || row.Number > a.bottom || len(row.Cells) == 0 {
			continue
		}
		if err := r.spend(max(0, a.right-a.left+1)); err != nil {
			return err
		}
		for c := a.left - 1; c < a.right; c++ {
			if c >= len(row.Cells) || row.Cells[c] == "" {
				row.Unsaved = append(row.Unsaved, c)
			}
		}
	}
	slices.Sort(row.Unsaved)
	row.Unsaved = slices.Compact(row.Unsaved)
	return nil
}
