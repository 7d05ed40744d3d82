// Package room knows when a write has failed because there was no room for it,
// and what to say then: on the disk, within a quota, or within the largest size
// that this process may give to a file (RLIMIT_FSIZE).
package room

import (
	"fmt"
	"os"
)

// unlimited is from which limit on there is none: systems write "infinity" in
// different ways, and no file is as large as an exbibyte.
const unlimited = 1 << 60

// What says what is lacking.
func What(err error) string {
	switch limit := Limit(); {
	case !TooLarge(err):
		return "there is no room left, on the disk or in a quota"
	case limit == 0:
		return "its file system takes no file as large as that (FAT: up to 4 GiB)"
	default:
		return fmt.Sprintf("the file size limit of this process is reached (ulimit -f; %d bytes)", limit)
	}
}

// Fix is what to do about it. flag is what people give another directory with; ""
// where that would leave something behind that is needed.
func Fix(err error, flag string) string {
	switch {
	case !TooLarge(err) && flag == "":
		return "Make room there"
	case !TooLarge(err):
		return "Make room there, or give another directory with " + flag
	case Limit() > 0:
		return "Raise the limit, as with ulimit -f unlimited"
	case flag == "":
		return "Move it to another file system"
	default:
		return "Give a directory on another file system with " + flag
	}
}

// step is more than one write of anything here: a file that may not grow by as
// much is at its limit.
const step = 64 << 10

// AtLimit reports whether one of the files is as large as it may be: not every
// library says what the system said.
func AtLimit(files ...string) bool {
	limit := Limit()
	if limit == 0 {
		return false
	}
	for _, path := range files {
		if info, err := os.Stat(path); err == nil && uint64(info.Size())+step > limit {
			return true
		}
	}
	return false
}
