package feedback

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// separators are what spreadsheets part cells by, each in some country or
// program, and the ends of lines. A spreadsheet whose separator is not the
// file's knows no quotes either: to it, a quote within a cell is a character.
// So the text behind each of them can become a cell of its own.
const separators = ";,|\t\n\r"

// Guard returns the cell as it is written to a file that a spreadsheet may
// open: with a ' in front where the spreadsheet would run it as a formula, and
// a ' behind every separator (; , | tab, line break) where a spreadsheet that
// parts cells there would run what follows; else unchanged.
//
// In front, after any spaces, these are guarded:
//
//   - = or @, a tab, a carriage return or a line feed;
//   - + or - followed by anything but a digit, a space or a bracket: a phone
//     number stays as it is, and so does a lone + or -;
//   - + or - followed by one of those, where the rest can reach outside the
//     cell (see [ReachesOut]). A | alone is what people put between two numbers.
//
// Behind a separator, after any spaces and quotes: = or @, and + or - unless
// all that follows in the cell is what numbers and words are made of, up to a
// letter, a digit or a bracket at the end. This is stricter, since to such a
// spreadsheet the formula goes on in the cells that follow.
//
// The full-width forms of these characters count as well: spreadsheets in East
// Asian locales read them alike.
//
// What is guarded already stays as it is, so a file can be fed back any number
// of times: Guard(Guard(x)) = Guard(x). The price is that a user's own ' before
// something that would be guarded is what [Unguard] does not give back.
func Guard(cell string) string {
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

// behindSeparators returns the places behind separators that need a ', the last
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

// Unguard takes off what Guard put on, and nothing else: a ' is taken off only
// where the rest would be guarded. Unguard(Guard(x)) = x for every x that has
// no ' of its own before something that would be guarded; that one goes.
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

// unguardBehindSeparators goes from the end to the front, as Guard did: what
// follows a place has then been unguarded when it is judged.
func unguardBehindSeparators(cell string) string {
	if !strings.ContainsAny(cell, separators) {
		return cell
	}
	var back []byte // the result from its end to its front, by bytes
	var t, before tail
	last := rune(0) // the character that t has and before has not
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

// runs reports whether a spreadsheet would take the cell for a formula.
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

// numberFollows reports whether what stands behind a sign begins like a number:
// with a digit of any script, a space or a bracket.
func numberFollows(next rune) bool {
	return unicode.IsDigit(next) || unicode.IsSpace(next) || strings.ContainsRune("()[]", next)
}

// ReachesOut reports whether a formula could start a program (its name, | and !)
// or call a function: a letter before an opening bracket. Without either it can
// do no more than sums.
func ReachesOut(formula string) bool {
	letter := false
	for _, r := range formula {
		switch r = plain(r); {
		case r == '!', r == '(' && letter:
			return true
		case unicode.IsSpace(r): // a spreadsheet takes SUM (1) for a call, too
		default:
			letter = unicode.IsLetter(r)
		}
	}
	return false
}

// plain is the ASCII character that a full-width one stands for.
func plain(r rune) rune {
	if '！' <= r && r <= '～' {
		return r - '！' + '!'
	}
	return r
}
