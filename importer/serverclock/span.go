package serverclock

import "time"

// LeaseTime is how long after a commit of the ledger a run may start requests. It
// bounds how wrong the time of death of a killed run can be, and is far longer than
// a commit takes.
const LeaseTime = 20 * time.Second

// Span is a span of time in which a request whose answer was lost can have been
// carried out. Both ends belong to it.
type Span struct {
	// Run is the number of the job's run that sent the request: the span is on our
	// clock as that run had it. 0 is a span on the server's clock, which older
	// versions wrote.
	Run      int
	From, To time.Time
}

// Spans are those of all lost requests of a row, earlier runs' first.
type Spans []Span

// RequestSpans is when a request whose answer was lost can have been carried out:
// from its start until a grace after it was given up, on our clock. Where our clock
// was set back meanwhile there are two spans, one before and one after the change.
// The monotonic part of the times is left out, as it stands still while a computer
// sleeps.
func RequestSpans(run int, sent, received time.Time, grace time.Duration) Spans {
	took := received.Sub(sent)
	from, to := sent.Round(0), received.Round(0)
	if to.Sub(from) >= took-Skew {
		return Spans{{Run: run, From: from, To: to.Add(grace)}}
	}
	return Spans{
		{Run: run, From: from, To: from.Add(took + grace)},
		{Run: run, From: to.Add(-took), To: to.Add(grace)},
	}
}

// ClaimSpan is the span of the request that a run which died, or was stopped, can
// have sent for a row: from the row's claim to the end of the run's lease, and the
// grace that the server may have needed to carry it out.
func ClaimSpan(run int, claimedAt, leaseUntil time.Time, grace time.Duration) Span {
	if leaseUntil.Before(claimedAt) { // the clock was set in between
		leaseUntil = claimedAt.Add(LeaseTime)
	}
	return Span{Run: run, From: claimedAt, To: leaseUntil.Add(grace)}
}

// Add returns the spans with one more, which is joined to the last one where the
// two meet. It may change the last span in place.
func (ss Spans) Add(s Span) Spans {
	n := len(ss)
	if n == 0 || ss[n-1].Run != s.Run || s.From.After(ss[n-1].To) || s.To.Before(ss[n-1].From) {
		return append(ss, s)
	}
	last := &ss[n-1]
	if s.From.Before(last.From) {
		last.From = s.From
	}
	if s.To.After(last.To) {
		last.To = s.To
	}
	return ss
}
