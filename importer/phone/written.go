package phone

import "strings"

// written is a phone number as somebody wrote it: the digits in order, and the
// signs around them that matter.
type written struct {
	digits    string // ASCII
	plus      bool   // + before the digits, so that they begin with a calling code
	zero      int    // position in digits of a trunk zero in brackets, "(0)"; -1: none
	extension bool   // an extension follows, which is not part of digits
}

// hasIDD reports whether the digits begin with 00 and a digit that calling codes
// begin with, so that the number can be read without a region.
func (w written) hasIDD() bool {
	rest, ok := strings.CutPrefix(w.digits, recommendedIDD)
	return ok && rest != "" && rest[0] != '0'
}

// write reads the text of one number: labels, an optional +, digits with
// separators between them, an optional extension. It returns false for anything
// else, such as letters: no letter is ever read as a digit.
func write(text string) (written, bool) {
	w := written{zero: -1}
	text, ok := cutLabels(text)
	if !ok {
		return w, false
	}
	if text, w.extension, ok = cutExtension(text); !ok {
		return w, false
	}
	var digits strings.Builder
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case isDigit(c):
			digits.WriteByte(c)
		case c == '+' && digits.Len() == 0:
			w.plus = true
		case (c == '(' || c == '[') && w.zero < 0 && isLoneZero(text[i+1:]):
			w.zero = digits.Len()
		case !isSeparator(c):
			return w, false
		}
	}
	w.digits = digits.String()
	w.mergePlus()
	return w, w.digits != ""
}

// mergePlus reads "+00 44…" as "+44…": the same prefix is written in both ways,
// and no calling code begins with 0.
func (w *written) mergePlus() {
	if rest, ok := strings.CutPrefix(w.digits, recommendedIDD); ok && w.plus && rest != "" && rest[0] != '0' {
		w.digits = rest
		if w.zero >= 0 {
			w.zero -= len(recommendedIDD)
		}
	}
}

// isLoneZero reports whether the text begins with a zero and a closing bracket.
func isLoneZero(text string) bool {
	text = strings.TrimLeft(text, " ")
	if !strings.HasPrefix(text, "0") {
		return false
	}
	text = strings.TrimLeft(text[1:], " ")
	return strings.HasPrefix(text, ")") || strings.HasPrefix(text, "]")
}

// isSeparator reports whether c may stand between the digits of one number.
func isSeparator(c byte) bool { return strings.IndexByte(" -.()[]{}/\\~_'", c) >= 0 }
