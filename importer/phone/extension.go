package phone

import "strings"

// maxExtension is the most digits of an extension. More are a second number after
// an unusual separator.
const maxExtension = 9

// cutExtension removes an extension from the end of a number and reports whether
// there was one: "x123", "ext. 5", "#12", ";ext=5", a pause ",,5". ok is false if
// something else follows the number.
func cutExtension(text string) (number string, extension, ok bool) {
	at := strings.IndexFunc(text, func(r rune) bool { return isWordRune(r) || r == '#' || r == ';' || r == ',' })
	if at < 0 {
		return text, false, true
	}
	number, rest := text[:at], text[at:]
	if rest == "#" { // a key pressed after the number, no extension
		return number, false, true
	}
	for rest != "" {
		mark := extensionMark(rest)
		if mark == 0 {
			return text, false, false
		}
		rest = strings.TrimLeft(rest[mark:], " .:-=(")
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		if digits == 0 || digits > maxExtension {
			return text, false, false
		}
		rest = strings.TrimLeft(rest[digits:], " )].#/&")
	}
	return number, true, true
}

// extensionMark returns the length of the mark of an extension at the beginning of
// the text, or 0.
func extensionMark(text string) int {
	if strings.HasPrefix(text, "#") {
		return 1
	}
	marks := len(text) - len(strings.TrimLeft(text, ";, "))
	n := wordLen(text[marks:])
	if n > 0 && extensionWords[strings.ToLower(text[marks:marks+n])] {
		return marks + n
	}
	if n == 0 && strings.HasPrefix(text, ",,") {
		return marks
	}
	return 0
}

// extensionWords are marks of an extension in the languages of most contact lists;
// p and w are the pause and the wait of a dialler, isub is the subaddress of RFC
// 3966.
var extensionWords = setOf(`
	x ext extn extension extensions xtn int p w isub
	durchwahl dw nebenstelle nst apparat app poste pst extensión extension ext anexo interno interna ramal
	toestel tst anknytning ankn lokal wew wewn klapka linka mellék dahili dah доб добавочный вн внутр
	内線 分机 转 轉 內線 내선 ต่อ`)
