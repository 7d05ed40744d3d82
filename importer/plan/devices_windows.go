package plan

import (
	"io/fs"
	"os"
	"strings"

	"golang.org/x/term"
)

// isNull reports whether the device is the one that is empty: [os.DevNull].
func isNull(info fs.FileInfo) bool { return strings.EqualFold(info.Name(), os.DevNull) }

// isTerminalAt opens the device to ask it.
func isTerminalAt(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	return term.IsTerminal(int(f.Fd()))
}
