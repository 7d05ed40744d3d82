package serverclock

import (
	"slices"
	"time"
)

// Evidence is what is known of the clocks when a contact is judged that was found
// after a lost request: did the request create it, or was it there before?
//
//	span on our clock → + offset of the server's clock → + dating of contacts → window ∋ date?
type Evidence struct {
	Run     int             // the run that judges
	Earlier map[int]Offsets // what the job's other runs have known, by their numbers
	Offsets Offsets         // that this run knows
	Datings Datings
	Own     Datings // against our clock, by this run's creations; nil if our clock was set meanwhile
	// Found is when the answer came that showed the contact, on our clock: nothing that the
	// server did later has made it. Zero: it is not known.
	Found time.Time
}

// Doubt is why a date is no evidence yet.
type Doubt int

// The doubts.
const (
	Certain Doubt = iota
	// Unseen: no creation has shown how contacts are dated. The clock of the
	// answers decides, unless a creation will show it soon.
	Unseen
	// Unlike: contacts are dated by another clock than answers, and too few
	// creations agree on the difference.
	Unlike
	// Edge: the contact fits what creations have shown of its clock, and not the
	// clock of the answers, and too few creations narrow the difference down.
	Edge
	// Zoneless: the dates have no zone, and too few creations show which it is.
	Zoneless
	// Unreadable: a date has a form that can't be read.
	Unreadable
	// Undated: the API does not say since when the contact exists.
	Undated
)

// Reason is the doubt in words that follow "the contact exists, but".
func (d Doubt) Reason() string {
	switch d {
	case Unseen:
		return "no creation has shown which clock dates it"
	case Unlike:
		return "its date is not comparable with our requests' yet"
	case Edge:
		return "its date is so near to a lost request that the clocks known so far cannot tell which came first"
	case Zoneless:
		return "its date has no zone, and is not comparable with our requests' yet"
	case Unreadable:
		return "its date has a form that can't be read"
	}
	return "the API does not say since when"
}

// Judgement is what the date of a contact says.
type Judgement struct {
	Ours  bool // a lost request can have created the contact
	Doubt Doubt
}

// meets reports whether the contact was created, or restored, in one of the
// windows, which are on the clock that dates contacts.
func (d Dates) meets(windows []Interval) bool {
	for _, date := range []Interval{d.Created, d.Updated} {
		if date.IsZero() {
			continue
		}
		for _, w := range windows {
			if !date.To.Before(w.From) && !date.From.After(w.To) {
				return true
			}
		}
	}
	return false
}

// Judge decides from the dates of a contact whether one of the requests can have
// created it. Where several servers answer with a clock each, the clock of the answers
// leaves a doubt that our own clock can settle.
func (e Evidence) Judge(spans Spans, d Dates) Judgement {
	j := e.judgeByAnswers(spans, d)
	if j.Doubt == Unlike || j.Doubt == Edge || j.Doubt == Zoneless {
		return e.judgeByOurs(spans, d, j)
	}
	return j
}

// judgeByOurs decides by our own clock, if all requests are of this run and enough of
// its creations agree, without exception, on how contacts are dated against our clock.
// What was seen of the other clocks must allow the same, or the doubt stays.
func (e Evidence) judgeByOurs(spans Spans, d Dates, inDoubt Judgement) Judgement {
	own := e.Own.of(d)
	if len(own) != 1 || !own[0].known() {
		return inDoubt
	}
	var windows []Interval
	by := own[0].span()
	for _, s := range spans {
		if s.Run != e.Run {
			return inDoubt
		}
		to := s.To
		if !e.Found.IsZero() && e.Found.Before(to) {
			to = e.Found
		}
		windows = append(windows, Interval{s.From.Add(by.Low - Skew), to.Add(by.High + Skew)})
	}
	known, guessed := e.datingsFor(spans, d)
	ours := d.meets(windows)
	if ours != d.meets(e.windows(spans, append(known, guessed...))) {
		return inDoubt
	}
	return Judgement{Ours: ours}
}

// judgeByAnswers decides by the clock of the answers.
func (e Evidence) judgeByAnswers(spans Spans, d Dates) Judgement {
	known, guessed := e.datingsFor(spans, d)
	byAnswers := len(known) == 0 && !d.Zoneless && !anyContradicts(guessed)
	var tentative Doubt // of a judgement by the clock of the answers
	if len(guessed) == 0 {
		tentative = Unseen
	}
	switch {
	case d.meets(e.windows(spans, known)):
		return Judgement{Ours: true}
	case byAnswers && d.meets(e.windows(spans, []Dating{{}})):
		return Judgement{Ours: true, Doubt: tentative}
	case d.Unreadable != "":
		return Judgement{Doubt: Unreadable}
	case d.Created.IsZero():
		return Judgement{Doubt: Undated}
	case byAnswers && d.meets(e.windows(spans, guessed)):
		return Judgement{Doubt: Edge}
	case byAnswers:
		return Judgement{Doubt: tentative}
	case len(known) > 0 && !d.meets(e.windows(spans, guessed)):
		return Judgement{}
	case d.Zoneless:
		return Judgement{Doubt: Zoneless}
	}
	return Judgement{Doubt: Unlike}
}

// datingsFor are the datings that count for a contact: those that enough creations
// agree on, and the others.
func (e Evidence) datingsFor(spans Spans, d Dates) (known, guessed []Dating) {
	all := e.Datings
	if len(spans) > 0 && spans[0].Run == e.Run { // the first span is of the first run
		all = all.current()
	}
	for _, t := range all.of(d) {
		if t.known() {
			known = append(known, t.Dating)
		} else {
			guessed = append(guessed, t.Dating)
		}
	}
	return known, guessed
}

func anyContradicts(ds []Dating) bool {
	for _, d := range ds {
		if d.contradicts() {
			return true
		}
	}
	return false
}

// windows are the spans on the clock that dates contacts, by each offset of the
// server's clock that was known since, and each dating.
func (e Evidence) windows(spans Spans, ds []Dating) (ws []Interval) {
	for _, s := range spans {
		for _, o := range e.since(s.Run) {
			for _, d := range ds {
				by := d.span()
				ws = append(ws, Interval{s.From.Add(o.Low + by.Low - Skew), e.end(s, o).Add(by.High + Skew)})
			}
		}
	}
	return ws
}

// end is the end of a span on the server's clock, by one of its offsets, or the time at which
// the contact was found, if that was earlier. A run that died can have sent requests for some
// time more than it has, so its spans reach far: on a clock that was set back since, up to
// what an older request of somebody else has created. Where our own clock was set back, the
// offsets of this run are higher than the earlier ones.
func (e Evidence) end(s Span, o Offset) time.Time {
	end := s.To.Add(o.High)
	if e.Found.IsZero() || len(e.Offsets) == 0 {
		return end
	}
	if found := e.Found.Add(max(o.High, e.Offsets.Hull().High)); found.Before(end) {
		return found
	}
	return end
}

// AllowsOthers reports whether the dates of a contact allow that one of other jobs' lost
// requests has created it, as far as this run knows the clocks. What those jobs' runs have
// known does not count: where the clock was set since, it would leave in doubt what this run
// has just created.
func (e Evidence) AllowsOthers(lost Spans, d Dates) bool {
	lost = slices.Clone(lost)
	for i := range lost {
		if lost[i].Run != 0 { // on our clock
			lost[i].Run = e.Run
		}
	}
	j := e.Judge(lost, d)
	return len(lost) > 0 && (j.Ours || j.Doubt > Unseen)
}

// SeenReplay is what the replay of a lost creation shows of the clock that dates contacts:
// one of the requests has created the contact, whichever it was. That is too little to
// learn how contacts are dated, but it can show that they are dated by another clock than
// answers; ok is false where it does not.
func (e Evidence) SeenReplay(spans Spans, made Dates) (d Dating, ok bool) {
	ws := e.windows(spans, []Dating{{}})
	if len(ws) == 0 || made.Made.IsZero() {
		return d, false
	}
	from, to := ws[0].From, ws[0].To
	for _, w := range ws[1:] {
		if w.From.Before(from) {
			from = w.From
		}
		if w.To.After(to) {
			to = w.To
		}
	}
	d = Dating{Low: made.Made.From.Sub(to), High: made.Made.To.Sub(from), Count: 1, Zoneless: made.Zoneless}
	return d, d.contradicts()
}

// since are the offsets that were known in a run or in a later one: the clocks may
// have been set in between. A run that died before it wrote what it knew had begun
// with what the run before it had left. A span of run 0 is on the server's clock.
func (e Evidence) since(run int) Offsets {
	if run == 0 {
		return Offsets{{}}
	}
	if len(e.Earlier[run]) == 0 && run != e.Run {
		run = e.lastBefore(run)
	}
	all := e.Offsets
	for n, offsets := range e.Earlier {
		if n >= run {
			all = append(all[:len(all):len(all)], offsets...)
		}
	}
	if len(all) == 0 {
		return Offsets{unknown}
	}
	return all
}

// lastBefore is the last run before the given one that has left its offsets, or the
// given one where none has.
func (e Evidence) lastBefore(run int) int {
	for n := run - 1; n > 0; n-- {
		if len(e.Earlier[n]) > 0 {
			return n
		}
	}
	return run
}

// Reach is the earliest time on the server's clock at which one of the requests can
// have been carried out.
func (e Evidence) Reach(spans Spans) (earliest time.Time) {
	for _, w := range e.windows(spans, []Dating{{}}) {
		if earliest.IsZero() || w.From.Before(earliest) {
			earliest = w.From
		}
	}
	return earliest
}
