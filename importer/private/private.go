// Package private makes files and directories that only their owner can use, whatever
// the umask and whoever else can write to the same directory: modes are set after
// creating, and no symbolic link is followed.
//
// A process that uses such a file or directory holds a lock, which the system
// releases when the process ends, however it ends. So what nobody holds is left over
// and may be removed; neither an age nor a process number could tell that. Who removes
// a locked file holds its lock, and who gets a lock checks that the file is still there
// under its name.
//
// Windows has access lists and no modes: there, what is made gets the list of its
// directory, and in a user's profile that is the user's own. Files are opened so that
// they can be renamed and removed while they are open, as elsewhere.
package private

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"

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
	if err := restricted(os.Chmod(dir, dirMode)); err != nil {
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

// restricted is the error of setting the mode of a new file or directory, which a file system
// that keeps no modes may refuse; see [KeepsModes].
func restricted(err error) error {
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
	f, err := openFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL)
	if err == nil {
		if err := restricted(f.Chmod(fileMode)); err != nil { // not by its name: a sweep may have removed that
			return nil, errors.Join(err, f.Close())
		}
		return f, nil
	}
	if !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	f, err = openFile(path, os.O_RDWR)
	if isLink(err) {
		return nil, linkError(path)
	}
	if errors.Is(err, fs.ErrNotExist) { // its holder has removed it meanwhile
		return Create(path)
	}
	return f, err
}

// TempFile makes a new file in dir, whose name is the prefix, a decimal number and the
// suffix, and locks it until it is closed. Where the file system has no locks it goes
// without, and then no sweep takes the file either.
func TempFile(dir, prefix, suffix string) (*os.File, error) {
	for {
		f, err := openFile(filepath.Join(dir, prefix+strconv.FormatUint(rand.Uint64(), 10)+suffix), os.O_RDWR|os.O_CREATE|os.O_EXCL)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		got, err := tryFlock(f, exclusive)
		if err != nil && !LacksLocks(err) {
			return nil, errors.Join(err, f.Close(), os.Remove(f.Name()))
		}
		if _, gone := os.Lstat(f.Name()); (got || err != nil) && gone == nil { // no other file gets such a name
			if err := restricted(f.Chmod(fileMode)); err != nil {
				return nil, errors.Join(err, f.Close(), os.Remove(f.Name()))
			}
			return f, nil
		}
		if err := f.Close(); err != nil { // a sweep has the lock and removes the file
			return nil, err
		}
	}
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
