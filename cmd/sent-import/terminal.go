package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/term"

	"sent-import/importer/printable"
	"sent-import/report/human"
)

// isTerminal reports whether a reader or a writer is a terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// tell writes a text for people, in lines that fit the terminal.
func tell(w io.Writer, text string) {
	text = printable.Text(text)
	if width := lineWidth(w); width > 0 {
		text = fit(text, width)
	}
	fmt.Fprintln(w, text)
}

// widthOf is how many characters a line of the terminal has; 0 if w is none.
func widthOf(w io.Writer) int {
	columns, _ := sizeOf(w)
	return columns
}

// sizeOf is how many columns and lines a terminal has; 0 if w is none.
func sizeOf(w io.Writer) (columns, lines int) {
	f, ok := w.(*os.File)
	if !ok {
		return 0, 0
	}
	columns, lines, _ = term.GetSize(int(f.Fd())) // 0 with an error
	return columns, lines
}

// usualLines is how many lines of a terminal a summary takes at most, also where it has
// more: people read it at a glance.
const usualLines = 25

// usualWidth is how many columns a line has where that can't be found out.
const usualWidth = 79

// lineWidth is how many columns of a terminal's line are used: all but the last, since a
// full line makes some terminals begin the next one; 0 if w is none.
func lineWidth(w io.Writer) int { return max(widthOf(w)-1, 0) }

// isDumb reports whether the environment says that the terminal can only write lines.
func (a *app) isDumb() bool { return a.getenv != nil && a.getenv("TERM") == "dumb" }

// shownWidth is how many columns of a terminal a text takes: a Korean syllable takes two.
func shownWidth(text string) int { return uniseg.StringWidth(text) }

// fit breaks lines that are wider than the terminal, at spaces. A command at the end
// of such a line, after a colon, gets its own line, and more only as a shell reads them, so
// that it can be copied.
func fit(text string, width int) string {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		if utf8.RuneCountInString(line) <= width {
			lines = append(lines, line)
			continue
		}
		end := len(line)
		if i := strings.LastIndex(line, ": sent-import "); i >= 0 {
			end = i + 1
		}
		lines = append(lines, human.Wrap(line[:end], width)...)
		if end < len(line) {
			for _, part := range human.WrapCommand(strings.TrimSpace(line[end:]), width-len("  "), "  ") {
				lines = append(lines, "  "+part)
			}
		}
	}
	return strings.Join(lines, "\n")
}
