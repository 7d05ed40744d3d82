package source

import "fmt"

// sayMaybe names the columns that may say who opted out and are not used: people who
// opted out are not to get messages because nobody knew the header of that column.
func (s sheet) sayMaybe(maybe []int, found []optOutColumn) {
	if len(maybe) == 0 {
		return
	}
	names, are, uses := s.shown(maybe[0]), "is", "uses it"
	if len(maybe) > 1 {
		names, are, uses = s.shownAll(maybe[:min(len(maybe), maxListed)]), "are", "uses the first"
	}
	if more := len(maybe) - maxListed; more > 0 {
		names = fmt.Sprintf("%s and %d more", names, more)
	}
	none := flagOptOutColumn + " none says that there is none"
	if len(found) > 0 {
		var used []int
		for _, column := range found {
			used = append(used, column.index)
		}
		uses, none = uses+" instead of "+s.list(used), flagOptOutColumn+" none uses none of them"
	}
	s.say("%s may say who opted out, and %s not used: %s %s, %s", names, are, s.flag(flagOptOutColumn, maybe[0]), uses, none)
}

// sayNamed says what the column is taken to say that an option names.
func (s sheet) sayNamed(i int, kind optOutKind, known bool) {
	switch {
	case !known:
		s.say("opt-out column: %s is taken to say who wants no messages, since its header does not tell; if it says who has agreed to messages, call it \"consent\" in the file", s.list([]int{i}))
	case kind.consent():
		s.say("opt-out column: %s says who has agreed to messages, by its header", s.list([]int{i}))
	default:
		s.say("opt-out column: %s says who wants no messages, by its header", s.list([]int{i}))
	}
}

// describing returns for each column whether one of its first cells describes itself.
func (s sheet) describing() []bool {
	has := make([]bool, len(s.cells))
	if s.sample == nil {
		return has
	}
	rows := s.sample()
	if s.noHeader {
		rows = append(rows, s.cells)
	}
	for _, row := range rows {
		for i := range min(len(row), len(has)) {
			has[i] = has[i] || describesItself(row[i])
		}
	}
	return has
}
