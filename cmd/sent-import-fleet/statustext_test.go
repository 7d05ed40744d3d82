package main

import (
	"strings"
	"testing"
	"time"

	"sent-import/importer/fleet/pool"
	"sent-import/importer/outcome"
)

func seconds(n float64) *float64 { return &n }

// TestStatusText: what a person sees, in 80 columns where names are short.
func TestStatusText(t *testing.T) {
	v := statusView{
		Pools: []jsonPool{
			{KeyRef: "acme", Holder: "web-1/4711", LeaseSeconds: 13, Import: 12, Open: 3, PerMinute: 198.4, LeftSeconds: seconds(125), Unread: 1},
			{KeyRef: "berta", Holder: "web-2/12", LeaseSeconds: 3, Import: 9, Open: 1, PerMinute: 200, LeftSeconds: seconds(40)},
			{KeyRef: "carla", Lost: "web-2/12", Open: 1},
			{KeyRef: "dora", Open: 1},
		},
		Imports: []jsonImport{
			{ID: 13, KeyRef: "acme", Input: "b.csv", State: pool.Open},
			{ID: 12, KeyRef: "acme", Input: "a.csv", State: pool.Open, Counts: &outcome.Counts{Rows: 12_345, Created: 2_000, Invalid: 45, Pending: 10_300}, Takeovers: 1},
			{ID: 11, KeyRef: "dora", Input: "d.csv", State: pool.Stopped, Reason: "the key is refused"},
		},
	}
	const want = `ACCOUNT  OPEN  NOW        REQUESTS  LEFT              WORKER
acme     3     import 12  198/m     over 2 min 5 s    web-1/4711
berta    1     import 9   200/m     40 s              web-2/12 (silent for 12 s)
carla    1     -          -         -                 web-2/12 is lost
dora     1     -          -         -                 waits for a free worker

IMPORT  ACCOUNT  STATE    ROWS    CREATED  INVALID  PENDING  FILE
13      acme     open     -       -        -        -        b.csv
12      acme     open     12,345  2,000    45       10,300   a.csv
11      dora     stopped  -       -        -        -        d.csv

import 12: its worker was lost 1 time without getting any further
import 11: stopped: the key is refused

4 accounts, 2 with a worker (2 workers), 2 imports open, 1 import stopped.
`
	var b strings.Builder
	if err := v.text(&b); err != nil {
		t.Fatal(err)
	}
	if got := b.String(); squeezed(got) != squeezed(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for line := range strings.Lines(b.String()) {
		if n := len([]rune(line)) - 1; n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

// squeezed is a text with one space between words.
func squeezed(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	return strings.Join(lines, "\n")
}

// TestOneImportSaysWhatToDo: an import that needs somebody says what is next.
func TestOneImportSaysWhatToDo(t *testing.T) {
	stopped, code := jsonImport{ID: 12, State: pool.Stopped, Reason: "the key is refused", Report: "reports/12/3"}, 4
	stopped.ExitCode = &code
	for name, c := range map[string]struct {
		of   jsonImport
		want []string
	}{
		"stopped":   {stopped, []string{"why stopped: the key is refused", "exit code 4", "next sent-import-fleet report 12 --to DIR; mend what"}},
		"done":      {jsonImport{ID: 2, State: pool.Done, Report: "reports/2/1", Counts: &outcome.Counts{Rows: 1, Created: 1}}, []string{"next sent-import-fleet report 2 --to DIR\n"}},
		"failed":    {jsonImport{ID: 2, State: pool.Done, Report: "reports/2/1", Counts: &outcome.Counts{Rows: 1, Failed: 1}}, []string{"enqueue the file again: failed rows are tried again"}},
		"cancelled": {jsonImport{ID: 3, State: pool.Cancelled}, []string{"next enqueue the file again"}},
		"later":     {jsonImport{ID: 4, State: pool.Open, NotBefore: time.Now().Add(time.Hour)}, []string{"why waits until "}},
	} {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			if err := c.of.text(&b); err != nil {
				t.Fatal(err)
			}
			got := squeezed(b.String()) + "\n"
			for _, want := range c.want {
				if !strings.Contains(got, want) {
					t.Errorf("got\n%s\nwant %q in it", got, want)
				}
			}
		})
	}
}
