package retry

import (
	"time"

	"sent-import/importer/sent"
)

// Luck counts what the requests of a row or a read met that was not their own
// fault, and is no attempt therefore. It is bounded: what meets the same again and
// again is at fault. The zero value is ready.
type Luck struct {
	refusals int       // for the load of the server
	answers  int64     // that the API had given to anybody at the last of them
	since    time.Time // the first of them with so many answers
	again    bool      // the request is made again because its connection was dead
}

// Blame is what is known of why a request got no answer.
type Blame struct {
	Load    bool  // it was refused for the load of the server, or so it seems
	Answers int64 // that the API has given to anybody so far
}

// maxRefusals is how often a request may be refused for the load: a limit of 256
// is down to one in eight halvings, and backoff lies between.
const maxRefusals = 10

// nothingWorks is how long nobody must have got an answer before a refusal is not the
// load's any more. A server that is overloaded answers slowly, and a row may be refused
// twice meanwhile.
const nothingWorks = 5 * time.Second

// Again reports whether the request is made again because its connection was dead.
func (l *Luck) Again() bool { return l.again }

// Refusals is how often the request was refused for the load of the server.
func (l *Luck) Refusals() int { return l.refusals }

// Pardon is why a request without an answer is no attempt.
type Pardon int

// The pardons.
const (
	Guilty     Pardon = iota // it is one
	DeadConn                 // make it again at once, over a fresh connection
	Overloaded               // the server was overloaded: make it again after a while
)

// Pardons judges a request that got no answer. The load is no excuse where nobody
// has got an answer for a while since it was the first time: then nothing works.
func (l *Luck) Pardons(a sent.Answer, b Blame) Pardon {
	if a.DeadConn && !l.again {
		l.again = true
		return DeadConn
	}
	l.again = false
	if l.refusals == 0 || l.answers != b.Answers {
		l.answers, l.since = b.Answers, a.ReceivedAt
	}
	if !b.Load || l.refusals >= maxRefusals || a.ReceivedAt.Sub(l.since) >= nothingWorks {
		return Guilty
	}
	l.refusals++
	return Overloaded
}
