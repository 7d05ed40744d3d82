package feedback

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// separators are the characters that separate cells in the spreadsheets of some
// country or program, and line breaks. To a spreadsheet with another separator than
// the file's, a quote within a cell is a character. So the text after each of them
// can become a cell of its own.
const separators = ";,|\t\n\r"

// Guard returns the cell for a file that a spreadsheet may open: with a ' in front
// if the spreadsheet would run it as a formula, and with a ' after every separator
// (; , | tab, line break) if a spreadsheet that separates cells there would run the
// text that follows; else unchanged.
//
// In front, after any spaces, these are guarded:
//
//   - = or @, a tab, a carriage return or a line feed;
//   - + or - followed by anything but a digit, a space or a bracket: a phone
//     number stays as it is, and so does a lone + or -;
//   - + or - followed by one of those, where the rest can reach outside the
//     cell (see [ReachesOut]). A | alone is what people put between two numbers.
//
// After a separator, after any spaces and quotes: = or @, and + or - unless the rest
// of the cell has only characters of numbers and words, and ends in a letter, a
// digit or a bracket. This is stricter, since to such a spreadsheet the formula
// continues in the next cells.
//
// The full-width forms of these characters count as well: spreadsheets in East
// Asian locales read them alike.
//
// A guarded cell stays unchanged, so that a file can be imported and reported any
// number of times: Guard(Guard(x)) = Guard(x). For that, [Unguard] also removes a
// user's own ' before something that would be guarded.
func Guard(cell string) string {
	if Plain(cell) {
		return cell
	}
	places := behindSeparators(cell)
	if runs(cell) {
		places = append(places, 0)
	}
	if len(places) == 0 {
		return cell
	}
	var b strings.Builder
	b.Grow(len(cell) + len(places))
	from := 0
	for i := len(places) - 1; i >= 0; i-- {
		b.WriteString(cell[from:places[i]])
		b.WriteByte('\'')
		from = places[i]
	}
	b.WriteString(cell[from:])
	return b.String()
}

// behindSeparators returns the positions after separators that need a ', the last
// one first.
func behindSeparators(cell string) (places []int) {
	if !strings.ContainsAny(cell, separators) || !strings.ContainsAny(cell, "=@+-＝＠＋－") {
		return nil
	}
	var t tail
	for i := len(cell); i > 0; {
		r, size := utf8.DecodeLastRuneInString(cell[:i])
		if t.runsBehind(r) {
			places = append(places, i)
			t.wild = true
		}
		t.grow(r)
		i -= size
	}
	return places
}

// Unguard removes each ' that Guard would add. Unguard(Guard(x)) = x for every x
// without a ' of its own before something that would be guarded.
func Unguard(cell string) string {
	if strings.IndexByte(cell, '\'') < 0 {
		return cell
	}
	cell = unguardBehindSeparators(cell)
	if rest, ok := strings.CutPrefix(cell, "'"); ok && runs(rest) {
		return rest
	}
	return cell
}

// unguardBehindSeparators works from the end to the front, like Guard: so the text
// after a position is already unguarded when the position is checked.
func unguardBehindSeparators(cell string) string {
	if !strings.ContainsAny(cell, separators) {
		return cell
	}
	var back []byte // the result from its end to its front, by bytes
	var t, before tail
	last := rune(0) // the character that is in t and not in before
	for i := len(cell); i > 0; {
		r, size := utf8.DecodeLastRuneInString(cell[:i])
		if last == '\'' && before.runsBehind(r) {
			t = before
			t.wild = true
			back = back[:len(back)-1]
		}
		before, last = t, r
		t.grow(r)
		for n := range size {
			back = append(back, cell[i-1-n])
		}
		i -= size
	}
	slices.Reverse(back)
	return string(back)
}

// runs reports whether a spreadsheet would run the cell as a formula.
func runs(cell string) bool {
	switch first, _ := utf8.DecodeRuneInString(cell); first {
	case '\t', '\r', '\n':
		return true
	}
	cell = strings.TrimLeftFunc(cell, unicode.IsSpace)
	first, size := utf8.DecodeRuneInString(cell)
	switch plain(first) {
	case '=', '@':
		return true
	case '+', '-':
		rest := cell[size:]
		next, _ := utf8.DecodeRuneInString(rest)
		return rest != "" && (!numberFollows(next) || ReachesOut(rest))
	}
	return false
}

// numberFollows reports whether the character after a sign begins a number: a digit
// of any script, a space or a bracket.
func numberFollows(next rune) bool {
	return unicode.IsDigit(next) || unicode.IsSpace(next) || strings.ContainsRune("()[]", next)
}

// ReachesOut reports whether a formula could start a program (its name, | and !) or
// call a function (a letter before an opening bracket). Other formulas only do
// arithmetic.
func ReachesOut(formula string) bool {
	letter := false
	for _, r := range formula {
		switch r = plain(r); {
		case r == '!', r == '(' && letter:
			return true
		case unicode.IsSpace(r): // SUM (1) is a call, too
		default:
			letter = unicode.IsLetter(r)
		}
	}
	return false
}

// plain returns the ASCII character for a full-width one.
func plain(r rune) rune {
	if '！' <= r && r <= '～' {
		return r - '！' + '!'
	}
	return r
}
