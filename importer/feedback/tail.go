package feedback

import (
	"strings"
	"unicode"
)

// tail summarises the end of a cell, from some position on, to decide whether a
// spreadsheet would run it. It grows to the front, one character at a time, so that
// the time to check every position of a cell is linear in its length.
type tail struct {
	front    rune // the first character; 0: the tail is empty
	first    rune // the first character that is no space and no quote; 0: none
	second   rune // the character after first; 0: none
	brackets bool // the first character that is no space is an opening bracket
	ended    bool // there is a character that is no space
	wild     bool // after a sign it is more than numbers and words, or continues in the next cell
}

// operators are the characters that make a formula of the text after a sign, without
// those that people write in numbers (+ - / . :).
const operators = "!\"'&*^=<>%@{}"

// grow adds r in front.
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

// closes reports whether a cell that ends in r is complete: without an operator at
// its end, a formula cannot continue in the next cell.
func closes(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) || strings.ContainsRune(")].", r)
}

// runsBehind reports whether a spreadsheet that separates cells at r would run t,
// which follows. There is no cell within a CRLF.
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
