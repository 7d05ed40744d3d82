package pace

import (
	"math"
	"strings"
	"testing"
)

func TestParseRate(t *testing.T) {
	for _, c := range []struct {
		in   string
		want float64 // PerMinute; +Inf for unlimited, 0 for auto
	}{
		{"auto", 0}, {" AUTO ", 0},
		{"unlimited", math.Inf(1)}, {"Unlimited", math.Inf(1)},
		{"200/m", 200}, {"200/min", 200}, {"200 / minute", 200}, {"200/M", 200},
		{"10/s", 600}, {"1.5/sec", 90}, {"1/second", 60},
		{"1200/h", 20}, {"60/hour", 1}, {"0.5/m", 0.5}, {"10000/s", 600_000},
	} {
		o, err := ParseRate(c.in)
		if err != nil {
			t.Errorf("ParseRate(%q): %v", c.in, err)
			continue
		}
		got := o.PerMinute
		if o.Unlimited {
			got = math.Inf(1)
		}
		if got != c.want {
			t.Errorf("ParseRate(%q): got %v a minute, want %v", c.in, got, c.want)
		}
	}
}

func TestParseRateRefuses(t *testing.T) {
	for _, in := range []string{
		"", "200", "fast", "/m", "200/", "200/d", "200/m/s", "-1/m", "0/s", "NaN/m", "Inf/s", "1e300/m", "10001/s", "a/m", "1e400/m",
	} {
		o, err := ParseRate(in)
		if err == nil {
			t.Errorf("ParseRate(%q): got %+v, want an error", in, o)
			continue
		}
		for _, want := range []string{"auto", "unlimited", "200/m", "10/s", "1000/h"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("ParseRate(%q): the error %q does not show %s", in, err, want)
			}
		}
	}
}

func FuzzParseRate(f *testing.F) {
	for _, seed := range []string{"auto", "unlimited", "200/m", "10/s", "1000/h", "1e3/m", "0x10/s", "-0/m"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		o, err := ParseRate(s)
		if err != nil {
			return
		}
		if rate := o.PerMinute; rate < 0 || rate > maxPerMinute || math.IsNaN(rate) {
			t.Errorf("ParseRate(%q): got %v a minute", s, rate)
		}
	})
}
