package importer

import (
	"time"

	"sent-import/importer/ledger"
	"sent-import/importer/sent"
)

// evidence is what is known of the clocks when a contact is judged that was found
// after a lost request: did the request make it, or was it there?
//
//	span on our clock → + offset of the server's clock → + dating of contacts → window ∋ date?
type evidence struct {
	run     int                    // the one that judges
	earlier map[int]ledger.RunInfo // the job's other runs
	offsets offsets                // that this run knows
	datings datings
}

// doubt is why a date is no evidence yet.
type doubt int

const (
	certain doubt = iota
	// unseen: no creation has shown how contacts are dated. The clock of the
	// answers decides, unless one will show it soon.
	unseen
	// unlike: contacts are dated by another clock than answers, and too few
	// creations agree on how far it is away.
	unlike
	// edge: the contact fits what creations have shown of its clock, and not the
	// clock of the answers, and too few of them narrow it down.
	edge
	// zoneless: the dates have no zone, and too few creations show which it is.
	zoneless
	// unreadable: a date has a form that can't be read.
	unreadable
	// undated: the API does not say since when the contact exists.
	undated
)

// reason is the doubt in words that follow "the contact exists, but".
func (d doubt) reason() string {
	switch d {
	case unlike:
		return "its date is not comparable with our requests' yet"
	case edge:
		return "its date is so near to a lost request that the clocks known so far cannot tell which came first"
	case zoneless:
		return "its date has no zone, and is not comparable with our requests' yet"
	case unreadable:
		return "its date has a form that can't be read"
	}
	return "the API does not say since when"
}

// judgement is what the date of a contact says.
type judgement struct {
	ours  bool // a lost request can have made the contact
	doubt doubt
}

// window is a span on the clock that dates contacts. Both ends belong to it.
type window struct{ from, to time.Time }

// meets reports whether the contact was created, or restored, in one of the
// windows, as far as the precision of its times tells.
func meets(ws []window, c *sent.Contact) bool {
	for _, span := range []func() (from, to time.Time){c.CreatedSpan, c.UpdatedSpan} {
		from, to := span()
		if from.IsZero() {
			continue
		}
		for _, w := range ws {
			if !to.Before(w.from) && !from.After(w.to) {
				return true
			}
		}
	}
	return false
}

// judge decides from the dates of a contact whether one of the requests can have
// made it.
func (e evidence) judge(spans ledger.Spans, c *sent.Contact) judgement {
	known, guessed := e.datingsFor(spans, c)
	byAnswers := len(known) == 0 && !c.Zoneless && !anyContradicts(guessed)
	var tentative doubt // of a judgement by the clock of the answers
	if len(guessed) == 0 {
		tentative = unseen
	}
	switch {
	case meets(e.windows(spans, known), c):
		return judgement{ours: true}
	case byAnswers && meets(e.windows(spans, []dating{{}}), c):
		return judgement{ours: true, doubt: tentative}
	case c.Unreadable() != "":
		return judgement{doubt: unreadable}
	case c.CreatedAt.IsZero():
		return judgement{doubt: undated}
	case byAnswers && meets(e.windows(spans, guessed), c):
		return judgement{doubt: edge}
	case byAnswers:
		return judgement{doubt: tentative}
	case len(known) > 0 && !meets(e.windows(spans, guessed), c):
		return judgement{}
	case c.Zoneless:
		return judgement{doubt: zoneless}
	}
	return judgement{doubt: unlike}
}

// datingsFor are the ones that count for a contact: those that enough creations
// agree on, and the others.
func (e evidence) datingsFor(spans ledger.Spans, c *sent.Contact) (known, guessed []dating) {
	all := e.datings
	if len(spans) > 0 && spans[0].Run == e.run { // the first span is of the first run
		all = all.current()
	}
	for _, d := range all.of(c.Zoneless) {
		if d.known() {
			known = append(known, d)
		} else {
			guessed = append(guessed, d)
		}
	}
	return known, guessed
}

func anyContradicts(ds []dating) bool {
	for _, d := range ds {
		if d.contradicts() {
			return true
		}
	}
	return false
}

// windows are the spans on the clock that dates contacts, by each offset of the
// server's clock that was known since, and each dating.
func (e evidence) windows(spans ledger.Spans, ds []dating) (ws []window) {
	for _, s := range spans {
		for _, o := range e.since(s.Run) {
			for _, d := range ds {
				by := d.span()
				ws = append(ws, window{s.From.Add(o.Low + by.Low - skew), s.To.Add(o.High + by.High + skew)})
			}
		}
	}
	return ws
}

// since are the offsets that were known in a run or in a later one: the clocks may
// have been set in between. A run that died before it wrote what it knew had begun
// with what the run before it had left. A span of no run is on the server's clock.
func (e evidence) since(run int) offsets {
	if run == 0 {
		return offsets{{}}
	}
	if len(e.earlier[run].Offsets) == 0 && run != e.run {
		run = e.lastBefore(run)
	}
	all := e.offsets
	for n, r := range e.earlier {
		if n >= run {
			all = append(all[:len(all):len(all)], r.Offsets...)
		}
	}
	if len(all) == 0 {
		return offsets{unknownClock}
	}
	return all
}

// lastBefore is the last run before the given one that has left its offsets, or the
// given one where none has.
func (e evidence) lastBefore(run int) int {
	for n := run - 1; n > 0; n-- {
		if len(e.earlier[n].Offsets) > 0 {
			return n
		}
	}
	return run
}

// reach is the earliest time on the server's clock at which one of the requests
// can have been carried out.
func (e evidence) reach(spans ledger.Spans) (earliest time.Time) {
	for _, w := range e.windows(spans, []dating{{}}) {
		if earliest.IsZero() || w.from.Before(earliest) {
			earliest = w.from
		}
	}
	return earliest
}
