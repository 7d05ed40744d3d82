package main

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sent-import/importer/outcome"
	"sent-import/importer/progress"
)

// paper is a terminal that shows what is written to it, in lines that are never broken.
type paper struct {
	lines   []string
	at      int  // the cursor's line
	written bool // the cursor is at the end of its line, else at its beginning
}

var part = regexp.MustCompile(`\n|\r|\x1b\[\d*[A-Z]|[^\n\r\x1b]+`)

func (p *paper) Write(text []byte) (int, error) {
	for _, part := range part.FindAllString(string(text), -1) {
		for len(p.lines) <= p.at {
			p.lines = append(p.lines, "")
		}
		switch {
		case part == "\n":
			p.at, p.written = p.at+1, false
		case part == "\r":
			p.written = false
		case strings.HasSuffix(part, "A"):
			n, _ := strconv.Atoi(part[2 : len(part)-1])
			p.at = max(0, p.at-n)
		case part == "\x1b[J" && p.written:
			p.lines = p.lines[:p.at+1]
		case part == "\x1b[J":
			p.lines = p.lines[:p.at]
		case part == "\x1b[K":
		case p.written:
			p.lines[p.at] += part
		default: // what was behind it is cleared
			p.lines[p.at], p.written = part, true
		}
	}
	return len(text), nil
}

// TestProgressBlockFits: at every width each line leaves the last column free, the bar has
// a third of its line at least, and all that there is to say is there.
func TestProgressBlockFits(t *testing.T) {
	creating := progress.Snapshot{
		Phase: progress.Creating, ToSettle: 1_234_567, PerMinute: 195, RealRate: 97.5,
		Settled: outcome.Counts{Rows: 234_567, Created: 230_000, Duplicate: 4_000, Failed: 567},
	}
	out := creating
	out.Outage, out.Failure = true, "the connection was refused by api.example.com, port 443, and nobody knows why"
	paused := creating
	paused.PausedUntil = noon.Add(time.Minute)
	closed := creating
	closed.ClosedUntil = noon.Add(9 * time.Hour)
	planning := progress.Snapshot{Phase: progress.Planning, Rows: 7, Bytes: 1, BytesTotal: 2}
	for _, columns := range []int{200, 80, 60, 40, 20} {
		for _, tt := range []struct {
			name string
			p    progress.Snapshot
			want []string
		}{
			{"creating", creating, []string{"creating: 234,567 of 1,234,567 rows", "230,000 created", "4,000 duplicate", "567 failed", "97.5/min", "done on "}},
			{"out", out, []string{"230,000 created", "567 failed", "the API does not answer; probing: the connection"}},
			{"paused", paused, []string{"paused by the API (429) until 12:01:00"}},
			{"closed", closed, []string{"paused by the timetable (--reserve) until 21:00", "done on "}},
			{"planning", planning, []string{"planning: 7 rows", "50% of 0.0 MB"}},
		} {
			t.Run(fmt.Sprint(columns, " ", tt.name), func(t *testing.T) {
				paper := new(paper)
				b := progressBlock{w: paper, columns: func() int { return columns }}
				stage, text := progressParts(tt.p, noon)
				at, total := barOf(tt.p)
				b.draw(at, total, stage, text)
				for _, line := range paper.lines {
					if n := shownWidth(line); n > columns-1 {
						t.Errorf("a line of %d columns: %q", n, line)
					}
				}
				if bar := strings.Count(paper.lines[0], "█") + strings.Count(paper.lines[0], "░"); 3*bar < columns-1 {
					t.Errorf("the bar has %d columns: %q", bar, paper.lines[0])
				}
				shown := strings.Join(strings.Fields(strings.Join(paper.lines, " ")), " ")
				for _, want := range tt.want {
					if columns >= 40 && !strings.Contains(shown, want) {
						t.Errorf("no %q in\n%s", want, strings.Join(paper.lines, "\n"))
					}
				}
				if len(paper.lines) > 1+mostLines {
					t.Errorf("got %d lines", len(paper.lines))
				}
			})
		}
	}
}

// TestProgressBlockLeavesTheRest: what was said before stays, and nothing of the block
// does.
func TestProgressBlockLeavesTheRest(t *testing.T) {
	paper := new(paper)
	columns := 80
	s := newScreen(paper)
	s.terminal, s.block.columns = true, func() int { return columns }
	said := []string{}
	for i := range 30 {
		p := progress.Snapshot{Phase: progress.Creating, ToSettle: 30, Settled: outcome.Counts{Rows: i, Created: i}, PerMinute: 60, Outage: i%7 == 3, Failure: strings.Repeat("words ", i)}
		s.tick(p)
		if i%5 == 0 {
			s.say(fmt.Sprintf("line %d", i))
			said = append(said, fmt.Sprintf("line %d", i))
			columns = 40 + 40*(i%2)
		}
		if i == 20 && !s.tryToSay("stopping") {
			t.Error("the screen is free, and nothing was said")
		} else if i == 20 {
			said = append(said, "stopping")
		}
	}
	s.stop()
	if !slices.Equal(paper.lines, said) {
		t.Errorf("got %q, want %q", paper.lines, said)
	}
	defer s.hold()()
	if s.tryToSay("later") {
		t.Error("somebody holds the screen, and something was said")
	}
}

// TestProgressBlockOfANarrowerTerminal: a terminal that has become narrower has broken the
// lines of the block, and the cursor is that much further below its beginning.
func TestProgressBlockOfANarrowerTerminal(t *testing.T) {
	var b strings.Builder
	columns := 80
	block := progressBlock{w: &b, columns: func() int { return columns }}
	block.show([]string{strings.Repeat("a", 79), strings.Repeat("b", 41), "c"}, 79)
	for width, want := range map[int]string{80: "\r\x1b[2A", 100: "\r\x1b[2A", 79: "\r\x1b[2A", 60: "\r\x1b[3A", 40: "\r\x1b[4A"} {
		columns = width
		if got := block.home(); got != want {
			t.Errorf("at %d: got %q, want %q", width, got, want)
		}
	}
}
