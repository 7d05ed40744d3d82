package report

import (
	"strings"
	"time"
	"unicode"

	"sent-import/importer/printable"
)

// seconds is the duration that summary.json has in seconds.
func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// moment writes a time for people; "" for none.
func moment(t time.Time) string { return inUTC(t, time.DateTime+" UTC") }

// inUTC formats a time in UTC; "" for none.
func inUTC(t time.Time, layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(layout)
}

// plain is the text in one line, without what would move a terminal's cursor or
// change its colours: names of columns are the user's.
func plain(text string) string {
	return printable.Text(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		return r
	}, text))
}
