//go:build unix

package main

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"sent-import/report/human"
)

// The plot in pixels: the frame of the lines, and room for the words around it.
const (
	plotWidth, plotHeight       = 720, 360
	plotLeft, plotRight         = 60, 600
	plotTop, plotBottom         = 40, 310
	plotFirstRows, plotLastRows = 10_000, 10_000_000
	plotDecades                 = 3
)

// plotStyle has colours that can be read on white and on black; the page decides.
const plotStyle = `<style>
text { font: 13px sans-serif; fill: #57606a }
line { stroke: #8c959f; stroke-width: .5 }
polyline { fill: none; stroke-width: 2.5 }
.check { stroke: #0969da; fill: #0969da } .plan { stroke: #bf5b04; fill: #bf5b04 } .report { stroke: #1a7f37; fill: #1a7f37 }
polyline.check, polyline.plan, polyline.report { fill: none } text.check, text.plan, text.report { stroke: none }
@media (prefers-color-scheme: dark) {
text { fill: #9ea7b3 } line { stroke: #6e7681 }
.check { stroke: #58a6ff; fill: #58a6ff } .plan { stroke: #f0883e; fill: #f0883e } .report { stroke: #3fb950; fill: #3fb950 }
}
</style>`

func plotX(rows int) float64 {
	share := math.Log10(float64(rows)/plotFirstRows) / float64(plotDecades)
	return plotLeft + share*(plotRight-plotLeft)
}

// plot is a scale for the costs: from 0 to an even number of microseconds.
type plot struct{ micros int }

func newPlot(t costTable) (p plot) {
	for _, c := range t {
		for float64(p.micros) < max(c.check, c.plan, c.report) {
			p.micros += 2
		}
	}
	return p
}

func (p plot) y(micros float64) float64 {
	return plotBottom - micros/float64(p.micros)*(plotBottom-plotTop)
}

// plotOf draws the costs: microseconds of a processor a row, over the rows of the file.
func plotOf(t costTable) string {
	var b strings.Builder
	p := newPlot(t)
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="Microseconds of a processor a row, by the rows of the file">`+"\n%s\n", plotWidth, plotHeight, plotStyle)
	fmt.Fprintf(&b, `<text x="%d" y="22">microseconds of a processor a row</text>`+"\n", plotLeft)
	for y := 0; y <= p.micros; y += 2 {
		at := p.y(float64(y))
		fmt.Fprintf(&b, `<line x1="%d" x2="%d" y1="%.1f" y2="%.1f"/><text x="%d" y="%.1f" text-anchor="end">%d</text>`+"\n",
			plotLeft, plotRight, at, at, plotLeft-10, at+4, y)
	}
	for rows := plotFirstRows; rows <= plotLastRows; rows *= 10 {
		fmt.Fprintf(&b, `<text x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n", plotX(rows), plotBottom+22, human.Number(rows))
	}
	fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="middle">rows of the file</text>`+"\n", (plotLeft+plotRight)/2, plotBottom+42)
	b.WriteString(p.line("check", "check", t, func(c rowCosts) float64 { return c.check }))
	b.WriteString(p.line("plan", "plan of a run", t, func(c rowCosts) float64 { return c.plan }))
	b.WriteString(p.line("report", "report", t, func(c rowCosts) float64 { return c.report }))
	b.WriteString("</svg>\n")
	return b.String()
}

// line is a line with its name at its end.
func (p plot) line(class, name string, t costTable, of func(rowCosts) float64) string {
	var at []string
	x, y := 0.0, 0.0
	for _, c := range t {
		if of(c) == 0 {
			continue
		}
		x, y = plotX(c.rows), p.y(of(c))
		at = append(at, fmt.Sprintf("%.1f,%.1f", x, y))
	}
	return fmt.Sprintf(`<polyline class="%s" points="%s"/><text class="%s" x="%.1f" y="%.1f">%s</text>`+"\n", class, strings.Join(at, " "), class, x+8, y+4, name)
}

// TestCurvePlot: the plot shows the figures of the table in the reference.
func TestCurvePlot(t *testing.T) {
	text, err := os.ReadFile(reference)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), curveBegin)
	table, _, found := strings.Cut(rest, curveEnd)
	if !found {
		t.Fatalf("%s has no table of the costs", reference)
	}
	costs := costsIn(t, table)
	if *curveWrite {
		costs.write(t)
	}
	drawn, err := os.ReadFile(curvePlot)
	if err != nil {
		t.Fatal(err)
	}
	if len(costs) < 4 || plotOf(costs) != string(drawn) {
		t.Errorf("%s does not show the %d lines of the table in %s: make curve writes both", curvePlot, len(costs), reference)
	}
	if got := costs.String(); got != table {
		t.Errorf("got the table\n%swant\n%s", table, got)
	}
}

// costsIn reads the table.
func costsIn(tb testing.TB, table string) (costs costTable) {
	number := func(cell string) float64 {
		if cell == "–" {
			return 0
		}
		n, err := strconv.ParseFloat(strings.ReplaceAll(strings.Fields(cell)[0], ",", ""), 64)
		if err != nil {
			tb.Fatal(err)
		}
		return n
	}
	for _, line := range strings.Split(strings.TrimSpace(table), "\n")[2:] {
		c := strings.Split(strings.Trim(line, "| "), " | ")
		costs = append(costs, rowCosts{rows: int(number(c[0])), check: number(c[1]), plan: number(c[2]), report: number(c[3]), peak: number(c[4])})
	}
	return costs
}
