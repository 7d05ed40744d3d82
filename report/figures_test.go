package report

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sent-import/importer/outcome"
)

func TestThousands(t *testing.T) {
	for n, want := range map[int]string{0: "0", 7: "7", 999: "999", 1000: "1,000", 12345: "12,345", 1234567: "1,234,567", -1000: "-1,000"} {
		if got := thousands(n); got != want {
			t.Errorf("thousands(%d): got %q, want %q", n, got, want)
		}
	}
}

func TestPercent(t *testing.T) {
	for _, tt := range []struct {
		n, all int
		want   string
	}{
		{0, 0, ""}, {0, 10, ""}, {1, 10, "10.0 %"}, {10, 10, "100 %"},
		{1, 1_000_000, "<0.1 %"}, {999_999, 1_000_000, ">99.9 %"}, {999, 1000, "99.9 %"}, {1, 3, "33.3 %"},
	} {
		if got := percent(tt.n, tt.all); got != tt.want {
			t.Errorf("percent(%d, %d): got %q, want %q", tt.n, tt.all, got, tt.want)
		}
	}
}

func TestSpan(t *testing.T) {
	for seconds, want := range map[float64]string{
		0: "0 s", 0.04: "0 s", 0.35: "0.4 s", 9.94: "9.9 s", 9.96: "10 s", 59.4: "59 s", 59.6: "1 min", 83.4: "1 min 23 s",
		3600: "1 h", 3800: "1 h 3 min", 86400: "1 d", 302400: "3 d 12 h",
	} {
		if got := span(seconds); got != want {
			t.Errorf("span(%v): got %q, want %q", seconds, got, want)
		}
	}
}

func TestSize(t *testing.T) {
	for bytes, want := range map[int64]string{0: "0 bytes", 1: "1 byte", 999: "999 bytes", 1000: "1.0 kB", 1_234_567: "1.2 MB", 5_000_000_000: "5.0 GB", 2_000_000_000_000_000: "2000.0 TB"} {
		if got := size(bytes); got != want {
			t.Errorf("size(%d): got %q, want %q", bytes, got, want)
		}
	}
}

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

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"nothing", "  ", nil},
		{"fits", "one two", []string{"one two"}},
		{"breaks", "one two three", []string{"one two", "three"}},
		{"long word", "a incomprehensible b", []string{"a", "incomprehensible", "b"}},
		{"counts characters, not bytes", "éééé ééé", []string{"éééé ééé"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := wrap(tt.text, 8); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
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
