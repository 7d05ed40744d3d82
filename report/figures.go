package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"

	"sent-import/importer/printable"
)

// thousands writes n with a comma between thousands: 12,345.
func thousands(n int) string {
	digits := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// plural is "1 row", "2,000 rows".
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(n) + " " + many
}

// one chooses the form of a word that stands apart from its number.
func one(n int, singular, plural string) string {
	if n == 1 {
		return singular
	}
	return plural
}

// percent writes the share of n in all to one decimal. It never says 0.0 of
// something and never 100 of what is not all; "" for n = 0.
func percent(n, all int) string {
	if n == 0 || all == 0 {
		return ""
	}
	p := 100 * float64(n) / float64(all)
	switch {
	case n == all:
		return "100 %"
	case p < 0.1:
		return "<0.1 %"
	case p > 99.9:
		return ">99.9 %"
	}
	return fmt.Sprintf("%.1f %%", p)
}

// span writes a duration in its two largest units: 3 min 20 s, 3 d 12 h.
func span(seconds float64) string {
	if seconds < 9.95 {
		return strconv.FormatFloat(math.Round(seconds*10)/10, 'f', -1, 64) + " s"
	}
	s := int(math.Round(seconds))
	switch {
	case s < 60:
		return units(s, "s", 0, "")
	case s < 3600:
		return units(s/60, "min", s%60, "s")
	case s < 86400:
		return units(s/3600, "h", s%3600/60, "min")
	}
	return units(s/86400, "d", s%86400/3600, "h")
}

func units(large int, largeUnit string, small int, smallUnit string) string {
	if small == 0 {
		return thousands(large) + " " + largeUnit
	}
	return thousands(large) + " " + largeUnit + " " + strconv.Itoa(small) + " " + smallUnit
}

// moment writes a time for people, in UTC; "" for none.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05") + " UTC"
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
	text := one(g.Count, "line ", "lines ") + strings.Join(names, ", ")
	if more := g.Count - n; more > 0 {
		text += " and " + thousands(more) + " more"
	}
	return text
}

// size writes a number of bytes for people: 1.2 MB, in powers of ten.
func size(bytes int64) string {
	n, unit := float64(bytes), ""
	for _, next := range []string{"kB", "MB", "GB", "TB"} {
		if n < 1000 {
			break
		}
		n, unit = n/1000, next
	}
	if unit == "" {
		return plural(int(bytes), "byte", "bytes")
	}
	return fmt.Sprintf("%.1f %s", n, unit)
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

// wrap breaks text at spaces into lines of at most width characters. A word
// that is longer stands alone and is not broken.
func wrap(text string, width int) []string {
	var lines []string
	line, used := "", 0
	for _, word := range strings.Fields(text) {
		n := len([]rune(word))
		if line != "" && used+1+n > width {
			lines, line, used = append(lines, line), "", 0
		}
		if line != "" {
			line, used = line+" ", used+1
		}
		line, used = line+word, used+n
	}
	if line == "" {
		return lines
	}
	return append(lines, line)
}
