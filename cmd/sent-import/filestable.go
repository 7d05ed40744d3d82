package main

import (
	"fmt"
	"strconv"
	"strings"

	"sent-import/importer/outcome"
	"sent-import/importer/printable"
	"sent-import/report/human"
)

// filesTable shows how the files of a command have ended, in lines of at most width
// characters (1 or more; else there is no limit): in columns if these fit, else one
// below the other.
func filesTable(ends []*ending, worst, width int) string {
	all := &ending{path: human.Count(len(ends), "file", "files"), begun: true, counted: true, code: worst}
	for _, e := range ends {
		for _, s := range outcome.Statuses() {
			all.counts.Add(s, e.counts.Of(s))
		}
	}
	classes := shownClasses(all.counts)
	rows := [][]string{append(append([]string{"FILE"}, headings(classes)...), "EXIT", "REPORT")}
	for _, e := range append(ends, all) {
		rows = append(rows, e.cells(classes))
	}
	if text, widest := columns(rows); width < 1 || widest <= width {
		return text
	}
	var b strings.Builder
	for _, e := range append(ends, all) {
		e.stack(&b, classes, width)
	}
	return b.String()
}

// shownClasses are the statuses that the table shows: the usual three, and the others if
// any row has them.
func shownClasses(all outcome.Counts) []outcome.Status {
	shown := []outcome.Status{outcome.Created, outcome.Duplicate, outcome.Invalid}
	for _, s := range []outcome.Status{outcome.Failed, outcome.Pending} {
		if all.Of(s) > 0 {
			shown = append(shown, s)
		}
	}
	return shown
}

func headings(classes []outcome.Status) (words []string) {
	for _, s := range classes {
		words = append(words, strings.ToUpper(string(s)))
	}
	return words
}

// exit is the exit code of the file, in words if there is none.
func (e *ending) exit() string {
	if !e.begun {
		return "not begun"
	}
	return strconv.Itoa(e.code)
}

// cells are the file's row of the table.
func (e *ending) cells(classes []outcome.Status) []string {
	row := []string{printable.Path(e.path)}
	for _, s := range classes {
		n := "-"
		if e.counted {
			n = human.Number(e.counts.Of(s))
		}
		row = append(row, n)
	}
	return append(row, e.exit(), printable.Path(e.dir))
}

// columns writes rows in columns, numbers to the right, and says how wide the widest line
// is.
func columns(rows [][]string) (text string, widest int) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], shownWidth(cell))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		line := ""
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-shownWidth(cell))
			switch {
			case i == 0:
				line += cell + pad
			case i == len(row)-1:
				line += "  " + cell
			default:
				line += "  " + pad + cell
			}
		}
		line = strings.TrimRight(line, " ")
		widest = max(widest, shownWidth(line))
		b.WriteString(line + "\n")
	}
	return b.String(), widest
}

// stack writes the file's row of the table in several lines.
func (e *ending) stack(b *strings.Builder, classes []outcome.Status, width int) {
	exit := ": " + e.exit()
	if e.begun {
		exit = ": exit " + e.exit()
	}
	fmt.Fprintf(b, "%s%s\n", cutLeft(printable.Path(e.path), width-len(exit)), exit)
	if !e.counted {
		return
	}
	for _, line := range human.Wrap(countsText(e.counts, classes), width-2) {
		fmt.Fprintf(b, "  %s\n", line)
	}
	if e.dir != "" {
		fmt.Fprintf(b, "  %s\n", cutLeft(printable.Path(e.dir), width-2))
	}
}

// cutLeft shortens a path to width columns at its beginning, since its end says more.
func cutLeft(path string, width int) string {
	if shownWidth(path) <= width {
		return path
	}
	runes := []rune(path)
	for len(runes) > 0 && shownWidth(string(runes)) > max(width-1, 0) {
		runes = runes[1:]
	}
	return "…" + string(runes)
}
