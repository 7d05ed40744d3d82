package pace

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	_ "time/tzdata" // the zones of these tests, wherever they run

	"sent-import/importer/testenv"
)

// zone is a time zone by its name.
func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// table is a timetable that can be read.
func table(t *testing.T, s string) Timetable {
	t.Helper()
	got, err := ParseTimetable(s)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestParseTimetableRefuses(t *testing.T) {
	for s, want := range map[string]string{
		"08:00":                       "a comma",
		"08:00,":                      "the reserve is missing",
		"24:00,20%":                   "from 00:00 to 23:59",
		"8:60,20%":                    "from 00:00 to 23:59",
		"8:5,20%":                     "from 00:00 to 23:59",
		"noon,20%":                    "from 00:00 to 23:59",
		"-1:00,20%":                   "the days are",
		"Mo-08:00,20%":                "the days are",
		"08:00,95%":                   "from 0% to 90%",
		"08:00,half":                  "such as 20%",
		"08:00,20% 8:00,30%":          "two reserves begin at this time",
		"08:00,20% wed-08:00,30%":     "two reserves begin at this time",
		"08:00,100%":                  "no time to send anything",
		"08:00,100% Sunday-9:00,100%": "no time to send anything",
	} {
		if _, err := ParseTimetable(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", s, err, want)
		}
	}
}

// From each time on there is that reserve, over midnight and into the next week.
func TestTimetableAt(t *testing.T) {
	half, forty := Reserve{Percent: 50}, Reserve{Requests: 40}
	for _, tt := range []struct {
		table, at string
		want      Reserve
	}{
		{"08:00,50% 20:00,0", "2026-11-27 07:59", Reserve{}},
		{"08:00,50% 20:00,0", "2026-11-27 08:00", half},
		{"20:00,off 8:00,50%", "2026-11-27 19:59", half},
		{"08:00,50% 20:00,0", "2026-11-27 20:00", Reserve{}},
		{"08:00,50%", "2026-11-27 00:00", half},
		{"Mon-08:00,50% Fri-20:00,40", "2026-11-27 19:59", half}, // a Friday
		{"Mon-08:00,50% FRIDAY-20:00,40", "2026-11-27 20:00", forty},
		{"Mon-08:00,50% Fri-20:00,40", "2026-11-29 12:00", forty}, // Sunday
		{"Mon-08:00,50% Fri-20:00,40", "2026-11-30 07:59", forty},
		{"Mon-08:00,50% Fri-20:00,40", "2026-11-30 08:00", half},
		{"00:00,40 Sat-12:00,100%", "2026-11-28 23:59", all},
		{"00:00,40 Sat-12:00,100%", "2026-11-29 00:00", forty},
	} {
		at, err := time.Parse("2006-01-02 15:04", tt.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := table(t, tt.table).At(at); got != tt.want {
			t.Errorf("%s at %s: got %v, want %v", tt.table, tt.at, got, tt.want)
		}
	}
}

// The clock on the wall counts, also where it is set: in Berlin it goes from 02:00 to 03:00
// on 29 March 2026, and from 03:00 to 02:00 on 25 October.
func TestTimetableNext(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	for _, tt := range []struct{ table, from, want string }{
		{"08:00,50% 20:00,0", "2026-11-27T19:00:30+01:00", "2026-11-27T20:00:00+01:00"},
		{"08:00,50% 20:00,0", "2026-11-27T20:00:00+01:00", "2026-11-28T08:00:00+01:00"},
		{"Sat-08:00,50% Sat-20:00,0", "2026-11-28T20:00:00+01:00", "2026-12-05T08:00:00+01:00"},
		{"08:00,50% 20:00,50% 21:00,0", "2026-11-27T19:00:00+01:00", "2026-11-27T21:00:00+01:00"},
		{"02:30,50% 20:00,0", "2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00"},
		{"01:00,50% 02:30,0", "2026-10-25T01:00:00+02:00", "2026-10-25T02:30:00+02:00"},
		{"01:00,50% 02:30,0", "2026-10-25T02:30:00+02:00", "2026-10-25T02:00:00+01:00"},
		{"01:00,50% 02:30,0", "2026-10-25T02:00:00+01:00", "2026-10-25T02:30:00+01:00"},
		{"20:00,0 Sun-06:00,50%", "2026-03-28T23:00:00+01:00", "2026-03-29T06:00:00+02:00"},
		{"08:00,50%", "2026-11-27T19:00:00+01:00", ""},
	} {
		from, err := time.Parse(time.RFC3339, tt.from)
		if err != nil {
			t.Fatal(err)
		}
		at, ok := table(t, tt.table).Next(from.In(berlin))
		got := ""
		if ok {
			got = at.In(berlin).Format(time.RFC3339)
		}
		if got != tt.want {
			t.Errorf("%s after %s: got %s, want %s", tt.table, tt.from, got, tt.want)
		}
	}
}

// TestTimeForAgainstTheClock compares the forecast with one that looks at the clock on the
// wall minute by minute, around the days on which it is set, too.
func TestTimeForAgainstTheClock(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	zones := []*time.Location{time.UTC, zone(t, "Europe/Berlin"), zone(t, "America/Sao_Paulo"), zone(t, "Australia/Lord_Howe"), zone(t, "Asia/Seoul")}
	reserves := []string{"0", "50%", "100%", "40", "90%"}
	for round := range testenv.Size(150, 20) {
		text := "04:00,20%"
		for i := range 1 + random.IntN(4) {
			at := fmt.Sprintf("%02d:%02d", 5+4*i+random.IntN(4), random.IntN(60))
			if random.IntN(3) == 0 {
				at = time.Weekday(random.IntN(7)).String()[:3] + "-" + fmt.Sprintf("0%d:%02d", i%4, random.IntN(60))
			}
			text += " " + at + "," + reserves[random.IntN(len(reserves))]
		}
		start := time.Date(2026, []time.Month{3, 4, 10}[random.IntN(3)], random.IntN(29), random.IntN(24), random.IntN(60), 0, 0, zones[random.IntN(len(zones))])
		l := New(Options{Timetable: table(t, text), Clock: func() time.Time { return start }})
		n := 1 + random.IntN(100_000)
		left, at := float64(n), start
		for ; left > 0; at = at.Add(time.Minute) {
			left -= l.rateWith(l.options.Timetable.At(at), time.Now())
		}
		if got, want := l.TimeFor(n, 0), at.Sub(start); got > want || got < want-time.Minute {
			t.Fatalf("round %d: %s from %s: %d requests take %v, want %v", round, text, start, n, got, want)
		}
	}
}

// What goes out beside what may: a server that is slow stays so.
func TestTimeForOfASlowServer(t *testing.T) {
	start := time.Date(2026, 11, 27, 19, 0, 0, 0, time.UTC)
	l := New(Options{Timetable: table(t, "08:00,50% 20:00,0"), Clock: func() time.Time { return start }})
	for real, want := range map[float64]time.Duration{
		0:    time.Hour + 10*time.Minute, // 5,850 of them at 97.5 a minute, the others at 195
		97.5: time.Hour + 10*time.Minute,
		300:  time.Hour + 10*time.Minute,
		60:   130 * time.Minute,
	} {
		if got := l.TimeFor(7800, real); got.Round(time.Second) != want {
			t.Errorf("at %v a minute: got %v, want %v", real, got, want)
		}
	}
}

// A timetable holds to the minute: the whole limit, half of it, nothing.
func TestTimetableHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // from midnight
		var closed []string
		l := New(Options{
			Timetable: table(t, "00:00,0 00:04,50% 00:08,100% 00:11,0"),
			Clock:     func() time.Time { return time.Now().UTC() },
			Closed:    func(until time.Time) { closed = append(closed, until.Format(time.TimeOnly)) },
		})
		perMinute := make([]int, 15)
		for start := time.Now(); ; {
			if err := l.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
			minute := int(time.Since(start).Minutes())
			if minute >= len(perMinute) {
				break
			}
			perMinute[minute]++
		}
		for minute, n := range perMinute {
			most, least := 197, 190
			switch {
			case minute == 4: // the minute before counts
				most, least = 105, 0
			case minute > 4 && minute < 8:
				most, least = 101, 90
			case minute >= 8 && minute < 11:
				most, least = 0, 0
			case minute == 11:
				most = 200 // and the burst
			}
			if n < least || n > most {
				t.Errorf("minute %d: got %d requests, want %d to %d: %v", minute, n, least, most, perMinute)
			}
		}
		if len(closed) != 1 || closed[0] != "00:11:00" {
			t.Errorf("it was said that it is closed until %v", closed)
		}
	})
}

// A clock that is set while nothing may be sent is noticed soon.
func TestTimetableFollowsTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var set atomic.Int64
		l := New(Options{Timetable: table(t, "00:00,100% 12:00,0"), Clock: func() time.Time { return time.Now().UTC().Add(time.Duration(set.Load())) }})
		if c, ok := l.Scheduled(); !ok || !c.Now.IsAll() || !c.Then.IsZero() || time.Until(l.ClosedUntil()) != 12*time.Hour || l.PerMinute() != 0 {
			t.Errorf("at midnight: got %+v, until %v, at %v", c, l.ClosedUntil(), l.PerMinute())
		}
		time.AfterFunc(time.Hour, func() { set.Store(int64(11 * time.Hour)) })
		start := time.Now()
		if err := l.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		if d := time.Since(start); d < time.Hour || d > time.Hour+2*pollClock {
			t.Errorf("the request went after %v", d)
		}
		if !l.ClosedUntil().IsZero() || l.PerMinute() != 195 {
			t.Errorf("at noon: closed until %v, at %v", l.ClosedUntil(), l.PerMinute())
		}
	})
}
