package phone

import (
	"strings"
	"unicode/utf8"
)

// split splits a text where one number ends and the next begins. It leaves out
// parts that are empty or hold only a placeholder or a label.
func split(text string) []string {
	var parts []string
	start := 0
	for at := 0; at < len(text); {
		skip, next := boundary(text, start, at)
		if !next {
			_, size := utf8.DecodeRuneInString(text[at:])
			at += size
			continue
		}
		parts = appendPart(parts, text[start:at])
		start, at = at+skip, at+skip
		if skip == 0 { // the + that begins the next number
			at++
		}
	}
	return appendPart(parts, text[start:])
}

func appendPart(parts []string, part string) []string {
	part, _ = clean(part)
	if !hasDigit(part) {
		if rest, ok := cutLabels(part); isMissing(part) || ok && rest == "" {
			return parts
		}
	}
	return append(parts, part)
}

// boundary reports whether the number that begins at start ends at position at, and
// returns the size of the separator in bytes.
func boundary(text string, start, at int) (skip int, ends bool) {
	so, rest := text[start:at], text[at:]
	switch c := rest[0]; {
	case c == ';' || c == ',':
		return 1, extensionMark(rest) == 0 && !strings.HasSuffix(so, ",")
	case c == '|' || c == '\n' || c == '&':
		return 1, true
	case strings.HasPrefix(rest, ":::"):
		return 3, true
	case !hasDigit(so):
		return 0, false
	case c == '+':
		return 0, true
	case c == '/' || c == '\\':
		return 1, extensionMark(rest[1:]) == 0 && !followsAreaCode(so, rest[1:])
	case c == ' ':
		word := wordLen(rest[1:])
		return 1 + word, conjunctions[strings.ToLower(rest[1:1+word])] && strings.HasPrefix(rest[1+word:], " ")
	}
	return 0, false
}

// maxGroupDigits is the most digits of a group between slashes within one number: a
// second number has more digits.
const maxGroupDigits = 4

// isGroupedBySlash reports whether slashes split the digits of the text into groups
// that are too short for numbers, as in 0470/12/34/56 and +32 470/12/34/56. The
// groups need not form one number: 5551/5552/5553 are three.
func isGroupedBySlash(text string) bool {
	groups := strings.Split(text, "/")
	for i, group := range groups {
		digits := digitsOf(group)
		if i == 0 && strings.HasPrefix(text, "+") {
			_, digits = splitCode(digits)
		}
		if len(digits) == 0 || len(digits) > maxGroupDigits {
			return false
		}
	}
	return len(groups) > 1
}

// maxAreaDigits is the most digits before a slash that separates an area code from
// the rest. Germany writes numbers like that, and its longest area codes have five
// digits and the trunk zero.
const maxAreaDigits = 6

// minAfterSlash is the fewest digits after an area code and a slash. Fewer are an
// alternative ending of the number before: 030 123456/57.
const minAfterSlash = 4

// followsAreaCode reports whether a slash between the two texts separates an area
// code from its number, as in 030/123456, and not two numbers.
func followsAreaCode(before, after string) bool {
	area := digitsOf(before)
	rest, idd := strings.CutPrefix(area, recommendedIDD)
	if idd || strings.HasPrefix(strings.TrimSpace(before), "+") {
		code, national := splitCode(rest)
		if _, complete := newNumber(code, national).validated(); complete {
			return false
		}
		area = national
	}
	if len(area) > maxAreaDigits || len(digitsOf(after)) < minAfterSlash {
		return false
	}
	after = strings.TrimLeft(after, " (")
	anew := strings.HasPrefix(after, "0") || strings.HasPrefix(after, "+")
	return !anew || len(area) <= 3
}

func hasDigit(text string) bool { return strings.ContainsAny(text, "0123456789") }

func digitsOf(text string) string {
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, text)
}

// conjunctions are the words between two numbers.
var conjunctions = setOf(`or and oder und bzw ou et o y u e of en och eller og tai ja lub i albo nebo a vagy és
	veya ve или и або та atau dan hoặc ή και أو و या और 或 或者 和 または と 또는`)
