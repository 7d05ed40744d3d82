package pace

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"
	"time"
)

// sharedMagic begins the file and names its format.
const sharedMagic = 0x53495031 // "SIP1"

// believeShared is how long a pause or a limit that another process has written is
// believed, so that nothing left behind delays anybody for longer.
const believeShared = time.Minute

// state is what processes share, in the order of the file. Times are Unix
// nanoseconds of the wall clock, the only clock that processes have in common.
type state struct {
	Magic     uint64
	Total     uint64  // requests since the file was begun
	Tokens    float64 // in the bucket at TokensAt
	Limit     float64 // requests a minute, learnt at LimitAt; 0: none
	Written   int64   // the last write
	TokensAt  int64
	LimitAt   int64
	Paused    int64 // the end of the pause
	PausedAt  int64 // when the pause was asked for
	Waiters   [8]waiter
	PerSecond [64]secondCount // by Unix second, modulo 64
}

// waiter is a process that waits for its turn. Waiters are in the order in which
// they came; the zero value is a free place.
type waiter struct {
	ID    uint64
	Until int64 // later, the process is believed to have ended
}

// secondCount is how many requests were sent in one second.
type secondCount struct {
	Second int64 // Unix time
	Sent   uint64
}

// errDamaged means that the file has another format or is incomplete.
var errDamaged = errors.New("damaged")

// stateSize is the length of the file in bytes: the state in words of 8 bytes,
// and its checksum.
const stateSize = 8*(9+2*8+2*64) + crc32.Size

// encode returns the content of the file: little endian, with a checksum.
func (s *state) encode() []byte {
	data, err := binary.Append(make([]byte, 0, stateSize), binary.LittleEndian, s)
	if err != nil {
		panic("pace: " + err.Error()) // the state has no fixed size
	}
	return binary.LittleEndian.AppendUint32(data, crc32.ChecksumIEEE(data))
}

// decode reads what encode returned. Everything else is errDamaged.
func (s *state) decode(data []byte) error {
	if len(data) != stateSize {
		return errDamaged
	}
	body, sum := data[:len(data)-crc32.Size], data[len(data)-crc32.Size:]
	if crc32.ChecksumIEEE(body) != binary.LittleEndian.Uint32(sum) {
		return errDamaged
	}
	if _, err := binary.Decode(body, binary.LittleEndian, s); err != nil {
		return err
	}
	if s.Magic != sharedMagic || math.IsNaN(s.Tokens) || math.IsNaN(s.Limit) {
		return errDamaged
	}
	return nil
}

// shiftBack moves all times back when the clock was set back: what was written
// in the future counts as written now.
func (s *state) shiftBack(now int64) {
	ahead := s.Written - now
	if ahead <= 0 {
		return
	}
	s.Written = now
	for _, t := range []*int64{&s.TokensAt, &s.LimitAt, &s.Paused, &s.PausedAt} {
		*t -= ahead
	}
	for i := range s.Waiters {
		s.Waiters[i].Until -= ahead
	}
	for i := range s.PerSecond {
		s.PerSecond[i].Second -= ahead / int64(time.Second)
	}
}

// pausedUntil is the end of the pause, as far as the pause is believed.
func (s *state) pausedUntil() int64 { return min(s.Paused, s.PausedAt+int64(believeShared)) }

// second is the entry of a Unix second.
func (s *state) second(unix int64) *secondCount {
	return &s.PerSecond[uint64(unix)%uint64(len(s.PerSecond))]
}

// count records one request.
func (s *state) count(now int64) {
	s.Total++
	unix := now / int64(time.Second)
	c := s.second(unix)
	if c.Second != unix {
		*c = secondCount{Second: unix}
	}
	c.Sent++
}

// enqueue keeps the place of process id among the waiters until the given time,
// and reports whether another process is before it. A process that finds no
// free place goes when nobody waits.
func (s *state) enqueue(id uint64, now, until int64) (behind bool) {
	s.dequeue(0, now)
	for i := range s.Waiters {
		if s.Waiters[i].ID == id || s.Waiters[i].ID == 0 {
			s.Waiters[i] = waiter{id, until}
			return i > 0
		}
	}
	return true
}

// dequeue removes process id and the processes that have ended from the waiters.
func (s *state) dequeue(id uint64, now int64) {
	n := 0
	for _, w := range s.Waiters {
		if w.ID != 0 && w.ID != id && w.Until > now {
			s.Waiters[n] = w
			n++
		}
	}
	clear(s.Waiters[n:])
}

// pause makes all processes wait until a time.
func (s *state) pause(until, now time.Time) {
	if until := until.UnixNano(); until > s.Paused {
		s.Paused, s.PausedAt = until, now.UnixNano()
		s.Tokens, s.TokensAt = 0, until
	}
}
