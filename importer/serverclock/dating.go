package serverclock

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

const (
	// Enough is how many creations have to agree on how contacts are dated before
	// that is known: a clock can have been set, a contact restored.
	Enough = 20
	// maxDatings is how many datings are kept apart.
	maxDatings = 16
)

// Interval is from the first moment that a date allows to the last: a date in whole
// seconds may be most of a second old. The zero Interval is no date.
type Interval struct{ From, To time.Time }

// IsZero reports whether there is no date.
func (i Interval) IsZero() bool { return i.From.IsZero() }

// Dates are the times of a contact, on the clock that dates contacts.
type Dates struct {
	Created, Updated Interval // zero: not told, or not readable
	// Made is when the request was carried out that the contact answers: its last
	// change, which is its creation unless it was restored.
	Made       Interval
	Zoneless   bool   // a date has no zone and is read as UTC, from which it may be hours off
	Unreadable string // the form of a date that can't be read, fit to be shown; "": there is none
}

// Dating is how far the clock that dates contacts is ahead of the clock that dates
// answers, as creations that agree have shown it.
type Dating struct {
	// Low is the largest lower bound and High the smallest upper bound that a
	// creation has given. Low is above High where they don't agree to the
	// millisecond: the clock wanders between the two.
	Low, High time.Duration
	Count     int  // creations that agree
	Zoneless  bool // of dates without a zone, read as UTC
}

// span is the offsets that the dating stands for.
func (d Dating) span() Offset {
	return Offset{Low: min(d.Low, d.High), High: max(d.Low, d.High)}
}

// known reports whether enough creations agree.
func (d Dating) known() bool { return d.Count >= Enough }

// contradicts reports whether contacts are dated by another clock than answers.
func (d Dating) contradicts() bool { s := d.span(); return s.Low > Skew || s.High < -Skew }

// allows reports whether the dating, with a little jitter, allows what was seen.
func (d Dating) allows(seen Dating) bool {
	s := d.span()
	return d.Zoneless == seen.Zoneless && seen.Low <= s.High+Skew && s.Low-Skew <= seen.High
}

// SeenDating is what an answered creation shows of the clock that dates contacts,
// where its answer was dated by a clock with the given offset. ok is false where the
// creation shows nothing.
func SeenDating(x Exchange, made Dates, offset Offset) (d Dating, ok bool) {
	if x.SentAt.IsZero() || wasSet(x.SentAt, x.ReceivedAt) || made.Made.IsZero() {
		return d, false
	}
	return Dating{
		Low:  made.Made.From.Sub(x.ReceivedAt.Round(0)) - offset.High,
		High: made.Made.To.Sub(x.SentAt.Round(0)) - offset.Low, Count: 1, Zoneless: made.Zoneless,
	}, true
}

// agreement is a dating, and how many creations of this run are among those that agree.
type agreement struct {
	Dating
	here int
}

// Datings are what all creations have shown. They are never changed in place.
type Datings []agreement

// with returns the datings after a creation of this run. It joins the dating that
// allows the same; where several do, it says nothing.
func (ds Datings) with(seen Dating) Datings {
	met := -1
	for i, d := range ds {
		if d.allows(seen) {
			if met >= 0 {
				return ds
			}
			met = i
		}
	}
	if ds = slices.Clone(ds); met < 0 {
		return append(ds.withRoom(), agreement{Dating: seen, here: 1})
	}
	d := &ds[met]
	d.Low, d.High = max(d.Low, seen.Low), min(d.High, seen.High)
	d.Count++
	d.here++
	return ds
}

// withRoom drops the dating of the fewest creations where there are too many. It
// changes the datings in place.
func (ds Datings) withRoom() Datings {
	if len(ds) < maxDatings {
		return ds
	}
	least := slices.MinFunc(ds, func(a, b agreement) int { return a.Count - b.Count })
	i := slices.Index(ds, least)
	return slices.Delete(ds, i, i+1)
}

// Earlier returns the datings with those that an earlier run has seen.
func (ds Datings) Earlier(seen []Dating) Datings {
	ds = slices.Clone(ds)
	for _, s := range seen {
		if i := slices.IndexFunc(ds, func(d agreement) bool { return d.allows(s) }); i < 0 {
			ds = append(ds.withRoom(), agreement{Dating: s})
		} else if ds[i].Count < s.Count {
			ds[i].Dating = s
		}
	}
	return ds
}

// current are those that count for what happens in this run: once it has seen
// enough creations itself, a clock that was set since is no longer believed.
func (ds Datings) current() Datings {
	if !slices.ContainsFunc(ds, func(d agreement) bool { return d.here >= Enough }) {
		return ds
	}
	return slices.DeleteFunc(slices.Clone(ds), func(d agreement) bool { return d.here == 0 })
}

// of are those for dates like the given ones: with a zone, or without.
func (ds Datings) of(dates Dates) Datings {
	return slices.DeleteFunc(slices.Clone(ds), func(d agreement) bool { return d.Zoneless != dates.Zoneless })
}

// Off says how far the clock that dates such contacts seems to be off, such as
// "about 3h0m0s behind", by the dating of the most creations that contradicts the
// clock of the answers.
func (ds Datings) Off(dates Dates) string {
	var most agreement
	for _, d := range ds.of(dates) {
		if d.contradicts() && d.Count > most.Count {
			most = d
		}
	}
	s := most.span()
	by := (s.Low + s.High) / 2
	side := "ahead of"
	if by < 0 {
		side = "behind"
	}
	unit := time.Second
	if by.Abs() < 2*unit {
		unit = Skew
	}
	return fmt.Sprintf("about %s %s", by.Abs().Round(unit), side)
}

// certainty counts the datings that are known, and once more those that this run
// knows by itself.
func (ds Datings) certainty() (n int) {
	for _, d := range ds {
		if d.known() {
			n++
		}
		if d.here >= Enough {
			n++
		}
	}
	return n
}

// ContactClock learns from our own creations how contacts are dated. The zero
// ContactClock is ready. Several goroutines may use it.
type ContactClock struct {
	mu  sync.Mutex
	set Datings
	own Datings // against our clock, by this run's creations
}

// Restore begins with what earlier runs have seen.
func (c *ContactClock) Restore(set Datings) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.set = set
}

// Observe learns from a creation, and reports whether more is known since then: it
// was the first one, or one more dating has become known.
func (c *ContactClock) Observe(seen Dating) (more bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := c.set
	c.set = before.with(seen)
	return len(before) == 0 || c.set.certainty() != before.certainty()
}

// ObserveOwn learns what the same creation shows against our own clock, and reports
// whether that is known since then.
func (c *ContactClock) ObserveOwn(seen Dating) (more bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := c.own
	c.own = before.with(seen)
	return c.own.certainty() != before.certainty()
}

// Own returns how contacts are dated against our own clock; nil if that was set since
// the run began.
func (c *ContactClock) Own(began, now time.Time) Datings {
	c.mu.Lock()
	defer c.mu.Unlock()
	if wasSet(began, now) {
		return nil
	}
	return c.own
}

// Datings returns what is known.
func (c *ContactClock) Datings() Datings {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.set
}

// Kept is what later runs should know.
func (c *ContactClock) Kept() []Dating {
	var all []Dating
	for _, d := range c.Datings().current() {
		all = append(all, d.Dating)
	}
	return all
}
