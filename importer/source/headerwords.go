package source

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// headerWords cuts a header into words and folds them: "SMS Opt-Out (Y/N)" is sms, opt,
// out, y, n; "HasOptedOutOfMobile__c" is has, opted, out, of, mobile. A word ends at a
// space or a sign, and before a capital letter that begins a word. What Salesforce adds
// to the names of people's own fields ("et4ae5__" before, "__c" behind) is left out.
func headerWords(header string) []string {
	runes := []rune(ownField(norm.NFKC.String(strings.TrimSpace(header))))
	var words []string
	begin := 0
	end := func(at int) {
		if word := fold(string(runes[begin:at])); word != "" {
			words = append(words, word)
		}
		begin = at
	}
	for i, r := range runes {
		if !inWord(r) || i > 0 && beginsWord(runes, i) {
			end(i)
		}
	}
	end(len(runes))
	return words
}

// ownField returns the name that people gave to a field of Salesforce.
func ownField(header string) string {
	name, own := strings.CutSuffix(header, "__c")
	if at := strings.LastIndex(name, "__"); own && at >= 0 {
		return name[at+len("__"):]
	}
	return name
}

// inWord reports whether a character can be within a word: "don't" is one.
func inWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '\'' || r == '’'
}

// beginsWord reports whether a word of camel case begins at i, as do both words of
// "SMSOptIn" behind the first.
func beginsWord(runes []rune, i int) bool {
	if !unicode.IsUpper(runes[i]) {
		return false
	}
	return unicode.IsLower(runes[i-1]) || unicode.IsUpper(runes[i-1]) && i+1 < len(runes) && unicode.IsLower(runes[i+1])
}
