package source

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// fold makes headers comparable: it returns their letters and digits in lower
// case, without accents, and full-width forms as plain ones. "Téléphone",
// "TELEPHONE" and "tele_phone" fold alike.
func fold(header string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(header) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteString(plainLetter(unicode.ToLower(r)))
		case unicode.Is(unicode.Mc, r):
			b.WriteRune(r) // vowel signs of Indic scripts, which are no accents
		}
	}
	return b.String()
}

// plainLetter replaces letters that Unicode does not decompose as people do
// whose keyboards lack them.
func plainLetter(r rune) string {
	switch r {
	case 'ß':
		return "ss"
	case 'ł':
		return "l"
	case 'ø':
		return "o"
	case 'æ':
		return "ae"
	case 'œ':
		return "oe"
	case 'ı':
		return "i"
	case 'đ', 'ð':
		return "d"
	}
	return string(r)
}
