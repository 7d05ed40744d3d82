package workbook

import (
	"bufio"
	"slices"
	"strings"
	"testing"
)

func TestMergedTags(t *testing.T) {
	for tag, want := range map[string]area{
		`mergeCell ref="B2:C9"/`:          {2, 3, 2, 9},
		`x:mergeCell foo='1' ref='A1:A3'`: {1, 1, 1, 3},
		`mergeCell ref="B2"/`:             {},
		`mergeCells count="1"`:            {},
		`c r="A1"`:                        {},
		`mergeCell ref="B2`:               {},
		``:                                {},
	} {
		if got, ok := mergedArea([]byte(tag)); got != want && ok || ok != (want != area{}) {
			t.Errorf("%s: got %v, %v, want %v", tag, got, ok, want)
		}
	}
	in := bufio.NewReaderSize(strings.NewReader("x<a "+strings.Repeat("y", 100)+">"+strings.Repeat("z", 100)+"<b><c/>"), 16)
	var tags []string
	for {
		tag, err := nextTag(in)
		if err != nil {
			break
		}
		tags = append(tags, string(tag))
	}
	if want := []string{"", "b", "c/"}; !slices.Equal(tags, want) {
		t.Errorf("got %q, want %q", tags, want)
	}
}

func TestMergedCovers(t *testing.T) {
	m := make(Merged)
	for _, a := range []area{{3, 3, 10, 12}, {3, 3, 2, 4}, {2, 4, 4, 6}, {3, 3, 20, 20}, {5, 6, 1, 9}} {
		m.add(a, []int{2, 7})
	}
	m[2] = joined(m[2])
	var covered []int
	for row := range 25 {
		if m.Covers(row, 2) {
			covered = append(covered, row)
		}
	}
	if want := []int{3, 4, 5, 6, 11, 12}; !slices.Equal(covered, want) || m.Covers(5, 7) || m.Covers(5, 4) {
		t.Errorf("got %d, want %d", covered, want)
	}
}
