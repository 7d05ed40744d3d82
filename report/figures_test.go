package report

import (
	"strings"
	"testing"
	"time"

	"sent-import/importer/outcome"
)

func TestMoment(t *testing.T) {
	if got := moment(time.Time{}); got != "" {
		t.Errorf("moment of no time: got %q, want none", got)
	}
	east := time.Date(2025, 3, 4, 10, 30, 0, 0, time.FixedZone("", 3600))
	if got, want := moment(east), "2025-03-04 09:30:00 UTC"; got != want {
		t.Errorf("moment: got %q, want %q", got, want)
	}
}

func TestWhere(t *testing.T) {
	for _, tt := range []struct {
		g    Group
		want string
	}{
		{Group{Count: 1, Lines: []int{5}}, "line 5"},
		{Group{Count: 2, Lines: []int{5, 9}}, "lines 5, 9"},
		{Group{Count: 2005, Lines: []int{1, 2, 3, 4, 5}}, "lines 1, 2, 3, 4, 5 and 2,000 more"},
	} {
		if got := tt.g.where(); got != tt.want {
			t.Errorf("where of %v: got %q, want %q", tt.g, got, tt.want)
		}
	}
}

func TestWhereWithin(t *testing.T) {
	g := Group{Count: 100, Lines: []int{11, 12, 13, 14, 15}}
	for width, want := range map[int]string{
		80: "lines 11, 12, 13, 14, 15 and 95 more",
		36: "lines 11, 12, 13, 14, 15 and 95 more",
		35: "lines 11, 12, 13, 14 and 96 more",
		20: "lines 11 and 99 more",
		1:  "lines 11 and 99 more",
	} {
		if got := g.whereWithin(width); got != want {
			t.Errorf("within %d: got %q, want %q", width, got, want)
		}
	}
}

func TestPlainTakesOutControls(t *testing.T) {
	got := plain("a\x1b[31mb\tc\u0085d")
	if strings.ContainsAny(got, "\x1b\t\u0085") {
		t.Errorf("got %q, want no control characters", got)
	}
}

func TestClassesFollowTheStatuses(t *testing.T) {
	got := classes(outcome.Counts{Rows: 15, Created: 1, Duplicate: 2, Invalid: 3, Failed: 4, Pending: 5})
	for i, s := range outcome.Statuses() {
		if got[i] != (class{s, i + 1}) {
			t.Errorf("class %d: got %v, want %v", i, got[i], class{s, i + 1})
		}
	}
}
