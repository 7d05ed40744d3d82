package sent

import (
	"strings"
	"unicode"
)

const (
	// maxMessageRunes is the largest length of a message in a report's cell.
	maxMessageRunes = 300

	// maskFrom is how many consecutive digits may be a phone number. The shortest
	// E.164 numbers have seven.
	maskFrom = 7

	mask = "•••"
)

// cleanMessage makes a text of the API safe for a report: one line without
// control characters, at most maxMessageRunes long, and without phone numbers,
// however their digits are grouped.
func cleanMessage(s string) string { return cut(maskDigits(oneLine(s), " -.()/"), maxMessageRunes) }

// cleanError is cleanMessage for an error of the transport, which keeps grouped
// digits: they are an IP address.
func cleanError(s string) string { return cut(maskDigits(oneLine(s), ""), maxMessageRunes) }

// oneLine removes unprintable characters and turns each white space into a
// blank.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsPrint(r):
			return r
		}
		return -1
	}, s)
	return strings.TrimSpace(s)
}

// maskDigits replaces every run of at least maskFrom digits. The characters of
// between do not end a run.
func maskDigits(s, between string) string {
	var out strings.Builder
	var run []rune // begins with a digit
	digits := 0
	flush := func() {
		text := string(run)
		if digits >= maskFrom {
			text = mask + text[len(strings.TrimRight(text, between)):]
		}
		out.WriteString(text)
		run, digits = run[:0], 0
	}
	for _, r := range s {
		switch {
		case unicode.IsDigit(r):
			run, digits = append(run, r), digits+1
		case digits > 0 && strings.ContainsRune(between, r):
			run = append(run, r)
		default:
			flush()
			out.WriteRune(r)
		}
	}
	flush()
	return out.String()
}

// cut shortens s to at most n characters.
func cut(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	return string(runes[:n-1]) + "…"
}

// identifier returns s where it has the shape of an id: at most 128 printable
// ASCII characters without blanks. Otherwise it returns "".
func identifier(s string) string {
	if len(s) > 128 {
		return ""
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return ""
		}
	}
	return s
}
