package feedback

import (
	"strings"
	"unicode"
)

// tail is what has to be known of the end of a cell, from some place on, to
// tell whether a spreadsheet would run it. It grows to the front, one character
// at a time, so that judging every place of a cell takes time in proportion to
// its length.
type tail struct {
	front    rune // its first character; 0: it is empty
	first    rune // its first character that is no space and no quote; 0: none
	second   rune // the one right behind first; 0: none
	brackets bool // it begins, after spaces, with an opening bracket
	ended    bool // it has a character that is no space
	wild     bool // behind a sign it is more than numbers and words, or goes on in the next cell
}

// operators can make a formula of what follows a sign. Those that people put
// into numbers (+ - / . :) are left out.
const operators = "!\"'&*^=<>%@{}"

// grow adds the character before t.
func (t *tail) grow(r rune) {
	r = plain(r)
	space := unicode.IsSpace(r)
	if !space {
		if !t.ended {
			t.ended, t.wild = true, t.wild || !closes(r)
		}
		t.wild = t.wild || strings.ContainsRune(operators, r) || t.brackets && unicode.IsLetter(r)
		t.brackets = r == '('
	}
	if !space && r != '"' {
		t.first, t.second = r, t.front
	}
	t.front = r
}

// closes reports a character behind which, at the end of a cell, no formula can
// go on in the next one: no operator stands between them.
func closes(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) || strings.ContainsRune(")].", r)
}

// runsBehind reports whether a spreadsheet that parts cells at r would run t,
// which follows. Between the two halves of a line end there is no cell.
func (t tail) runsBehind(r rune) bool {
	return strings.ContainsRune(separators, r) && !(r == '\r' && t.front == '\n') && t.runs()
}

// runs reports whether a spreadsheet would run t as a cell of its own.
func (t tail) runs() bool {
	switch t.first {
	case '=', '@':
		return true
	case '+', '-':
		return !numberFollows(t.second) || t.wild
	}
	return false
}
