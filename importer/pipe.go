package importer

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"sent-import/importer/printable"
)

// readOnce reports whether what is at the path can be read only once, or under
// this name by this process only: a pipe, such as bash's <(…), a terminal, or a
// name of an open file such as /dev/stdin. It is read like standard input.
func readOnce(path string, mode fs.FileMode) bool {
	named := filepath.ToSlash(path)
	return mode&(fs.ModeNamedPipe|fs.ModeCharDevice) != 0 ||
		mode.IsRegular() && (strings.HasPrefix(named, "/dev/") || strings.HasPrefix(named, "/proc/"))
}

// lateFile is a file that is opened when it is first read: opening a pipe waits
// for its writer.
type lateFile struct {
	path string
	file *os.File
}

func (l *lateFile) Read(p []byte) (n int, err error) {
	if l.file == nil {
		if l.file, err = os.Open(l.path); err != nil {
			return 0, err
		}
	}
	n, err = l.file.Read(p)
	if err == io.EOF {
		_ = l.file.Close() // only read
	}
	return n, err
}

// silence is how long nothing may come from standard input until it is said
// what is waited for.
const silence = 3 * time.Second

// sayWhatIsWaitedFor says it if nothing has come by then, unless it is called
// off. Nothing is said any more when off returns.
func (s *session) sayWhatIsWaitedFor(read *atomic.Int64) (off func()) {
	name := "standard input"
	if s.o.Input != "-" {
		name = printable.Path(s.o.Input)
	}
	said := make(chan struct{}) // closed once it was
	timer := time.AfterFunc(silence, func() {
		defer close(said)
		s.mu.Lock()
		defer s.mu.Unlock()
		if read.Load() == 0 {
			s.o.Notice("Waiting for " + name + ": nothing has been written to it yet.")
		}
	})
	return func() {
		if !timer.Stop() {
			<-said
		}
	}
}
