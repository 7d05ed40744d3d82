package pace

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"sent-import/importer/private"
)

const (
	// lockTimeout is how long to wait for the file's lock. A process holds the
	// lock for microseconds, unless it is stopped in the middle.
	lockTimeout = 250 * time.Millisecond

	// aloneTime is how long the limiter goes on alone after the file could not
	// be used, before it tries again.
	aloneTime = time.Minute
)

// sharedFile is the file in which processes with one key share their pace.
type sharedFile struct {
	path   string
	id     uint64 // of this limiter; not 0
	notice func(string)

	lock   *flock.Flock
	file   *os.File  // nil: not open
	state  state     // valid between begin and end
	seen   uint64    // state.Total when it was last read
	known  bool      // seen is valid
	fresh  bool      // the file has just been begun
	alone  time.Time // until then the file is not tried
	warned bool
}

func newSharedFile(path string, notice func(string)) *sharedFile {
	return &sharedFile{path: path, id: rand.Uint64() | 1, notice: notice, lock: flock.New(path+".lock", flock.SetFlag(os.O_RDWR|private.NoFollow))}
}

// begin locks and reads the file; end must follow. It returns false if the
// limiter has to go on alone, and then no end is due.
func (f *sharedFile) begin(now time.Time) bool {
	if now.Before(f.alone) {
		return false
	}
	err := f.open()
	if err == nil {
		err = f.acquire()
	}
	if err == nil {
		if err = f.read(now.UnixNano()); err == nil {
			return true
		}
		err = errors.Join(err, f.lock.Unlock())
	}
	f.giveUp(now, err)
	return false
}

// giveUp makes the limiter go on alone for a while.
func (f *sharedFile) giveUp(now time.Time, err error) {
	f.alone, f.known = now.Add(aloneTime), false
	f.warn("This run goes at a pace of its own, as %s can't be used (%v). Other runs with the same key that go on now don't know of it: give each a part of the limit with --rate.", f.path, err)
}

// warn gives one notice in the life of the limiter.
func (f *sharedFile) warn(format string, args ...any) {
	if !f.warned && f.notice != nil {
		f.notice(fmt.Sprintf(format, args...))
	}
	f.warned = true
}

func (f *sharedFile) open() (err error) {
	if f.file != nil {
		return nil
	}
	if err := private.MakeSub(filepath.Dir(f.path)); err != nil {
		return err
	}
	lock, err := private.Create(f.lock.Path())
	if err != nil {
		return err
	}
	if err := lock.Close(); err != nil {
		return err
	}
	f.file, err = private.Create(f.path)
	return err
}

// acquire takes the lock.
func (f *sharedFile) acquire() error {
	ctx, cancel := context.WithTimeout(context.Background(), lockTimeout)
	defer cancel()
	_, err := f.lock.TryLockContext(ctx, time.Millisecond)
	if errors.Is(err, context.DeadlineExceeded) {
		return errors.New("another process holds its lock")
	}
	return err
}

// read reads the state. An empty or damaged file is begun anew.
func (f *sharedFile) read(now int64) error {
	data := make([]byte, stateSize)
	n, err := f.file.ReadAt(data, 0)
	if err != nil && err != io.EOF {
		return err
	}
	if f.fresh = f.state.decode(data[:n]) != nil; f.fresh {
		f.state = state{Magic: sharedMagic, Written: now}
	}
	if f.fresh && n > 0 {
		f.warn("%s was damaged, and was begun anew. It only holds what was sent in the last minute; nothing is lost.", f.path)
	}
	if f.state.Total < f.seen {
		f.known = false // another file than before
	}
	f.state.shiftBack(now)
	return nil
}

// end writes and unlocks the file.
func (f *sharedFile) end(now time.Time) {
	f.state.Written = now.UnixNano()
	f.seen, f.known = f.state.Total, true
	_, err := f.file.WriteAt(f.state.encode(), 0)
	if err = errors.Join(err, f.lock.Unlock()); err != nil {
		f.giveUp(now, err)
	}
}

// close releases the file.
func (f *sharedFile) close() error {
	if f.file == nil {
		return nil
	}
	err := errors.Join(f.file.Close(), f.lock.Close())
	f.file = nil
	return err
}

// news returns the times of the requests of other processes that this limiter
// has not seen yet. Each time is the latest possible one. Only requests of the
// last minute are returned.
func (f *sharedFile) news(now time.Time) (sent []time.Time) {
	if f.known {
		for range f.state.Total - f.seen {
			sent = append(sent, now)
		}
		return sent
	}
	for unix := now.Unix() - int64(len(f.state.PerSecond)) + 1; unix <= now.Unix(); unix++ {
		c := f.state.second(unix)
		if c.Second != unix {
			continue
		}
		at := now.Add(min(0, time.Unix(unix+1, 0).Sub(now)))
		for range c.Sent {
			sent = append(sent, at)
		}
	}
	return sent
}
