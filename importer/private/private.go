// Package private makes files and directories that are their owner's alone,
// whatever the umask and whoever else can write beside them: modes are set after
// creating, and no symbolic link is followed.
//
// Who uses a thing holds a lock on it (flock), which the system takes back when
// the process ends, however it ends. So a thing without a holder is left over,
// and may be removed: neither its age nor a process number tells that. Whoever
// removes a locked thing holds its lock; whoever gets a lock looks whether the
// thing is still there under its name.
package private

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"sent-import/importer/printable"
)

const (
	dirMode  = 0o700
	fileMode = 0o600
)

// MakeDir makes a directory that outlives a power loss, with those above it:
// what is synced in a directory that is not itself on the disk is lost with it.
func MakeDir(dir string) error {
	if _, err := os.Stat(dir); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	parent := filepath.Dir(dir)
	if err := MakeDir(parent); err != nil {
		return err
	}
	switch err := os.Mkdir(dir, dirMode); {
	case errors.Is(err, fs.ErrExist):
		return nil
	case err != nil:
		return err
	}
	if err := restrict(dir, dirMode); err != nil {
		return err
	}
	return SyncDir(parent)
}

// MakeSub makes a directory inside the state directory. One that is a symbolic
// link is refused.
func MakeSub(dir string) error {
	info, err := os.Lstat(dir)
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return linkError(dir)
	}
	return MakeDir(dir)
}

// SyncDir brings the names in a directory to the disk, where the file system can:
// some network file systems refuse it.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil
	}
	return errors.Join(err, d.Close())
}

// restrict sets the mode of what was just made. A file system that keeps no
// modes may refuse; see [Exposed].
func restrict(path string, mode fs.FileMode) error {
	err := os.Chmod(path, mode)
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	return err
}

func linkError(path string) error {
	return fmt.Errorf("%s is a symbolic link, which is not followed here, since it may lead to somebody else's file: remove it", printable.Path(path))
}

// Create opens the file for reading and writing, and makes it if it is not there.
func Create(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL|syscall.O_NOFOLLOW, fileMode)
	if err == nil {
		if err := restrict(path, fileMode); err != nil {
			return nil, errors.Join(err, f.Close())
		}
		return f, nil
	}
	if !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	f, err = os.OpenFile(path, os.O_RDWR|syscall.O_NOFOLLOW, fileMode)
	if errors.Is(err, syscall.ELOOP) || errors.Is(err, syscall.EMLINK) { // EMLINK: FreeBSD's
		return nil, linkError(path)
	}
	if errors.Is(err, fs.ErrNotExist) { // removed meanwhile, by its holder
		return Create(path)
	}
	return f, err
}

// TempFile makes a new file in dir, as [os.CreateTemp] does, and locks it until it
// is closed.
func TempFile(dir, pattern string) (*os.File, error) {
	for {
		f, err := os.CreateTemp(dir, pattern)
		if err != nil {
			return nil, err
		}
		if err := restrict(f.Name(), fileMode); err != nil {
			return nil, errors.Join(err, f.Close(), os.Remove(f.Name()))
		}
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			if _, err = os.Lstat(f.Name()); err == nil { // no other file gets such a name
				return f, nil
			}
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, fs.ErrNotExist) {
			return nil, errors.Join(err, f.Close(), os.Remove(f.Name()))
		}
		if err := f.Close(); err != nil { // a sweep was faster than we: it removes the file
			return nil, err
		}
	}
}

// own reports whether the thing belongs to the user of this process.
func own(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}

// KeepsModes reports whether the file system of a directory keeps the modes of
// files: by trying.
func KeepsModes(dir string) bool {
	f, err := os.CreateTemp(dir, ".sent-import-*.tmp")
	if err != nil {
		return true // who has to write there will say so
	}
	defer os.Remove(f.Name())
	_ = f.Chmod(fileMode) // where that fails, the mode tells
	stat, err := f.Stat()
	if err := errors.Join(err, f.Close()); err != nil {
		return true
	}
	return stat.Mode().Perm() == fileMode
}
