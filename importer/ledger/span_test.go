package ledger

import (
	"errors"
	"testing"
	"time"

	"sent-import/importer/serverclock"
)

func TestSpansRoundTrip(t *testing.T) {
	ms := time.Millisecond
	for _, c := range []struct {
		name string
		ss   serverclock.Spans
		want string
	}{
		{"none", nil, ""},
		{"of an older version", serverclock.Spans{{Run: 0, From: testTime, To: testTime.Add(time.Minute)}}, "1935817689000/1935817749000"},
		{"one", serverclock.Spans{{Run: 1, From: testTime, To: testTime.Add(time.Minute)}}, "1@1935817689000/1935817749000"},
		{"a moment", serverclock.Spans{{Run: 12, From: testTime, To: testTime}}, "12@1935817689000/1935817689000"},
		{"two", serverclock.Spans{{Run: 0, From: testTime, To: testTime.Add(ms)}, {Run: 3, From: testTime.Add(2 * ms), To: testTime.Add(3 * ms)}},
			"1935817689000/1935817689001,3@1935817689002/1935817689003"},
		{"before 1970", serverclock.Spans{{Run: 2, From: time.UnixMilli(-5), To: time.UnixMilli(-3)}}, "2@-5/-3"},
		{"no time at all", serverclock.Spans{{Run: 2, From: time.Time{}, To: time.Time{}.Add(time.Second)}}, "2@-62135596800000/-62135596799000"},
		{"another zone", serverclock.Spans{{Run: 2, From: testTime.In(time.FixedZone("x", 3600)), To: testTime}}, "2@1935817689000/1935817689000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := spansText(c.ss)
			if text != c.want {
				t.Errorf("got %q, want %q", text, c.want)
			}
			back, err := parseSpans(text)
			if err != nil || !sameSpans(back, c.ss) {
				t.Errorf("got %v, %v, want %v", back, err, c.ss)
			}
		})
	}
}

func sameSpans(a, b serverclock.Spans) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Run != b[i].Run || !a[i].From.Equal(b[i].From) || !a[i].To.Equal(b[i].To) {
			return false
		}
	}
	return true
}

// TestSpansOnlyGrow: a span that is written and read again holds all that it held.
func TestSpansOnlyGrow(t *testing.T) {
	s := serverclock.Span{Run: 1, From: testTime.Add(999_999), To: testTime.Add(time.Second + 1)}
	back, err := parseSpans(spansText(serverclock.Spans{s}))
	if err != nil || back[0].From.After(s.From) || back[0].To.Before(s.To) {
		t.Errorf("got %v, %v, want it around %v", back, err, s)
	}
	again, err := parseSpans(spansText(back))
	if err != nil || again[0] != back[0] {
		t.Errorf("got %v, %v, want %v: it grows once", again, err, back)
	}
}

func TestParseSpansRefuses(t *testing.T) {
	for _, s := range []string{
		" ", "1", "1/", "/1", "1/2,", ",1/2", "1/2/3", "1-2", "a/b", "1/9223372036854775808", "0x1/2", "1 /2",
		"@1/2", "0@1/2", "-1@1/2", "x@1/2", "1@", "1@1", "1@2@3/4",
	} {
		if ss, err := parseSpans(s); !errors.Is(err, ErrDamaged) {
			t.Errorf("%q: got %v, %v, want %v", s, ss, err, ErrDamaged)
		}
	}
}

func FuzzParseSpans(f *testing.F) {
	for _, s := range []string{"", "1/2", "-5/-3,7/8", "1/2,", "2@1/2,3@4/5", "-62135596800000/0", "9223372036854775807/1", "+1/2", "0@1/2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ss, err := parseSpans(s)
		if err != nil {
			if !errors.Is(err, ErrDamaged) {
				t.Errorf("%q: got %v, want %v", s, err, ErrDamaged)
			}
			return
		}
		back, err := parseSpans(spansText(ss))
		if err != nil || !sameSpans(back, ss) {
			t.Fatalf("%q: got %v, %v after another round, want %v", s, back, err, ss)
		}
	})
}
