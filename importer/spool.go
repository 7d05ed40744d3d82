package importer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"sent-import/importer/ledger"
	"sent-import/importer/printable"
	"sent-import/importer/private"
	"sent-import/importer/progress"
	"sent-import/importer/room"
)

// spoolDir is where standard input is kept, under its SHA-256, for as long as a
// run or a report may have to read it again.
func spoolDir(state string) string { return filepath.Join(state, "spool") }

// unfinished is how the name of a standard input ends that is being read.
const unfinished = ".tmp"

// spool reads standard input to its end and keeps it. The file is locked from
// its first byte until the session is closed, so that no sweep takes it before a
// job names it.
func (s *session) spool(ctx context.Context) (in ledger.Input, err error) {
	s.o.Progress.Start(progress.Hashing, 0)
	wrong := func(err error) (ledger.Input, error) {
		dir := printable.Path(spoolDir(s.o.State))
		if room.Lacking(err) {
			return in, fmt.Errorf("standard input can't be kept in %s: %s (%w). %s, and run the same command again", dir, room.What(err), bare(err), room.Cure(err, s.stateFlag()))
		}
		return in, fmt.Errorf("keep standard input in %s: %w", dir, err)
	}
	if err := private.MakeSub(spoolDir(s.ledger.Dir())); err != nil {
		return wrong(err)
	}
	if s.spooled, err = private.TempFile(spoolDir(s.ledger.Dir()), "stdin-*"+unfinished); err != nil {
		return wrong(err)
	}
	tmp := s.spooled
	defer os.Remove(tmp.Name())
	if err := errors.Join(s.copyStdin(ctx, tmp), tmp.Sync()); err != nil {
		return wrong(err)
	}
	in.Name = "stdin"
	if in.Bytes, in.SHA256, err = hashFile(ctx, tmp.Name(), new(progress.Progress)); err != nil {
		return in, err
	}
	in.Path = filepath.Join(spoolDir(s.ledger.Dir()), in.SHA256)
	return in, os.Rename(tmp.Name(), in.Path)
}

// bare is the error without the temporary name of a file, which says nothing to
// anybody.
func bare(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// stateFlag is how people say where else standard input is to be kept: only for
// a check, since a run needs the ledger that is there.
func (s *session) stateFlag() string {
	if s.cleanup == nil {
		return ""
	}
	return "TMPDIR"
}

// copyStdin copies standard input until it or ctx ends. A read can't be called
// back where nobody writes: it is left behind then, and the program ends.
func (s *session) copyStdin(ctx context.Context, to io.Writer) error {
	defer s.sayWhatIsWaitedFor()()
	copied := make(chan error, 1) // one result
	go func() {
		_, err := io.Copy(to, s.o.Progress.Reader(&contextReader{ctx, s.o.Stdin}))
		copied <- err
	}()
	select {
	case err := <-copied:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// removeSpooled forgets a standard input that nothing will read again.
func removeSpooled(job ledger.Job, dir string) error {
	if filepath.Dir(job.Input.Path) != spoolDir(dir) {
		return nil
	}
	if err := os.Remove(job.Input.Path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// sweepSpool removes what no process is reading and no job was made of.
func sweepSpool(l *ledger.Ledger) {
	entries, err := os.ReadDir(spoolDir(l.Dir()))
	if err != nil {
		return // there is none
	}
	for _, e := range entries {
		private.SweepFile(filepath.Join(spoolDir(l.Dir()), e.Name()), func() bool {
			return !strings.HasSuffix(e.Name(), unfinished) && mayName(l, e.Name())
		})
	}
}

// mayName reports whether a job was made of the content, or the ledger can't
// say. The path does not count: the state directory may have been moved.
func mayName(l *ledger.Ledger, sha256 string) bool {
	jobs, err := l.Jobs()
	for _, j := range jobs {
		if j.Damaged != nil || j.Input.SHA256 == sha256 {
			return true
		}
	}
	return err != nil
}
