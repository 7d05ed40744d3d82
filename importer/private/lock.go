package private

import (
	"errors"
	"io/fs"
	"os"
)

// Lock is a lock on a file that exists under its name.
type Lock struct{ file *os.File }

// sharing says who else may hold a lock.
type sharing int

const (
	exclusive sharing = iota // nobody
	shared                   // others who share it
)

// TryLock takes the lock of the file, which it creates if there is none. It returns nil
// if another holds the lock.
func TryLock(path string) (*Lock, error) {
	for {
		f, err := Create(path)
		if err != nil {
			return nil, err
		}
		if err := f.Close(); err != nil {
			return nil, err
		}
		lock, held, err := lockExisting(path)
		if lock != nil || held || err != nil {
			return lock, err
		}
	}
}

// lockExisting takes the lock of a file. If it returns no lock, held says whether
// another holds it; if not, the file is gone or was replaced by another one.
func lockExisting(path string) (lock *Lock, held bool, err error) {
	file, err := openFile(path, os.O_RDWR)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	got, err := tryFlock(file, exclusive)
	if err != nil || !got {
		return nil, err == nil, errors.Join(err, file.Close())
	}
	mine, err := file.Stat()
	if err == nil {
		var there fs.FileInfo
		if there, err = os.Lstat(path); err == nil && os.SameFile(mine, there) {
			return &Lock{file}, false, nil
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return nil, false, errors.Join(err, file.Close())
}

// Held reports whether anybody holds the lock of the file; nobody does if it does not
// exist. While it looks, it shares the lock for a moment itself.
func Held(path string) (bool, error) {
	file, err := openFile(path, os.O_RDONLY)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	free, err := tryFlock(file, shared)
	return !free && err == nil, errors.Join(err, file.Close())
}

// Release gives the lock back. The file stays. Released again, it does nothing.
func (l *Lock) Release() error {
	if err := l.file.Close(); !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}

// Remove removes the file and gives its lock back.
func (l *Lock) Remove() error {
	return errors.Join(os.Remove(l.file.Name()), l.Release())
}

// SweepFile removes a file that nobody holds, unless wanted returns true; wanted is
// called while the file's lock is held.
func SweepFile(path string, wanted func() bool) {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() || !own(info) {
		return
	}
	lock, _, err := lockExisting(path)
	if err != nil || lock == nil {
		return
	}
	if wanted() {
		_ = lock.Release() // nothing was written
		return
	}
	_ = lock.Remove() // the next sweep tries again
}
