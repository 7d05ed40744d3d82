package report

import "os"

// earlyBytes is after how many bytes a file that is being written is synced: often enough
// that little is left at the end, and seldom enough that the syncs cost nothing.
const earlyBytes = 4 << 20

// earlySync brings a file to the disk while it is being written. A system writes by itself
// after seconds only, so that all of a report would have to wait for the disk at its end. The
// zero value is ready. Its methods are for one goroutine.
type earlySync struct {
	written int           // bytes since the last sync began
	done    chan struct{} // closed at the end of the sync under way; nil: there is none
	err     error         // of the syncs so far: a system tells of an error once. Not to be read during a sync
}

// wrote begins a sync where one is due and none is under way.
func (s *earlySync) wrote(file *os.File, bytes int) {
	if s.written += bytes; s.written < earlyBytes || !s.idle() {
		return
	}
	s.written = 0
	done := make(chan struct{})
	s.done = done
	go func() {
		defer close(done)
		if err := file.Sync(); s.err == nil {
			s.err = err
		}
	}()
}

func (s *earlySync) idle() bool {
	if s.done == nil {
		return true
	}
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}

// wait waits for the sync under way. Error: the first one of all so far.
func (s *earlySync) wait() error {
	if s.done != nil {
		<-s.done
	}
	return s.err
}
