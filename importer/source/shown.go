package source

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits that keep messages readable, whatever the header: maxListed columns,
// each cut off at maxShown characters. A header of more than maxHeader characters
// is private: the longest questions of forms, which exports use as headers, have
// about 100.
const (
	maxListed = 30
	maxShown  = 40
	maxHeader = 120
)

// hiddenDigits stands for what is not shown.
const hiddenDigits = "•••"

// private reports whether a text may be somebody's number, address or story and
// not a header: it has 5 digits or more, an @, or more than maxHeader characters.
func private(text string) bool {
	return digits(text) >= 5 || strings.ContainsAny(text, "@＠") || utf8.RuneCountInString(text) > maxHeader
}

// Shown returns a header as texts for people may contain it: in quotes, cut off
// at maxShown characters, and "•••" if it could be somebody's number, address or
// story.
func Shown(header string) string {
	if private(header) {
		return hiddenDigits
	}
	runes := []rune(strings.TrimSpace(header))
	if len(runes) > maxShown {
		return strconv.Quote(string(runes[:maxShown-1]) + "…")
	}
	return strconv.Quote(string(runes))
}

// typeable reports whether a name has no special meaning between double quotes in
// a shell, and is neither a list nor a number.
func typeable(name string) bool {
	if name == "" || strings.ContainsAny(name, "\"\\$`!,'") {
		return false
	}
	return digits(name) < len(name) && !strings.ContainsFunc(name, unicode.IsControl)
}
