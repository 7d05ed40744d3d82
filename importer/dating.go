package importer

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"sent-import/importer/ledger"
	"sent-import/importer/sent"
)

const (
	// enoughDates is how many creations have to agree on how contacts are dated
	// before that is known: a clock can have been set, a contact restored.
	enoughDates = 20
	// maxDatings is how many opinions are kept apart.
	maxDatings = 16
)

// dating is one opinion on how far the clock that dates contacts is ahead of the
// clock of the answers.
type dating struct {
	ledger.Dating
	here int // creations of this run among those that agree
}

// span is the offsets that the dating stands for.
func (d dating) span() ledger.Offset {
	return ledger.Offset{Low: min(d.Low, d.High), High: max(d.Low, d.High)}
}

// known reports whether enough creations agree.
func (d dating) known() bool { return d.Count >= enoughDates }

// contradicts reports whether contacts are dated by another clock than answers.
func (d dating) contradicts() bool { s := d.span(); return s.Low > skew || s.High < -skew }

// allows reports whether the dating, with a little jitter, allows what was seen.
func (d dating) allows(seen ledger.Dating) bool {
	s := d.span()
	return d.Zoneless == seen.Zoneless && seen.Low <= s.High+skew && s.Low-skew <= seen.High
}

// datings are the opinions of all creations. They are never changed in place.
type datings []dating

// datingSeen is what a creation of ours that was answered shows, whose answer was
// dated by a clock with the given offset. ok is false where it shows nothing.
func datingSeen(a sent.Answer, offset ledger.Offset) (d ledger.Dating, ok bool) {
	if a.Contact == nil || a.SentAt.IsZero() || wasSet(a.SentAt, a.ReceivedAt) {
		return d, false
	}
	from, to := a.Contact.MadeSpan()
	if from.IsZero() {
		return d, false
	}
	return ledger.Dating{
		Low:  from.Sub(a.ReceivedAt.Round(0)) - offset.High,
		High: to.Sub(a.SentAt.Round(0)) - offset.Low, Count: 1, Zoneless: a.Contact.Zoneless,
	}, true
}

// with returns the datings after a creation of this run. It joins the one that
// allows the same; where several do, it tells nothing.
func (ds datings) with(seen ledger.Dating) datings {
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
		return append(ds.withRoom(), dating{Dating: seen, here: 1})
	}
	d := &ds[met]
	d.Low, d.High = max(d.Low, seen.Low), min(d.High, seen.High)
	d.Count++
	d.here++
	return ds
}

// withRoom gives up the opinion of the fewest where there are too many.
func (ds datings) withRoom() datings {
	if len(ds) < maxDatings {
		return ds
	}
	least := slices.MinFunc(ds, func(a, b dating) int { return a.Count - b.Count })
	i := slices.Index(ds, least)
	return slices.Delete(ds, i, i+1)
}

// earlier adds what earlier runs have seen.
func (ds datings) earlier(seen []ledger.Dating) datings {
	for _, s := range seen {
		if i := slices.IndexFunc(ds, func(d dating) bool { return d.allows(s) }); i < 0 {
			ds = append(ds.withRoom(), dating{Dating: s})
		} else if ds[i].Count < s.Count {
			ds[i].Dating = s
		}
	}
	return ds
}

// current are those that count for what happens in this run: once it knows its
// own, a clock that was set since is no longer believed.
func (ds datings) current() datings {
	if !slices.ContainsFunc(ds, func(d dating) bool { return d.here >= enoughDates }) {
		return ds
	}
	return slices.DeleteFunc(slices.Clone(ds), func(d dating) bool { return d.here == 0 })
}

// of are those for dates with a zone, or without one.
func (ds datings) of(zoneless bool) datings {
	return slices.DeleteFunc(slices.Clone(ds), func(d dating) bool { return d.Zoneless != zoneless })
}

// off says how far the clock that dates contacts seems to be off, as most of those
// say that contradict the clock of the answers.
func (ds datings) off() string {
	var most dating
	for _, d := range ds {
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
		unit = skew
	}
	return fmt.Sprintf("about %s %s", by.Abs().Round(unit), side)
}

// contactClock learns how contacts are dated, from our own creations.
type contactClock struct {
	mu  sync.Mutex
	set datings
}

// observe takes in a creation, and reports whether more is known since then: it
// was the first, or one more opinion has become knowledge.
func (c *contactClock) observe(seen ledger.Dating) (more bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := c.set
	c.set = before.with(seen)
	return len(before) == 0 || c.set.certainty() != before.certainty()
}

// certainty counts the opinions that are known, and those that this run knows by
// itself once more.
func (ds datings) certainty() (n int) {
	for _, d := range ds {
		if d.known() {
			n++
		}
		if d.here >= enoughDates {
			n++
		}
	}
	return n
}

// begin takes what earlier runs have seen.
func (c *contactClock) begin(set datings) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.set = set
}

func (c *contactClock) get() datings {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.set
}

// kept is what later runs should know.
func (c *contactClock) kept() []ledger.Dating {
	var all []ledger.Dating
	for _, d := range c.get().current() {
		all = append(all, d.Dating)
	}
	return all
}
