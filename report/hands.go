package report

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"sent-import/importer/outcome"
	"sent-import/importer/phone"
)

const (
	// mostHands is how many rows that need a hand report.html shows; all of them are in
	// invalid.xlsx and retry.xlsx.
	mostHands    = 1000
	openHands    = 50 // more of them are shown when they are asked for
	handCells    = 12 // of a row, beside its phone cell
	longestShown = 80 // characters of a cell
)

// Hand is a row that needs a hand: somebody has to repair it, or it failed.
type Hand struct {
	Line   int
	Status outcome.Status
	Reason outcome.Reason
	Hint   string   // what to do
	Phone  string   // the phone cell, cut
	Cells  []string // the first cells of the row, cut; nil where they are not at hand
}

// needsHand reports whether the row belongs to the rows that need a hand.
func needsHand(r *outcome.Row) bool {
	return r.Status == outcome.Failed || r.Status == outcome.Invalid && r.Reason != outcome.OptedOut
}

func handOf(r *outcome.Row, hint string) Hand {
	h := Hand{Line: r.Line, Status: r.Status, Reason: r.Reason, Hint: strings.Clone(hint), Phone: cut(r.Input)}
	for _, cell := range r.Record[:min(len(r.Record), handCells)] {
		h.Cells = append(h.Cells, cut(cell))
	}
	return h
}

// cut is a copy of the beginning of a cell, in one line and without what would turn the
// text around it.
func cut(cell string) string {
	if utf8.RuneCountInString(cell) > longestShown {
		cell = string([]rune(cell)[:longestShown]) + "…"
	}
	return strings.Clone(plain(cell))
}

// handView is a Hand as it is shown.
type handView struct {
	Line   int
	Status outcome.Status
	Reason outcome.Reason
	Hint   string
	Phone  string
	Masked bool
	Others []string // "name: cell", of cells that are not empty
}

// handViews are the rows with their cells, or with a mask for the phone cell and no other.
func handViews(hands []Hand, header []string, shown Cells) []handView {
	views := make([]handView, len(hands))
	for i, h := range hands {
		views[i] = handView{Line: h.Line, Status: h.Status, Reason: h.Reason, Hint: h.Hint, Phone: h.Phone, Masked: shown == MaskCells}
		if shown == MaskCells {
			views[i].Phone = maskCell(h.Phone)
			continue
		}
		for column, cell := range h.Cells {
			switch {
			case strings.TrimSpace(cell) == "" || cell == h.Phone:
			case column < len(header):
				views[i].Others = append(views[i].Others, cut(header[column])+": "+cell)
			default:
				views[i].Others = append(views[i].Others, cell)
			}
		}
	}
	return views
}

// maskCell shows what a cell looks like, so that it can be found, and not what it says: a
// number keeps its ends, see [phone.Mask], and every letter and digit of another cell is a
// dot.
func maskCell(cell string) string {
	if _, _, valid := phone.Describe(cell); valid {
		return phone.Mask(cell)
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) {
			return '•'
		}
		return r
	}, cell)
}

// reasonsOf are the reasons of the rows, each once, in the order of the page.
func reasonsOf(hands []Hand) (all []outcome.Reason) {
	for _, h := range hands {
		if !slices.Contains(all, h.Reason) {
			all = append(all, h.Reason)
		}
	}
	slices.Sort(all)
	return all
}
