package main

import (
	"path/filepath"
	"regexp"
	"strings"

	"sent-import/importer/phone"
	"sent-import/importer/printable"
)

var (
	// e164InText is a number in E.164.
	e164InText = regexp.MustCompile(`\+[1-9][0-9]{6,14}\b`)
	// numberInName is what may be a phone number in the name of a file or a list.
	numberInName = regexp.MustCompile(`\+?[0-9(][0-9 ().-]*[0-9]`)
	// dateInName is the beginning of a date, maybe with a time, of this century or the last:
	// names of exports have them.
	dateInName = regexp.MustCompile(`^(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])`)
)

// maskNumbers hides the numbers in E.164 in a text that goes to a log or to another
// machine.
func maskNumbers(text string) string { return e164InText.ReplaceAllStringFunc(text, phone.Mask) }

// hidden is a name in which what may be a phone number is masked: digits behind a +, or 10
// to 15 that are no date.
func hidden(name string) string {
	return numberInName.ReplaceAllStringFunc(name, func(found string) string {
		digits := strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, found)
		const fewest, withoutPlus, most = 7, 10, 15
		plus := strings.HasPrefix(found, "+")
		switch n := len(digits); {
		case n < fewest, n < withoutPlus && !plus, n > most && !plus, !plus && dateInName.MatchString(digits):
			return found
		}
		return phone.Mask("+" + digits)
	})
}

// listOf is the name of a file's list, if it is not given: the name of the file, without a
// number that may be in it.
func listOf(path string) string {
	if path == "-" {
		return standardInput
	}
	return hidden(printable.Path(filepath.Base(path)))
}
