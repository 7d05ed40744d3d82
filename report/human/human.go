// Package human writes numbers, sizes, durations and paragraphs for people: on
// the terminal and in reports. It knows nothing of imports.
package human

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dustin/go-humanize"
)

// Number writes n with a comma between thousands: 12,345.
func Number(n int) string { return humanize.Comma(int64(n)) }

// Count writes a number of things: "1 row", "2,000 rows".
func Count(n int, one, many string) string {
	return Number(n) + " " + Word(n, one, many)
}

// Word is the form of a word that goes with n.
func Word(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// Percent writes the share of n in all to one decimal. It never says 0.0 of
// something and never 100 of what is not all; "" for n = 0.
func Percent(n, all int) string {
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

// Bytes writes a size in powers of ten: 1.2 MB. humanize.Bytes is no help: it
// shows decimals below ten only, and "B" for bytes.
func Bytes(bytes int64) string {
	n, unit := float64(bytes), ""
	for _, next := range []string{"kB", "MB", "GB", "TB"} {
		if n < 1000 {
			break
		}
		n, unit = n/1000, next
	}
	if unit == "" {
		return Count(int(bytes), "byte", "bytes")
	}
	return fmt.Sprintf("%.1f %s", n, unit)
}

// Measured writes how long something took, in its two largest units: 0.4 s,
// 3 min 20 s, 1 h.
func Measured(d time.Duration) string {
	if d < 9950*time.Millisecond {
		return strconv.FormatFloat(math.Round(d.Seconds()*10)/10, 'f', -1, 64) + " s"
	}
	large, small := units(d)
	if strings.HasPrefix(small, "0 ") {
		small = ""
	}
	return strings.TrimSpace(large + " " + small)
}

// Estimated writes how long something will take: in its two largest units, both
// of them always, so that a text that is shown again and again keeps its shape,
// and without parts of a second, which nobody can know.
func Estimated(d time.Duration) string {
	large, small := units(d)
	return strings.TrimSpace(large + " " + small)
}

// units are the two largest units of a duration; small is "" below a minute.
func units(d time.Duration) (large, small string) {
	s := int(d.Round(time.Second) / time.Second)
	unit := func(n int, name string) string { return Number(n) + " " + name }
	switch {
	case s < 60:
		return unit(s, "s"), ""
	case s < 3600:
		return unit(s/60, "min"), unit(s%60, "s")
	case s < 86400:
		return unit(s/3600, "h"), unit(s%3600/60, "min")
	}
	return unit(s/86400, "d"), unit(s%86400/3600, "h")
}

// Wrap breaks text at spaces into lines of at most width characters. A word
// that is longer stands alone and is not broken.
func Wrap(text string, width int) []string {
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

// WrapCommand breaks a shell's command between its words into lines of at most width
// characters, all but the last ending in a backslash, so that they can be copied together.
// All but the first begin with the indent. A word that is longer stands alone.
func WrapCommand(command string, width int, indent string) []string {
	var lines []string
	line := ""
	for _, word := range shellWords(command) {
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line+" "+word+` \`) > width:
			lines, line = append(lines, line+` \`), indent+word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}

// Labelled writes a command behind a label, in a line, or where width is above 0 in lines of
// at most width characters, as [WrapCommand] breaks them.
func Labelled(label, command string, width int) string {
	lines := []string{command}
	if width > 0 {
		lines = WrapCommand(command, width-len(label), "  ")
	}
	return label + strings.Join(lines, "\n"+strings.Repeat(" ", len(label))) + "\n"
}

// shellWords are the words of a command, with their quotes: '…', and $'…' in which a
// backslash stands before a quote that does not end it.
func shellWords(command string) (words []string) {
	start, quoted, ansi, escaped := 0, false, false, false
	for i := range len(command) {
		switch c := command[i]; {
		case escaped:
			escaped = false
		case c == '\\' && (!quoted || ansi):
			escaped = true
		case c == '\'':
			ansi = !quoted && i > 0 && command[i-1] == '$'
			quoted = !quoted
		case c == ' ' && !quoted:
			words, start = append(words, command[start:i]), i+1
		}
	}
	return append(words, command[start:])
}
