package private

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// HasModes says that files have no modes: access lists say who may use them, and Go
// makes modes up.
const HasModes = false

// NoFollow is the flag with which [os.OpenFile] follows no symbolic link: it opens the
// link itself, which holds nothing.
const NoFollow = windows.FILE_FLAG_OPEN_REPARSE_POINT

// openFile opens a file that no symbolic link leads to, so that it can be renamed and
// removed while it is open. [os.OpenFile] does not allow that.
func openFile(path string, flag int) (*os.File, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	access, create := uint32(windows.GENERIC_READ), uint32(windows.OPEN_EXISTING)
	if flag&os.O_RDWR != 0 {
		access |= windows.GENERIC_WRITE
	}
	if flag&os.O_CREATE != 0 {
		create = windows.CREATE_NEW // callers have O_EXCL, too
	}
	handle, err := windows.CreateFile(name, access, windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE|windows.FILE_SHARE_DELETE,
		nil, create, windows.FILE_ATTRIBUTE_NORMAL|windows.FILE_FLAG_OPEN_REPARSE_POINT, 0)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	f := os.NewFile(uintptr(handle), path)
	if info, err := f.Stat(); err != nil || info.Mode()&fs.ModeSymlink != 0 {
		return nil, errors.Join(err, f.Close(), &fs.PathError{Op: "open", Path: path, Err: errLink})
	}
	return f, nil
}

// errLink says that a file is a symbolic link.
var errLink = errors.New("a symbolic link")

// isLink reports whether a file was not opened since it is a symbolic link.
func isLink(err error) bool { return errors.Is(err, errLink) }

// lockedAt is the upper half of the position of the byte that is locked, far behind the
// end of any file: on Windows nobody else can read or write a byte that is locked.
const lockedAt = 1 << 30

// tryFlock takes the lock of an open file, without waiting. It returns false if another
// holds it.
func tryFlock(f *os.File, as sharing) (bool, error) {
	how := map[sharing]uint32{exclusive: windows.LOCKFILE_EXCLUSIVE_LOCK}[as]
	err := windows.LockFileEx(windows.Handle(f.Fd()), how|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &windows.Overlapped{OffsetHigh: lockedAt})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return false, nil
	}
	if err != nil {
		return false, &fs.PathError{Op: "lock", Path: f.Name(), Err: err}
	}
	return true, nil
}

// LacksLocks reports whether the error says that the file system has no locks.
func LacksLocks(err error) bool {
	return errors.Is(err, windows.ERROR_NOT_SUPPORTED) || errors.Is(err, windows.ERROR_INVALID_FUNCTION)
}

// SyncDir does nothing: Windows syncs no directories. The journal of NTFS keeps them
// whole, but a new name may be lost in a power loss that comes within seconds.
func SyncDir(string) error { return nil }

// own reports whether the file may be this user's: the access list decides whether it
// can be removed.
func own(fs.FileInfo) bool { return true }

// unlocked reports false: no version for Windows has left what it is asked about.
func unlocked(*os.File) bool { return false }
