package ledger

import (
	"errors"
	"testing"
	"time"
)

func TestWindowsRoundTrip(t *testing.T) {
	ms := time.Millisecond
	for _, c := range []struct {
		name string
		ws   Windows
		want string
	}{
		{"none", nil, ""},
		{"one", Windows{{testTime, testTime.Add(time.Minute)}}, "1935817689000/1935817749000"},
		{"a moment", Windows{{testTime, testTime}}, "1935817689000/1935817689000"},
		{"two", Windows{{testTime, testTime.Add(ms)}, {testTime.Add(2 * ms), testTime.Add(3 * ms)}},
			"1935817689000/1935817689001,1935817689002/1935817689003"},
		{"before 1970", Windows{{time.UnixMilli(-5), time.UnixMilli(-3)}}, "-5/-3"},
		{"no time at all", Windows{{time.Time{}, time.Time{}.Add(time.Second)}}, "-62135596800000/-62135596799000"},
		{"another zone", Windows{{testTime.In(time.FixedZone("x", 3600)), testTime}}, "1935817689000/1935817689000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := c.ws.String()
			if text != c.want {
				t.Errorf("got %q, want %q", text, c.want)
			}
			back, err := parseWindows(text)
			if err != nil || len(back) != len(c.ws) {
				t.Fatalf("got %v, %v, want %v", back, err, c.ws)
			}
			for i, w := range back {
				if !w.From.Equal(c.ws[i].From) || !w.To.Equal(c.ws[i].To) {
					t.Errorf("got %v, want %v", w, c.ws[i])
				}
			}
		})
	}
}

// TestWindowsOnlyGrow: a window that is written and read again holds all that
// it held.
func TestWindowsOnlyGrow(t *testing.T) {
	w := Window{testTime.Add(999_999), testTime.Add(time.Second + 1)}
	back, err := parseWindows(Windows{w}.String())
	if err != nil || back[0].From.After(w.From) || back[0].To.Before(w.To) {
		t.Errorf("got %v, %v, want it around %v", back, err, w)
	}
	again, err := parseWindows(back.String())
	if err != nil || again[0] != back[0] {
		t.Errorf("got %v, %v, want %v: it grows once", again, err, back)
	}
}

func TestWindowsContains(t *testing.T) {
	ws := Windows{{testTime, testTime.Add(time.Second)}, {testTime.Add(time.Hour), testTime.Add(time.Hour)}}
	for after, want := range map[time.Duration]bool{
		-1: false, 0: true, time.Second: true, time.Second + 1: false,
		time.Hour - 1: false, time.Hour: true, time.Hour + 1: false,
	} {
		if got := ws.Contains(testTime.Add(after)); got != want {
			t.Errorf("after %v: got %t, want %t", after, got, want)
		}
	}
	if (Windows)(nil).Contains(testTime) {
		t.Error("no windows contain a time")
	}
}

func TestWindowsMeet(t *testing.T) {
	ws := Windows{{testTime, testTime.Add(10)}, {testTime.Add(100), testTime.Add(110)}}
	for _, c := range []struct {
		name     string
		from, to time.Duration
		want     bool
	}{
		{"before", -5, -1, false},
		{"up to the beginning", -5, 0, true},
		{"inside", 3, 4, true},
		{"around one", -5, 50, true},
		{"around all", -5, 500, true},
		{"from the end on", 10, 50, true},
		{"between", 11, 99, false},
		{"the second", 105, 500, true},
		{"behind", 111, 500, false},
	} {
		if got := ws.Meet(testTime.Add(c.from), testTime.Add(c.to)); got != c.want {
			t.Errorf("%s: got %t, want %t", c.name, got, c.want)
		}
	}
}

func TestParseWindowsRefuses(t *testing.T) {
	for _, s := range []string{" ", "1", "1/", "/1", "1/2,", ",1/2", "1/2/3", "1-2", "a/b", "1/9223372036854775808", "0x1/2", "1 /2"} {
		if ws, err := parseWindows(s); !errors.Is(err, ErrDamaged) {
			t.Errorf("%q: got %v, %v, want %v", s, ws, err, ErrDamaged)
		}
	}
}

func FuzzParseWindows(f *testing.F) {
	for _, s := range []string{"", "1/2", "-5/-3,7/8", "1/2,", "-62135596800000/0", "9223372036854775807/1", "+1/2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ws, err := parseWindows(s)
		if err != nil {
			if !errors.Is(err, ErrDamaged) {
				t.Errorf("%q: got %v, want %v", s, err, ErrDamaged)
			}
			return
		}
		back, err := parseWindows(ws.String())
		if err != nil || len(back) != len(ws) {
			t.Fatalf("%q: got %v, %v after another round, want %v", s, back, err, ws)
		}
		for i := range ws {
			if !back[i].From.Equal(ws[i].From) || !back[i].To.Equal(ws[i].To) {
				t.Errorf("%q: got %v after another round, want %v", s, back[i], ws[i])
			}
		}
	})
}
