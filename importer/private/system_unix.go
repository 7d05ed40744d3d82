//go:build !windows

package private

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// HasModes says that files have modes, which say who may use them.
const HasModes = true

// NoFollow is the flag with which [os.OpenFile] follows no symbolic link.
const NoFollow = syscall.O_NOFOLLOW

// openFile opens a file that no symbolic link leads to.
func openFile(path string, flag int) (*os.File, error) {
	return os.OpenFile(path, flag|NoFollow, fileMode)
}

// isLink reports whether a file was not opened since it is a symbolic link.
func isLink(err error) bool {
	return errors.Is(err, syscall.ELOOP) || errors.Is(err, syscall.EMLINK) // EMLINK: FreeBSD's
}

// tryFlock takes the lock of an open file, without waiting. It returns false if another
// holds it.
func tryFlock(f *os.File, as sharing) (bool, error) {
	how := map[sharing]int{exclusive: syscall.LOCK_EX, shared: syscall.LOCK_SH}[as]
	err := syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	if err != nil {
		return false, &fs.PathError{Op: "flock", Path: f.Name(), Err: err}
	}
	return true, nil
}

// LacksLocks reports whether the error says that the file system has no locks.
func LacksLocks(err error) bool {
	return errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.ENOLCK) || errors.Is(err, syscall.EINVAL)
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

// own reports whether the file belongs to the user of this process.
func own(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}

// unlocked reports whether no process holds a lock of SQLite's on an open file.
func unlocked(f *os.File) bool {
	lock := syscall.Flock_t{Type: syscall.F_WRLCK} // of all its bytes
	err := syscall.FcntlFlock(f.Fd(), syscall.F_GETLK, &lock)
	return err == nil && lock.Type == syscall.F_UNLCK
}
