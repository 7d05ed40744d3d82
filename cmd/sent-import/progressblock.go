package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/schollz/progressbar/v3"

	"sent-import/report/human"
)

// progressBlock is the lines at the end of a terminal that show how far a run is: a bar
// with what it counts, and below it what there is to say. They are drawn over again and
// again. The zero value, with its first two fields, is ready.
type progressBlock struct {
	w       io.Writer
	columns func() int // of the terminal; 0: not known
	shown   []string   // lines that are on the terminal; the cursor is at the end of the last
	wide    int        // how wide they may be
	bar     *progressbar.ProgressBar
	total   int64 // of the bar
	width   int   // of the bar, in columns
}

const (
	// narrowest is the width in columns that the block is made for at least.
	narrowest = 16
	// mostLines is how many lines stand below the bar: beside them, a small terminal has
	// room for what was said before.
	mostLines = 5
	// percentWidth is what the library writes before the bar, less the first space: " 26% ".
	percentWidth = 5
)

// draw shows the block anew: a bar at so much of total, 0 where that is not known; and the
// text beside it, where a third of the line remains for the bar, else below it.
func (b *progressBlock) draw(at, total int64, stage, text string) {
	width := usualWidth
	if columns := b.columns(); columns > 0 {
		width = max(columns-1, narrowest)
	}
	beside := min(width-percentWidth-1-shownWidth(stage), width)
	bar := max(beside, (width+2)/3)
	if beside < bar {
		text = strings.TrimSuffix(stage+", "+text, ", ")
		bar, stage = width-percentWidth, ""
	}
	lines := []string{strings.TrimRight(b.barText(at, total, bar), " ") + strings.TrimRight(" "+stage, " ")}
	below := human.Wrap(text, width)
	if len(below) > mostLines {
		below = below[:mostLines]
		below[mostLines-1] = cut(below[mostLines-1]+" …", width)
	}
	b.show(append(lines, below...), width)
}

// barText is the bar with its percentage.
func (b *progressBlock) barText(at, total int64, width int) string {
	if total <= 0 {
		total = -1 // a spinner
	}
	if b.bar == nil || b.width != width || (total < 0) != (b.total < 0) {
		b.bar, b.width = newBar(total, width), width
	}
	if total > 0 {
		b.bar.ChangeMax64(total) // the list grows, and duplicates are found
	}
	b.total = total
	_ = b.bar.Set64(min(at, max(total, 1)))
	return strings.TrimPrefix(strings.Trim(b.bar.String(), "\r\n"), " ")
}

// newBar is a bar that is drawn by its String.
func newBar(total int64, width int) *progressbar.ProgressBar {
	return progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(io.Discard),
		progressbar.OptionSetWidth(width),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionShowDescriptionAtLineEnd(),
		progressbar.OptionSetSpinnerChangeInterval(0), // the library's own timer would draw after stop
		progressbar.OptionSetTheme(progressbar.Theme{Saucer: "█", SaucerPadding: "░", BarStart: "", BarEnd: ""}),
	)
}

// show writes the lines over those that are shown, in one write, so that nothing flickers.
func (b *progressBlock) show(lines []string, width int) {
	for i, line := range lines {
		if shownWidth(line) > width { // a word that is longer than the line
			lines[i] = cut(line, width)
		}
	}
	text := b.home()
	if width != b.wide { // the terminal remembers which lines it has broken, unless they are cleared
		text += "\x1b[J"
	}
	for i, line := range lines {
		if i > 0 {
			text += "\n"
		}
		text += line + "\x1b[K" // clear what was behind it
	}
	_, _ = io.WriteString(b.w, text+"\x1b[J") // the closing summary says whether the terminal is there
	b.shown, b.wide = lines, width
}

// clear removes the block from the terminal.
func (b *progressBlock) clear() {
	if b.shown == nil {
		return
	}
	_, _ = io.WriteString(b.w, b.home()+"\x1b[J")
	b.shown = nil
}

// home moves the cursor to the beginning of the block. A terminal that has become narrower
// has broken its lines.
func (b *progressBlock) home() string {
	if b.shown == nil {
		return "\r"
	}
	width, up := b.columns(), len(b.shown)-1
	if width > 0 {
		for _, line := range b.shown {
			up += (max(shownWidth(line), 1) - 1) / width
		}
	}
	if up == 0 {
		return "\r"
	}
	return fmt.Sprintf("\r\x1b[%dA", up)
}

// cut shortens a line to width columns, if that is more than none.
func cut(line string, width int) string {
	if width <= 0 || shownWidth(line) <= width {
		return line
	}
	for shownWidth(line) > width-1 && line != "" {
		_, size := utf8.DecodeLastRuneInString(line)
		line = line[:len(line)-size]
	}
	return line + "…"
}
