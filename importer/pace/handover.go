package pace

import (
	"errors"
	"time"
)

// Handover is what a machine that goes on with an account's requests has to know of those
// that another one has sent: what a shared file holds, as JSON. Its times are of the clock of
// the machine that wrote it.
type Handover struct {
	Seconds  []SecondSent `json:"seconds,omitempty"` // of the last minute
	Limit    float64      `json:"limit,omitempty"`   // requests a minute, as it was learnt; 0: it was not
	LimitAt  time.Time    `json:"limit_at,omitzero"`
	Tokens   float64      `json:"tokens"` // in the bucket, at TokensAt
	TokensAt time.Time    `json:"tokens_at"`
	Paused   time.Time    `json:"paused_until,omitzero"` // the end of the pause
	PausedAt time.Time    `json:"paused_at,omitzero"`    // when the pause was asked for
}

// SecondSent is how many requests were sent in a second of Unix time.
type SecondSent struct {
	Second int64  `json:"second"`
	Sent   uint64 `json:"sent"`
}

// errHeld says that a shared file can't be had now.
var errHeld = errors.New("the shared pace can't be read or written now")

// HandOver reads the shared file of limiters that go on meanwhile.
func HandOver(path string) (h Handover, err error) {
	now := time.Now()
	err = withShared(path, now, func(s *state) {
		for _, c := range s.PerSecond {
			if c.Sent > 0 && c.Second > now.Unix()-int64(len(s.PerSecond)) {
				h.Seconds = append(h.Seconds, SecondSent(c))
			}
		}
		h.Limit, h.LimitAt = s.Limit, fromUnix(s.LimitAt)
		h.Tokens, h.TokensAt = s.Tokens, fromUnix(s.TokensAt)
		h.Paused, h.PausedAt = fromUnix(s.Paused), fromUnix(s.PausedAt)
	})
	return h, err
}

// TakeOver writes what another machine has handed over into a shared file, in the place of
// what is there. Limiters begin with it afterwards.
func (h Handover) TakeOver(path string) error {
	now := time.Now()
	return withShared(path, now, func(s *state) {
		*s = state{Magic: sharedMagic, Limit: h.Limit, Tokens: h.Tokens}
		for _, c := range h.Seconds {
			*s.second(c.Second) = secondCount(c)
			s.Total += c.Sent
		}
		s.LimitAt, s.TokensAt = toUnix(h.LimitAt), toUnix(h.TokensAt)
		s.Paused, s.PausedAt = toUnix(h.Paused), toUnix(h.PausedAt)
	})
}

func withShared(path string, now time.Time, do func(*state)) error {
	var why string
	f := newSharedFile(path, func(text string) { why = text })
	if !f.begin(now) {
		return errors.Join(errHeld, errors.New(why), f.close())
	}
	do(&f.state)
	f.end(now)
	return f.close()
}

func fromUnix(ns int64) time.Time {
	if ns == 0 {
		return time.Time{}
	}
	return time.Unix(0, ns)
}

func toUnix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}
