package plan

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

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

// spool reads standard input to its end and keeps it. The file is locked from its first
// byte until the Input is closed, so that no sweep removes it before a job names it.
func (s Source) spool(ctx context.Context) (in *Input, err error) {
	s.Progress.Start(progress.Hashing, 0)
	dir := spoolDir(s.Dir)
	in = &Input{File: ledger.Input{Name: "stdin"}, TempDir: dir}
	if err := private.MakeSub(dir); err != nil {
		return in, s.notKept(err)
	}
	if in.spooled, err = private.TempFile(dir, "stdin-", unfinished); err != nil {
		return in, s.notKept(err)
	}
	tmp := in.spooled
	defer os.Remove(tmp.Name())
	if err := errors.Join(s.copyStdin(ctx, tmp), tmp.Sync()); err != nil {
		return in, s.notKept(err)
	}
	if in.File.Bytes, in.File.SHA256, err = HashFile(ctx, tmp.Name(), new(progress.Progress)); err != nil {
		return in, err
	}
	in.File.Path = filepath.Join(dir, in.File.SHA256)
	return in, os.Rename(tmp.Name(), in.File.Path)
}

// notKept says that standard input can't be kept, and what to do if there was no room.
func (s Source) notKept(err error) error {
	dir := printable.Path(spoolDir(s.State))
	if !room.Lacking(err) {
		return fmt.Errorf("keep standard input in %s: %w", dir, err)
	}
	bare := err // without the temporary name of a file, which says nothing to anybody
	var path *fs.PathError
	if errors.As(err, &path) {
		bare = path.Err
	}
	return fmt.Errorf("standard input can't be kept in %s: %s (%w). %s, and run the same command again",
		dir, room.What(err), bare, room.Fix(err, s.Movable))
}

// copyStdin copies standard input until it or ctx ends. A read can't be called
// back where nobody writes: it is left behind then, and the program ends.
func (s Source) copyStdin(ctx context.Context, to io.Writer) error {
	defer s.sayWhatIsWaitedFor()()
	copied := make(chan error, 1) // one result
	go func() {
		_, err := io.Copy(to, s.Progress.Reader(&contextReader{ctx, s.Stdin}))
		copied <- err
	}()
	select {
	case err := <-copied:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// silence is how long nothing may come from standard input until it is said
// what is waited for.
const silence = 3 * time.Second

// sayWhatIsWaitedFor says it if nothing has come by then, unless it is called
// off. Nothing is said any more when off returns.
func (s Source) sayWhatIsWaitedFor() (off func()) {
	name := "standard input"
	if s.Path != "-" {
		name = printable.Path(s.Path)
	}
	said := make(chan struct{}) // closed once it was
	timer := time.AfterFunc(silence, func() {
		defer close(said)
		if s.Progress.Snapshot().Bytes == 0 {
			s.Say("Waiting for " + name + ": nothing has been written to it yet.")
		}
	})
	return func() {
		if !timer.Stop() {
			<-said
		}
	}
}

// Spooled is how many bytes of standard input are kept for the job; 0 for none.
func Spooled(job ledger.Job, dir string) int64 {
	if filepath.Dir(job.Input.Path) != spoolDir(dir) {
		return 0
	}
	info, err := os.Stat(job.Input.Path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// Forget removes a standard input that nothing will read again.
func Forget(job ledger.Job, dir string) error {
	if filepath.Dir(job.Input.Path) != spoolDir(dir) {
		return nil
	}
	if err := os.Remove(job.Input.Path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Sweep removes the standard input that no process is reading and no job was made of.
func Sweep(l *ledger.Ledger) {
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
