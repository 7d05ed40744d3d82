package report

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"golang.org/x/sync/errgroup"

	"sent-import/importer/printable"
	"sent-import/importer/private"
)

const (
	dirMode  = 0o700 // the files hold phone numbers
	fileMode = 0o600

	bufferBytes = 64 << 10 // a write to the file system for every few hundred rows

	// leftoverAge is the age of the last write after which a temporary file counts as
	// left by a killed process, whatever its lock says: some file systems have no locks.
	// A report of ten million rows takes a minute.
	leftoverAge = time.Hour
)

// stage holds the files of a report under temporary names in the report's directory,
// until commit renames them all or discard removes them all.
type stage struct {
	dir     string
	files   []*staged
	receipt *receipt  // of this report; nil: none
	report  *standing // what stands there afterwards; nil: that can't be said
}

// staged is one file of a stage. What is written to buf goes to the temporary
// file and into the sum.
type staged struct {
	path    string // final path
	name    string
	pending *pending
	buf     *bufio.Writer
	sum     hash.Hash
	bytes   int64
	rows    int
	mark    mark
	early   earlySync
	stays   *File // the file of the report before stays, and nothing is written; nil: it does not
}

// create starts a file of the report under a temporary name.
func (s *stage) create(name string) (*staged, error) {
	path := filepath.Join(s.dir, name)
	if fi, err := os.Lstat(path); err == nil && fi.IsDir() {
		return nil, fmt.Errorf("%s is a directory: move it away, or choose another directory with --report", printable.Path(path))
	}
	pending, err := newPending(path)
	if err != nil {
		return nil, fileError(path, err)
	}
	f := &staged{path: path, name: name, pending: pending, sum: sha256.New()}
	f.buf = bufio.NewWriterSize(f, bufferBytes)
	s.files = append(s.files, f)
	return f, nil
}

// Write writes to the temporary file and to the sum, which never fails.
func (f *staged) Write(p []byte) (int, error) {
	if f.mark.due(p) {
		f.mark = noMark
		if err := f.putMark(); err != nil {
			return 0, fileError(f.path, err)
		}
	}
	return f.append(p)
}

func (f *staged) append(p []byte) (int, error) {
	n, err := f.pending.file.Write(p)
	f.sum.Write(p[:n])
	f.bytes += int64(n)
	f.early.wrote(f.pending.file, n)
	return n, fileError(f.path, err)
}

// flush brings everything written into the temporary file.
func (f *staged) flush() error { return f.buf.Flush() }

// finish brings everything written to the disk.
func (f *staged) finish() error {
	if f.stays != nil {
		return nil
	}
	if err := f.flush(); err != nil {
		return err
	}
	if err := f.early.wait(); err != nil {
		return fileError(f.path, err)
	}
	return fileError(f.path, f.pending.file.Sync())
}

// digest is the SHA-256 of what was flushed.
func (f *staged) digest() string { return f.file().SHA256 }

// file describes the file, as far as it is flushed.
func (f *staged) file() File {
	if f.stays != nil {
		return *f.stays
	}
	return File{Name: f.name, Rows: f.rows, Bytes: f.bytes, SHA256: hex.EncodeToString(f.sum.Sum(nil))}
}

// paths names the files of the finished report.
func (s *stage) paths() Files {
	at := func(name string) string { return filepath.Join(s.dir, name) }
	return Files{
		Dir:    s.dir,
		Report: at(ReportName), Retry: at(RetryName), RetryBook: at(RetryBookName),
		Invalid: at(InvalidName), InvalidBook: at(InvalidBookName),
		HTML: at(HTMLName), Summary: at(SummaryName),
	}
}

// written describes the files so far, as far as they are flushed.
func (s *stage) written() []File {
	all := make([]File, 0, len(s.files))
	for _, f := range s.files {
		all = append(all, f.file())
	}
	return all
}

// commit syncs all files and then renames them, in the order in which they were
// created. An existing file is kept under another name if it is not as we wrote it, or
// if it is the file that is being imported.
//
// The marker lists the old and the new files before the first rename, and only the new
// ones after the last. Errors: ErrNewer, ErrContactsDiffer where a file that was to stay has
// been replaced meanwhile.
func (s *stage) commit(in Input) ([]Kept, error) {
	old, err := s.sync()
	if err != nil {
		return nil, err
	}
	defer lockWrites(s.dir)()
	m := readMarker(s.dir)
	if in.Meanwhile && m.Version.after(in.Version) {
		return nil, ErrNewer
	}
	if !m.keeps(s.files) {
		return nil, ErrContactsDiffer
	}
	m.expect(s.files)
	m.Standing, m.Version = nil, Version{}
	if err := m.write(s.dir); err != nil {
		return nil, err
	}
	kept, err := s.replace(m, old, in.Path)
	if err != nil {
		return kept, err
	}
	kept = append(kept, s.retire(m, in.Path)...)
	m.only(s.files)
	m.Receipt, m.Standing, m.Version = s.receipt, s.report, in.Version
	return kept, m.write(s.dir) // it syncs the directory
}

// sync brings all files to the disk, at the same time: a disk that is asked for all of them
// at once writes them in one go, where small ones would wait for it one after the other.
// Meanwhile it reads the files that they will replace.
func (s *stage) sync() ([]oldSum, error) {
	var group errgroup.Group
	old := make([]oldSum, len(s.files))
	for i, f := range s.files {
		group.Go(f.finish)
		group.Go(func() error {
			old[i] = sumOld(f.path)
			return nil
		})
	}
	return old, group.Wait()
}

// retire removes files that an earlier report has written and this one has not, which
// would be taken for a part of this one. Those that are not as they were written are
// renamed. The input stays where the same command finds it again, and so does what can't be
// removed or renamed.
func (s *stage) retire(m marker, input string) (kept []Kept) {
	for _, name := range slices.Sorted(maps.Keys(m.Files)) {
		path := filepath.Join(s.dir, name)
		isNew := slices.ContainsFunc(s.files, func(f *staged) bool { return f.name == name })
		switch {
		case isNew || sameFile(path, input):
		case m.ours(s.dir, name, oldSum{}):
			_ = os.Remove(path) // it may not be there
		default:
			if k, err := keep(Kept{From: path}); err == nil {
				kept = append(kept, k)
			}
		}
	}
	return kept
}

// replace renames the files into their places. old are the sums of those that are there.
func (s *stage) replace(m marker, old []oldSum, input string) (kept []Kept, err error) {
	for i, f := range s.files {
		if f.stays != nil {
			continue
		}
		there := Kept{From: filepath.Join(s.dir, f.name)}
		there.Input = sameFile(there.From, input)
		if there.Input || !m.ours(s.dir, f.name, old[i]) {
			k, err := keep(there)
			if err != nil {
				return kept, s.renameError(i, err)
			}
			kept = append(kept, k)
		}
		if err := f.pending.rename(); err != nil {
			return kept, s.renameError(i, fileError(f.path, err))
		}
	}
	return kept, nil
}

// sameFile reports whether both paths lead to one file; "" leads to none.
func sameFile(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	two, err := os.Stat(b)
	return err == nil && os.SameFile(one, two)
}

// lockWrites keeps two commands that write reports of one job from renaming files at
// the same time. The lock is held for a few renames only. A directory that can't be
// locked is not protected.
func lockWrites(dir string) (unlock func()) {
	lock := flock.New(dir, flock.SetFlag(os.O_RDONLY))
	_ = lock.Lock()
	return func() { _ = lock.Close() }
}

// renameError says what the directory holds after the rename of file i failed.
func (s *stage) renameError(i int, err error) error {
	if i == 0 {
		return err
	}
	return fmt.Errorf("%w: %s holds new and old files now; write the report again", err, printable.Path(s.dir))
}

// discard removes the files that were not renamed. After commit it does nothing. An
// error leaves a temporary file at most, which a later sweep removes.
func (s *stage) discard() {
	for _, f := range s.files {
		if f.stays == nil {
			_ = f.early.wait() // it goes
			f.pending.discard()
		}
	}
}

// sweep removes temporary files of processes that were killed. The files hold phone
// numbers, and nothing else would ever remove them.
func (s *stage) sweep() {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return // create reports an error that matters
	}
	for _, e := range entries {
		fi, err := e.Info()
		path := filepath.Join(s.dir, e.Name())
		switch {
		case err != nil || !leftover(e.Name()) || !fi.Mode().IsRegular():
		case time.Since(fi.ModTime()) > leftoverAge: // also where there are no locks
			_ = os.Remove(path)
		default:
			private.SweepFile(path, func() bool { return false })
		}
	}
}

// leftover reports whether name is the temporary one of a file of a report: a dot, the
// file's name, a decimal number.
func leftover(name string) bool {
	for _, of := range append(reportNames(), markerName) {
		if rest, ok := strings.CutPrefix(name, "."+of); ok {
			return rest != "" && strings.Trim(rest, "0123456789") == ""
		}
	}
	return false
}
