// Package private makes files and directories that only their owner can use, whatever
// the umask and whoever else can write to the same directory: modes are set after
// creating, and no symbolic link is followed.
//
// A process that uses such a file or directory holds a lock (flock), which the system
// releases when the process ends, however it ends. So what nobody holds is left over
// and may be removed; neither an age nor a process number could tell that. Who removes
// a locked file holds its lock, and who gets a lock checks that the file is still there
// under its name.
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

// MakeDir makes a directory, and those above it, and syncs them: a synced file is lost
// in a power loss if its directory is not on the disk.
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

// SyncDir syncs the names in a directory to the disk. Some network file systems refuse
// that, which is no error here.
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

// restrict sets the mode of a new file or directory. A file system that keeps no modes
// may refuse; see [KeepsModes].
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
	if errors.Is(err, fs.ErrNotExist) { // its holder has removed it meanwhile
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
		if err := f.Close(); err != nil { // a sweep has the lock and removes the file
			return nil, err
		}
	}
}

// own reports whether the file belongs to the user of this process.
func own(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}

// KeepsModes reports whether the file system of a directory keeps the modes of files.
// It writes a file to find out.
func KeepsModes(dir string) bool {
	f, err := os.CreateTemp(dir, ".sent-import-*.tmp")
	if err != nil {
		return true // whoever has to write there reports the error
	}
	defer os.Remove(f.Name())
	_ = f.Chmod(fileMode) // if that fails, the mode shows it
	stat, err := f.Stat()
	if err := errors.Join(err, f.Close()); err != nil {
		return true
	}
	return stat.Mode().Perm() == fileMode
}
