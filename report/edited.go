package report

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"sent-import/importer/printable"
)

// Kept is a file that a report did not overwrite: somebody has changed it since we
// wrote it, or it is the file that is being imported.
type Kept struct {
	From string // its path, where a file of the report is now
	As   string // where it is now
	// Input says that it is the file which is being imported, changed or not.
	Input bool
}

// String says what was kept, and where it is.
func (k Kept) String() string {
	if k.Input {
		return fmt.Sprintf("%s (%s, which was imported)", printable.Path(k.As), filepath.Base(k.From))
	}
	return fmt.Sprintf("%s (%s as somebody had changed it)", printable.Path(k.As), filepath.Base(k.From))
}

// keep renames a file of the report to the first free name of
// invalid.edited-1.csv, invalid.edited-2.csv and so on. It returns k with that name.
func keep(k Kept) (Kept, error) {
	ext := filepath.Ext(k.From)
	for n := 1; ; n++ {
		k.As = fmt.Sprintf("%s.edited-%d%s", strings.TrimSuffix(k.From, ext), n, ext)
		// The name is reserved first: a rename would replace what is there.
		f, err := os.OpenFile(k.As, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err == nil {
			err = f.Close()
		}
		if err == nil {
			err = os.Rename(k.From, k.As)
		}
		return k, err
	}
}
