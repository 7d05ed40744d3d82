package plan

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"

	"golang.org/x/term"
)

// openFileName matches the names that the system gives to files that a process
// has open. Another process finds something else under them, or nothing. Other
// regular files in /dev and /proc, such as those in /dev/shm, are files like any.
var openFileName = regexp.MustCompile(`^(/dev/stdin|/dev/fd/[^/]+|/proc/[^/]+/(task/[^/]+/)?fd/[^/]+)$`)

// readOnce reports whether what is at the path, which can be read, can be read
// only once, or under this name by this process only: a pipe, such as bash's
// <(…), a terminal, or a name of an open file such as /dev/stdin. It is read like
// standard input.
func readOnce(path string, mode fs.FileMode) bool {
	return !mode.IsRegular() || openFileName.MatchString(path)
}

// checkKind refuses what is no list for what it is: a directory, and what may
// have no end, or is not read from its beginning. The error names it.
func checkKind(name, path string, info fs.FileInfo) error {
	why := ""
	switch mode := info.Mode(); {
	case mode.IsRegular(), mode&fs.ModeNamedPipe != 0:
		return nil
	case mode.IsDir():
		why = "is a directory: give one file of it"
	case mode&fs.ModeSocket != 0:
		why = "is a socket, which can't be opened like a file: give a file, or write to a pipe and give - for it"
	case mode&fs.ModeCharDevice != 0:
		if isNull(info) || isTerminalAt(path) {
			return nil
		}
		why = "is a device, which may have no end: give a file, or a pipe"
	case mode&fs.ModeDevice != 0:
		why = "is a disk or a part of one, and no list: give a file that is on it"
	default:
		why = "is neither a file nor a pipe: give one"
	}
	return fmt.Errorf("%s %s", name, why)
}

// checkStdin does for standard input what checkKind does for a path. A socket is
// taken: it is open already, and some programs give one instead of a pipe.
func checkStdin(in io.Reader) error {
	f, ok := in.(*os.File)
	if !ok {
		return nil
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&fs.ModeSocket != 0 || term.IsTerminal(int(f.Fd())) {
		return nil // who reads it says what is wrong
	}
	return checkKind("standard input", f.Name(), info)
}

// lateFile is a file that is opened when it is first read: opening a pipe waits
// for its writer.
type lateFile struct {
	path string
	file *os.File
}

func (l *lateFile) Read(p []byte) (n int, err error) {
	if l.file == nil {
		if l.file, err = os.Open(l.path); err != nil {
			return 0, err
		}
	}
	n, err = l.file.Read(p)
	if err == io.EOF {
		_ = l.file.Close() // only read
	}
	return n, err
}
