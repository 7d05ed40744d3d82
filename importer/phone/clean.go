package phone

import (
	"strings"
	"unicode"
)

// maxText is the most characters of one cell's text, counted from the first to the
// last digit or letter. It bounds the work on one cell. It is the limit of
// libphonenumber's own parser, and three times the longest cell with two labelled
// numbers that we have seen.
const maxText = 250

// clean maps every decimal digit of Unicode to ASCII, every kind of space, dash,
// plus, dot and bracket to the ASCII one, and drops invisible characters: format
// characters (bidi marks, zero-width, soft hyphen, BOM), control characters and
// variation selectors. Then it trims both ends up to a letter, a digit or '#', so
// that guards ('+1, ="+1"), brackets, quotes and trailing marks disappear. A + that
// was trimmed at the beginning becomes the first byte. clean returns false as soon
// as the text is longer than maxText.
func clean(cell string) (string, bool) {
	var b strings.Builder
	plus, kept, end := false, 0, 0
	for _, r := range cell {
		if r >= 0x80 || r < ' ' {
			r = fold(r)
		}
		if r == dropped {
			continue
		}
		significant := isSignificant(r)
		if b.Len() == 0 && !significant {
			plus = plus || r == '+'
			continue
		}
		if kept++; kept > maxText {
			if significant {
				return "", false
			}
			continue
		}
		b.WriteRune(r)
		if significant {
			end = b.Len()
		}
	}
	text := b.String()[:end]
	if plus && text != "" {
		text = "+" + text
	}
	return text, true
}

// isSignificant reports whether a cell may begin or end with r.
func isSignificant(r rune) bool {
	if r < 0x80 {
		return '0' <= r && r <= '9' || 'a' <= r|0x20 && r|0x20 <= 'z' || r == '#'
	}
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r)
}

// dropped is what fold returns for an invisible character.
const dropped = rune(-1)

// fold maps a character outside of printable ASCII to the ASCII character with the
// same meaning in a phone number, or to dropped. Others stay.
func fold(r rune) rune {
	if to, ok := foldSpecial(r); ok {
		return to
	}
	if 0xFF01 <= r && r <= 0xFF5E { // full-width ASCII
		return r - 0xFF01 + '!'
	}
	switch {
	case unicode.Is(unicode.Nd, r):
		return '0' + digitValue(r)
	case unicode.In(r, unicode.Cf, unicode.Cc, unicode.Variation_Selector):
		return dropped
	case unicode.IsSpace(r):
		return ' '
	case unicode.Is(unicode.Pd, r):
		return '-'
	}
	return r
}

// foldSpecial maps the characters that no Unicode category singles out.
func foldSpecial(r rune) (rune, bool) {
	switch r {
	case '\n', '\r', '\v', '\f', '\u0085', '\u2028', '\u2029':
		return '\n', true
	case '\t':
		return ' ', true
	case '\u2795', '\uFE62', '\u207A', '\uFB29': // heavy, small, superscript, Hebrew plus
		return '+', true
	case '\u2212', '\u30FC', '\uFF70', '\u2043', '\u00AF': // minus, Japanese long vowel, hyphen bullet, macron
		return '-', true
	case '\u00B7', '\u2022', '\u2219', '\u22C5', '\u2024', '\u3002': // middle dots, bullet, dot leader, 。
		return '.', true
	case '\u3001', '\u060C', '\uFE50': // 、 ، ﹐
		return ',', true
	case '\u061B', '\uFE54': // ؛ ﹔
		return ';', true
	case '\u2044', '\u2215': // fraction and division slash
		return '/', true
	case '\u3010', '\u3014', '\u3016': // 【 〔 〖
		return '[', true
	case '\u3011', '\u3015', '\u3017':
		return ']', true
	case '\u20E3', '\u034F', '\u115F', '\u1160', '\u3164', '\uFFA0': // keycap, joiner, Hangul fillers
		return dropped, true
	}
	return r, false
}

// digitValue returns the value of a decimal digit of any script. In Unicode the ten
// digits of a script are consecutive, beginning with zero.
func digitValue(r rune) rune {
	for _, block := range unicode.Nd.R16 {
		if rune(block.Lo) <= r && r <= rune(block.Hi) {
			return (r - rune(block.Lo)) % 10
		}
	}
	for _, block := range unicode.Nd.R32 {
		if rune(block.Lo) <= r && r <= rune(block.Hi) {
			return (r - rune(block.Lo)) % 10
		}
	}
	panic("phone: not a decimal digit")
}

// allDigits reports whether s consists of ASCII digits, at least one.
func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
