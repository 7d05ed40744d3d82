package outcome

import "testing"

func TestParseLimit(t *testing.T) {
	for text, want := range map[string]Limit{
		"0": {Set: true}, "0%": {Set: true}, "100": {Rows: 100, Set: true}, "5%": {Percent: 5}, " 12.5 % ": {Percent: 12.5}, "100%": {Percent: 100},
	} {
		got, err := ParseLimit(text)
		if err != nil || got != want {
			t.Errorf("ParseLimit(%q): got %+v, %v, want %+v", text, got, err, want)
		}
		if again, err := ParseLimit(got.String()); err != nil || again != want {
			t.Errorf("%q: got %+v, %v from its String %q, want %+v", text, again, err, got, want)
		}
	}
	for _, text := range []string{"", "20 percent", "-1", "-5%", "101%", "NaN%", "1.5", "auto"} {
		if got, err := ParseLimit(text); err == nil {
			t.Errorf("ParseLimit(%q): got %+v, want an error", text, got)
		}
	}
}

func TestLimitExceeded(t *testing.T) {
	const enough = 20
	for _, c := range []struct {
		limit    Limit
		n, total int
		want     bool
	}{
		{Limit{}, 30, 30, false},
		{Limit{Set: true}, 0, 1, false},
		{Limit{Set: true}, 1, 1, true},
		{Limit{Rows: 3, Set: true}, 3, 30, false},
		{Limit{Rows: 3, Set: true}, 4, 4, true},
		{Limit{Percent: 50}, 10, 20, false},
		{Limit{Percent: 50}, 11, 20, true},
		{Limit{Percent: 50}, 19, 19, false}, // too few rows for a share
		{Limit{Percent: 100}, 20, 20, false},
	} {
		if got := c.limit.Exceeded(c.n, c.total, enough); got != c.want {
			t.Errorf("%v: %d of %d: got %t, want %t", c.limit, c.n, c.total, got, c.want)
		}
	}
}
