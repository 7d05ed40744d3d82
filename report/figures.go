package report

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"sent-import/importer/printable"
	"sent-import/report/human"
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

// where names the first lines of a group: "line 5", "lines 2, 5, 9 and 204 more".
func (g Group) where() string { return g.whereFirst(len(g.Lines)) }

// whereWithin names as many of the first lines as fit into width characters,
// and one in any case.
func (g Group) whereWithin(width int) string {
	for n := len(g.Lines); n > 1; n-- {
		if text := g.whereFirst(n); len(text) <= width {
			return text
		}
	}
	return g.whereFirst(min(1, len(g.Lines)))
}

func (g Group) whereFirst(n int) string {
	names := make([]string, n)
	for i, line := range g.Lines[:n] {
		names[i] = strconv.Itoa(line)
	}
	text := human.Word(g.Count, "line ", "lines ") + strings.Join(names, ", ")
	if more := g.Count - n; more > 0 {
		text += " and " + human.Number(more) + " more"
	}
	return text
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
