package report

import "regexp"

// span is a part of a text: a flag, which stays in one line, or what is between two.
type span struct {
	Text string
	Flag bool
}

// flagged is a flag in a text. A browser would end a line after its dashes.
var flagged = regexp.MustCompile(`--[a-z]+(-[a-z]+)*`)

// spans parts a text for the page, which keeps each flag in one line.
func spans(text string) (all []span) {
	end := 0
	for _, at := range flagged.FindAllStringIndex(text, -1) {
		if end < at[0] {
			all = append(all, span{Text: text[end:at[0]]})
		}
		all = append(all, span{text[at[0]:at[1]], true})
		end = at[1]
	}
	if end < len(text) {
		all = append(all, span{Text: text[end:]})
	}
	return all
}
