package pace

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/gofrs/flock"

	"sent-import/importer/private"
)

const (
	// waiterTime is how long a process that waits is believed to be there beyond
	// the time at which it wants to look again. One that was killed holds the
	// others up for so long, once.
	waiterTime = time.Second

	// lookAtShared is the longest sleep of a process that shares its pace: so
	// soon it sees the others' pauses and limits.
	lookAtShared = time.Second

	// believeShared is how long a pause or a limit that another process has
	// written is believed: no longer than a minute, whatever was left behind.
	believeShared = time.Minute

	// lockPatience is how long the file's lock is waited for. It is held for
	// microseconds, unless a process was stopped in the middle.
	lockPatience = 250 * time.Millisecond

	// aloneTime is how long the limiter goes on alone when the file can't be
	// used, before it tries again.
	aloneTime = time.Minute
)

// maxShared is the rate in requests a minute above which a limiter is alone: the
// file costs some fifty microseconds for each request.
const maxShared = 60_000

// sharedMagic begins the file, with the number of its form.
const sharedMagic = 0x53495031 // "SIP1"

// state is what processes share, as it is in the file. Times are Unix
// nanoseconds of the wall clock, which is the only one that they have in common.
type state struct {
	Magic     uint64
	Written   int64 // when it was written last
	Total     uint64
	Tokens    float64
	TokensAt  int64
	Limit     float64
	LimitAt   int64
	Paused    int64 // until when
	PausedAt  int64 // when the pause was asked for
	Waiters   [8]waiter
	PerSecond [64]tally
}

// waiter is a process that waits, in the order in which they came; the zero
// value is free.
type waiter struct {
	ID    uint64
	Until int64
}

// tally is the requests of a second.
type tally struct {
	Second int64
	Sent   uint64
}

// errDamaged says that the file is none of ours, or not whole.
var errDamaged = errors.New("damaged")

// stateSize is the length of the file: the state in words of 8 bytes, and its
// checksum.
const stateSize = 8*(9+2*8+2*64) + crc32.Size

// words calls f with each word of the state, in the order of the file.
func (s *state) words(f func(*uint64)) {
	tokens, limit := math.Float64bits(s.Tokens), math.Float64bits(s.Limit)
	for _, w := range []*uint64{&s.Magic, &s.Total, &tokens, &limit} {
		f(w)
	}
	s.Tokens, s.Limit = math.Float64frombits(tokens), math.Float64frombits(limit)
	signed := func(n *int64) {
		w := uint64(*n)
		f(&w)
		*n = int64(w)
	}
	for _, n := range []*int64{&s.Written, &s.TokensAt, &s.LimitAt, &s.Paused, &s.PausedAt} {
		signed(n)
	}
	for i := range s.Waiters {
		f(&s.Waiters[i].ID)
		signed(&s.Waiters[i].Until)
	}
	for i := range s.PerSecond {
		signed(&s.PerSecond[i].Second)
		f(&s.PerSecond[i].Sent)
	}
}

func (s *state) encode() []byte {
	data := make([]byte, 0, stateSize)
	s.words(func(w *uint64) { data = binary.LittleEndian.AppendUint64(data, *w) })
	return binary.LittleEndian.AppendUint32(data, crc32.ChecksumIEEE(data))
}

// decode reads what encode wrote. Anything else is damage.
func (s *state) decode(data []byte) error {
	if len(data) != stateSize {
		return errDamaged
	}
	body, sum := data[:len(data)-crc32.Size], data[len(data)-crc32.Size:]
	if crc32.ChecksumIEEE(body) != binary.LittleEndian.Uint32(sum) {
		return errDamaged
	}
	s.words(func(w *uint64) {
		*w = binary.LittleEndian.Uint64(body)
		body = body[8:]
	})
	if s.Magic != sharedMagic || math.IsNaN(s.Tokens) || math.IsNaN(s.Limit) {
		return errDamaged
	}
	return nil
}

// shift takes in that the clock was set back: what was written in the future
// was written now.
func (s *state) shift(now int64) {
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

// pausedUntil is the end of the pause, as far as it is believed.
func (s *state) pausedUntil() int64 { return min(s.Paused, s.PausedAt+int64(believeShared)) }

// count writes a request down.
func (s *state) count(now int64) {
	s.Total++
	second := now / int64(time.Second)
	t := &s.PerSecond[uint64(second)%uint64(len(s.PerSecond))]
	if t.Second != second {
		*t = tally{Second: second}
	}
	t.Sent++
}

// enqueue reports whether another process has waited for longer, and keeps the
// place of this one until the given time. There may be more processes than
// seats: those without one go when nobody sits.
func (s *state) enqueue(id uint64, now, until int64) (behind bool) {
	s.leave(0, now)
	for i := range s.Waiters {
		if s.Waiters[i].ID == id || s.Waiters[i].ID == 0 {
			s.Waiters[i] = waiter{id, until}
			return i > 0
		}
	}
	return true
}

// leave frees the seat of id, and those of processes that have gone; the others
// move up.
func (s *state) leave(id uint64, now int64) {
	n := 0
	for _, t := range s.Waiters {
		if t.ID != 0 && t.ID != id && t.Until > now {
			s.Waiters[n] = t
			n++
		}
	}
	clear(s.Waiters[n:])
}

// sharedFile is the file that processes with one key share.
type sharedFile struct {
	path   string
	id     uint64 // of this limiter, not 0
	notice func(string)

	lock  *flock.Flock
	file  *os.File
	state state  // valid between begin and end
	seen  uint64 // Total when it was looked at last
	known bool   // seen is
	fresh bool   // the file has just been begun
	alone time.Time
	said  bool
}

func newSharedFile(path string, notice func(string)) *sharedFile {
	return &sharedFile{path: path, id: rand.Uint64() | 1, notice: notice, lock: flock.New(path+".lock", flock.SetFlag(os.O_RDWR|syscall.O_NOFOLLOW))}
}

// begin locks and reads the file. It reports false where the limiter has to go
// on alone.
func (s *sharedFile) begin(now time.Time) bool {
	if now.Before(s.alone) {
		return false
	}
	err := s.open()
	if err == nil {
		err = s.acquire()
	}
	if err == nil {
		if err = s.read(now.UnixNano()); err == nil {
			return true
		}
		err = errors.Join(err, s.lock.Unlock())
	}
	s.give(now, err)
	return false
}

// give gives the file up for a while, and says so once.
func (s *sharedFile) give(now time.Time, err error) {
	s.alone, s.known = now.Add(aloneTime), false
	s.say("This run goes at a pace of its own, as %s can't be used (%v). Other runs with the same key that go on now don't know of it: give each a part of the limit with --rate.", s.path, err)
}

func (s *sharedFile) say(format string, args ...any) {
	if !s.said && s.notice != nil {
		s.notice(fmt.Sprintf(format, args...))
	}
	s.said = true
}

func (s *sharedFile) open() (err error) {
	if s.file != nil {
		return nil
	}
	if err := private.MakeSub(filepath.Dir(s.path)); err != nil {
		return err
	}
	lock, err := private.Create(s.lock.Path())
	if err != nil {
		return err
	}
	if err := lock.Close(); err != nil {
		return err
	}
	s.file, err = private.Create(s.path)
	return err
}

// acquire takes the lock, which nobody holds for long.
func (s *sharedFile) acquire() error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for began := time.Now(); ; {
		got, err := s.lock.TryLock()
		if got || err != nil {
			return err
		}
		if time.Since(began) > lockPatience {
			return errors.New("another process holds its lock")
		}
		timer.Reset(time.Millisecond)
		<-timer.C
	}
}

// read reads the state. A file that is empty or damaged is begun anew.
func (s *sharedFile) read(now int64) error {
	data := make([]byte, stateSize)
	n, err := s.file.ReadAt(data, 0)
	if err != nil && err != io.EOF {
		return err
	}
	if s.fresh = s.state.decode(data[:n]) != nil; s.fresh {
		s.state = state{Magic: sharedMagic, Written: now}
	}
	if s.fresh && n > 0 {
		s.say("%s was damaged, and was begun anew. It only holds what was sent in the last minute; nothing is lost.", s.path)
	}
	if s.state.Total < s.seen {
		s.known = false // another file than before
	}
	s.state.shift(now)
	return nil
}

// end writes and unlocks the file.
func (s *sharedFile) end(now time.Time) {
	s.state.Written = now.UnixNano()
	s.seen, s.known = s.state.Total, true
	_, err := s.file.WriteAt(s.state.encode(), 0)
	if err = errors.Join(err, s.lock.Unlock()); err != nil {
		s.give(now, err)
	}
}

// close gives the file back.
func (s *sharedFile) close() error {
	if s.file == nil {
		return nil
	}
	err := errors.Join(s.file.Close(), s.lock.Close())
	s.file = nil
	return err
}

// since returns when what others have sent, and this limiter has not seen yet,
// was sent: at the latest, and within the last minute.
func (s *sharedFile) since(now time.Time) (sent []time.Time) {
	if s.known {
		for range s.state.Total - s.seen {
			sent = append(sent, now)
		}
		return sent
	}
	for i := range s.state.PerSecond { // from the oldest
		second := now.Unix() - int64(len(s.state.PerSecond)) + 1 + int64(i)
		t := s.state.PerSecond[uint64(second)%uint64(len(s.state.PerSecond))]
		if t.Second != second {
			continue
		}
		at := now.Add(min(0, time.Duration((second+1)*int64(time.Second)-now.UnixNano())))
		for range t.Sent {
			sent = append(sent, at)
		}
	}
	return sent
}
