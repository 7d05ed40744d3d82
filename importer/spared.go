package importer

import "sent-import/importer/sent"

// spared counts what the requests of a row or a read met that was not their own
// fault, and is no attempt therefore. It is bounded: what meets the same again and
// again is at fault. The zero value is ready.
type spared struct {
	refusals int   // for the load of the server
	answers  int64 // that the API had given to anybody at the last of them
	again    bool  // the request is made again because its connection was dead
}

// blame is what is known of why a request got no answer.
type blame struct {
	load    bool  // it was refused for the load of the server, or so it seems
	answers int64 // that the API has given to anybody so far
}

// maxRefusals is how often a request may be refused for the load: a limit of 256
// is down to one in eight halvings, and backoff lies between.
const maxRefusals = 10

// pardon is why a request without an answer is no attempt.
type pardon int

const (
	guilty     pardon = iota // it is one
	deadConn                 // make it again at once, over a fresh connection
	overloaded               // the server was overloaded: make it again after a while
)

// pardons judges a request that got no answer. The load is no excuse where nobody
// has got an answer since it was the last time: then nothing works.
func (s *spared) pardons(a sent.Answer, b blame) pardon {
	if a.DeadConn && !s.again {
		s.again = true
		return deadConn
	}
	s.again = false
	if !b.load || s.refusals >= maxRefusals || s.refusals > 0 && s.answers == b.answers {
		return guilty
	}
	s.refusals++
	s.answers = b.answers
	return overloaded
}
