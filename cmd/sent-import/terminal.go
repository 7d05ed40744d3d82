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
	if width := widthOf(w); width > 0 {
		text = fit(text, width)
	}
	fmt.Fprintln(w, text)
}

// widthOf is how many characters a line of the terminal has; 0 if w is none.
func widthOf(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok {
		return 0
	}
	width, _, _ := term.GetSize(int(f.Fd())) // 0 with an error
	return width
}

// shownWidth is how many columns of a terminal a text takes: a Korean syllable takes two.
func shownWidth(text string) int { return uniseg.StringWidth(text) }

// cut shortens a line to width characters, if that is more than none.
func cut(line string, width int) string {
	if runes := []rune(line); width > 0 && len(runes) > width {
		return string(runes[:width-1]) + "…"
	}
	return line
}

// fit breaks lines that are wider than the terminal, at spaces. A command at the end
// of such a line, after a colon, gets its own line and is not broken, so that it can
// be copied.
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
			lines = append(lines, " "+line[end:])
		}
	}
	return strings.Join(lines, "\n")
}
