package pace

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Timetable is the reserve of each time of the week, as the clock on the wall shows it:
// where summer time begins, the hour that does not exist is over at once, and where it
// ends, the hour that comes twice has its reserves twice. The zero value is none.
type Timetable struct {
	changes []change // in the order of the week, which begins on Sunday at 00:00
}

// change says from when on there is another reserve.
type change struct {
	minute  int // of the week
	reserve Reserve
}

const (
	minutesOfDay  = 24 * 60
	minutesOfWeek = 7 * minutesOfDay
)

// all is the reserve that leaves nothing to this program.
var all = Reserve{Percent: 100}

// IsAll reports whether the whole limit is left to others: nothing may be sent.
func (r Reserve) IsAll() bool { return r == all }

// IsTimetable reports whether the text is meant as a timetable, and not as a reserve.
func IsTimetable(s string) bool { return strings.ContainsAny(s, ",:") }

// ParseTimetable reads changes such as "08:00,50% 20:00,0": from each time on, that
// reserve, every day, or with "Mon-08:00,50%" every week. The times are those of a day of
// 24 hours; a reserve is as in [ParseReserve], or 100%, which sends nothing, or off. The
// error shows a timetable that works.
func ParseTimetable(s string) (t Timetable, err error) {
	seen := make(map[int]bool)
	for word := range strings.FieldsSeq(s) {
		days, minute, reserve, err := parseChange(word)
		if err != nil {
			return Timetable{}, fmt.Errorf("timetable %q: %q: %w; from each time on, that reserve, such as 08:00,50%% 20:00,0 or Mon-08:00,50%% Fri-20:00,0", s, word, err)
		}
		for _, day := range days {
			at := int(day)*minutesOfDay + minute
			if seen[at] {
				return Timetable{}, fmt.Errorf("timetable %q: %q: two reserves begin at this time", s, word)
			}
			seen[at] = true
			t.changes = append(t.changes, change{at, reserve})
		}
	}
	if !slices.ContainsFunc(t.changes, func(c change) bool { return !c.reserve.IsAll() }) {
		return Timetable{}, fmt.Errorf("timetable %q: it leaves no time to send anything", s)
	}
	slices.SortFunc(t.changes, func(a, b change) int { return a.minute - b.minute })
	return t, nil
}

// parseChange reads one change, with the days that have it.
func parseChange(word string) (days []time.Weekday, minute int, r Reserve, err error) {
	at, value, found := strings.Cut(word, ",")
	if !found {
		return nil, 0, r, errors.New("a time, a comma and a reserve are wanted")
	}
	days = []time.Weekday{0, 1, 2, 3, 4, 5, 6}
	if name, clock, named := strings.Cut(at, "-"); named {
		day, known := parseDay(name)
		if !known {
			return nil, 0, r, errors.New("the days are Mon, Tue, Wed, Thu, Fri, Sat and Sun")
		}
		days, at = []time.Weekday{day}, clock
	}
	if minute, err = parseClock(at); err != nil {
		return nil, 0, r, err
	}
	switch {
	case value == "100%":
		return days, minute, all, nil
	case value == "off":
		return days, minute, r, nil
	case value == "":
		return nil, 0, r, errors.New("the reserve is missing")
	}
	r, err = ParseReserve(value)
	return days, minute, r, err
}

// parseDay reads the name of a day, or the first three letters of it.
func parseDay(name string) (time.Weekday, bool) {
	for day := time.Sunday; day <= time.Saturday; day++ {
		if strings.EqualFold(name, day.String()) || strings.EqualFold(name, day.String()[:3]) {
			return day, true
		}
	}
	return 0, false
}

// parseClock reads a time of day, in minutes.
func parseClock(s string) (minute int, err error) {
	h, m, _ := strings.Cut(s, ":")
	hours, errHours := strconv.ParseUint(h, 10, 8)
	minutes, errMinutes := strconv.ParseUint(m, 10, 8)
	if errHours != nil || errMinutes != nil || len(m) != 2 || hours > 23 || minutes > 59 {
		return 0, errors.New("a time is from 00:00 to 23:59")
	}
	return int(hours*60 + minutes), nil
}

// IsZero reports whether there is no timetable.
func (t Timetable) IsZero() bool { return len(t.changes) == 0 }

// At is the reserve at a time, in the zone of the time.
func (t Timetable) At(now time.Time) Reserve {
	minute := int(now.Weekday())*minutesOfDay + now.Hour()*60 + now.Minute()
	at := t.changes[len(t.changes)-1] // of the week before
	for _, c := range t.changes {
		if c.minute > minute {
			break
		}
		at = c
	}
	return at.reserve
}

// Next is when the reserve changes after now; ok is false where it never does.
func (t Timetable) Next(now time.Time) (at time.Time, ok bool) {
	current := t.At(now)
	for at = now; at.Sub(now) < 9*24*time.Hour; {
		at = t.boundary(at)
		if t.At(at) != current {
			return at, true
		}
	}
	return time.Time{}, false
}

// boundary is the next time after now at which the reserve may change: that of a change,
// or one at which the clock on the wall is set.
func (t Timetable) boundary(now time.Time) time.Time {
	now = now.Round(0) // the clock on the wall counts
	const week = minutesOfWeek * time.Minute
	passed := time.Duration(int(now.Weekday())*minutesOfDay+now.Hour()*60+now.Minute())*time.Minute +
		time.Duration(now.Second())*time.Second + time.Duration(now.Nanosecond())
	wait := week
	for _, c := range t.changes {
		d := time.Duration(c.minute)*time.Minute - passed
		if d <= 0 {
			d += week
		}
		wait = min(wait, d)
	}
	next := now.Add(wait)
	if _, end := now.ZoneBounds(); !end.IsZero() && end.After(now) && end.Before(next) {
		return end
	}
	return next
}
