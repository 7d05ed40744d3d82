package source

// delimiters are the ones that are tried; the first wins a tie.
func delimiters() []rune { return []rune{',', ';', '\t', '|'} }

// byteOrderMark stands at the beginning of a text, and within one that was put
// together from several files.
const byteOrderMark = "\ufeff"
