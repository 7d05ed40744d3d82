package report

import (
	"strings"

	"sent-import/importer/outcome"
	"sent-import/report/human"
)

// shares is the bar in which each class of rows has its part.
type shares struct {
	Title string // the same in words
	Parts []share
}

// share is the part of a class, in thousandths of the bar from its left end.
type share struct {
	Status   outcome.Status
	X, Width int
}

const (
	shareGap   = 4 // between two parts
	leastShare = 8 // of a class that has any rows, so that it is seen
)

func sharesOf(c outcome.Counts) (s shares) {
	var words []string
	parts := 0
	for _, k := range classes(c) {
		if k.Count > 0 {
			parts++
			words = append(words, human.Number(k.Count)+" "+string(k.Status))
		}
	}
	room := 1000 - (parts-1)*shareGap - parts*leastShare // to be parted by the numbers of rows
	x := 0
	for _, k := range classes(c) {
		if k.Count == 0 {
			continue
		}
		width := leastShare + int(float64(room)*float64(k.Count)/float64(c.Rows))
		s.Parts = append(s.Parts, share{k.Status, x, width})
		x += width + shareGap
	}
	s.Title = "Of " + human.Count(c.Rows, "row", "rows") + ": " + strings.Join(words, ", ")
	return s
}
