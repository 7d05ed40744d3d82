package gateway

import "math"

// loadLimit is how many requests at once the server stands, as far as it has
// shown: an adaptive concurrency limit, with additive increase and multiplicative
// decrease. A server with too few connections refuses or resets the rest, and one
// that is overloaded answers 503: both are no fault of the rows whose requests
// they hit, and both end when fewer requests come at once.
//
// What a poison row meets looks the same. So one row's refusals alone lower
// nothing, and are its own; and so are those of a request that was alone.
// The zero loadLimit is not ready.
type loadLimit struct {
	most  int // it is never higher
	limit int
	cuts  int // how often it was lowered

	ceiling int // the requests at once at which it was lowered last
	credit  int // answers since it changed

	last     int // whose request was refused last
	inARow   int // how often, with nobody else's in between
	answers  int // since then
	answered bool
}

// maxInARow is how often a request may be refused, and nobody else's, before it
// is its own fault.
const maxInARow = 3

// nobody is a number that no request belongs to.
const nobody = math.MinInt

func newLoadLimit(most int) loadLimit {
	return loadLimit{most: most, limit: most, ceiling: math.MaxInt, last: nobody}
}

// carefully is how many times more answers it takes to come back to the ceiling,
// than to come near it: each try costs a request or two that are refused.
const carefully = 16

// answer records that the API has answered a request.
func (l *loadLimit) answer() {
	l.answers++
	l.answered = true
	if l.limit >= l.most {
		return
	}
	need := l.limit
	if l.limit+1 >= l.ceiling {
		need *= carefully
	}
	if l.credit++; l.credit < need {
		return
	}
	l.credit = 0
	if l.limit++; l.limit > l.ceiling {
		l.ceiling = math.MaxInt // it is not there any more
	}
}

// round is what there was when a request went out.
type round struct {
	cuts  int // of the limit, so far
	inUse int // requests under way, itself included
}

// refuse records that a request of who's was refused for the load, or so it
// seems. sent is the round that it went out in, inUse how many requests are under
// way now, and tried how many may be: the limit, or less if so many are not wanted.
// It reports whether the load is to blame, and not the request.
//
// The limit is halved once for all that were under way at the same time, if
// there was an answer since it was last, and if somebody else's request was
// refused within the two last rounds of answers.
func (l *loadLimit) refuse(who int, sent round, inUse, tried int) (shared bool) {
	others := l.last != nobody && l.last != who
	if l.last != who {
		l.inARow = 0
	}
	l.inARow++
	latest := sent.cuts == l.cuts
	alone := max(sent.inUse, inUse) <= 1 || latest && tried == 1
	if others && latest && l.answered && l.answers <= 2*tried && tried > 1 {
		l.ceiling = max(2, min(tried, inUse))
		l.limit = l.ceiling / 2
		l.cuts++
		l.credit, l.answered = 0, false
	}
	l.last, l.answers = who, 0
	return !alone && l.inARow <= maxInARow
}
