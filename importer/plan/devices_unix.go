//go:build !windows

package plan

import (
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/term"
)

// isNull reports whether the device is the one that is empty: [os.DevNull], under
// whichever name.
func isNull(info fs.FileInfo) bool {
	null, err := os.Stat(os.DevNull)
	if err != nil {
		return false
	}
	one, ok := info.Sys().(*syscall.Stat_t)
	other, ok2 := null.Sys().(*syscall.Stat_t)
	return ok && ok2 && one.Rdev == other.Rdev
}

// isTerminalAt opens the device to ask it. That neither waits for a line to be
// connected nor makes it this process's terminal.
func isTerminalAt(path string) bool {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOCTTY, 0)
	if err != nil {
		return false
	}
	defer f.Close()
	return term.IsTerminal(int(f.Fd()))
}
