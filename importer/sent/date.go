package sent

import (
	"strings"
	"time"
)

// The forms of ISO 8601 that servers write. time.Parse accepts each of them with
// a fraction of a second, after a point or a comma.
const (
	zonedLayout    = time.RFC3339               // Z, +02:00
	basicZone      = "2006-01-02T15:04:05Z0700" // +0200
	hourZone       = "2006-01-02T15:04:05Z07"   // +02
	zonelessLayout = "2006-01-02T15:04:05"
)

// dateLength is the length of a time up to its whole seconds.
const dateLength = len(zonelessLayout)

// parseTime parses an ISO 8601 time: a T, a t or a space between date and time,
// and at its end Z, z, UTC, +02:00, +0200 or +02, with or without a space before
// it. A time without a zone is read as UTC, and zoned is false. Any other text
// gives the zero time.
func parseTime(s string) (t time.Time, zoned bool) {
	if s == "" {
		return time.Time{}, false // most updated_at are empty
	}
	if t, err := time.Parse(zonedLayout, s); err == nil {
		return t.UTC(), true
	}
	if s = normalised(s); s == "" {
		return time.Time{}, false
	}
	for _, layout := range []string{zonedLayout, basicZone, hourZone} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	t, err := time.Parse(zonelessLayout, s)
	if err != nil {
		return time.Time{}, false
	}
	return t, false
}

// normalised is s with a T in the middle, a Z at the end and no space before the
// zone; "" where it is too short to be a time.
func normalised(s string) string {
	if len(s) < dateLength || !strings.ContainsRune("Tt ", rune(s[10])) {
		return ""
	}
	rest := strings.Replace(s[11:], " ", "", 1)
	if zone, ok := strings.CutSuffix(rest, "UTC"); ok {
		rest = zone + "Z"
	}
	return s[:10] + "T" + strings.ToUpper(rest)
}

// Precision is the unit of the last digit in a time's text: a second or a decimal
// fraction of one. Servers cut times off there; they do not round.
func Precision(text string) time.Duration {
	unit := time.Second
	at := strings.IndexAny(text, ".,")
	if at < 0 {
		return unit
	}
	fraction := text[at+1:]
	for i := 0; i < len(fraction) && fraction[i] >= '0' && fraction[i] <= '9' && unit > 1; i++ {
		unit /= 10
	}
	return unit
}

// The largest length, in bytes, of an unreadable time that is shown, and of a
// word in it, which is the longest name of a month.
const (
	mostForm = 40
	mostWord = len("September")
)

// form is the shape of a text without its data: every digit becomes 0; anything
// but printable ASCII, and the rest of a word that is too long for a month,
// becomes ?.
func form(text string) string {
	shape := []byte(text[:min(len(text), mostForm)])
	word := 0
	for i, c := range shape {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if word++; !letter {
			word = 0
		}
		switch {
		case c >= '0' && c <= '9':
			shape[i] = '0'
		case c < ' ' || c > '~' || word > mostWord:
			shape[i] = '?'
		}
	}
	return string(shape)
}
