package report

import (
	"os"
	"path/filepath"

	"sent-import/importer/private"
)

// pending is a file that is written under a temporary name beside its path. As long as
// it is open it is locked, which tells a sweep that it is in use.
type pending struct {
	file  *os.File
	path  string // what replace calls it
	ended bool   // it has been renamed or removed
}

func newPending(path string) (*pending, error) {
	f, err := private.TempFile(filepath.Dir(path), "."+filepath.Base(path), "")
	if err != nil {
		return nil, err
	}
	return &pending{file: f, path: path}, nil
}

// replace puts the file in the place of the one under its path: a reader finds the old
// one or the new one, whole. It is synced before that; the caller syncs the directory.
//
// Windows replaces no file that another program has open, such as a spreadsheet. That
// is an error there, and the old file stays.
func (p *pending) replace() error {
	if err := p.file.Sync(); err != nil {
		return err
	}
	return p.rename()
}

// rename is replace for a file that is synced.
func (p *pending) rename() error {
	if err := os.Rename(p.file.Name(), p.path); err != nil { // still locked, or a sweep could remove it before
		return err
	}
	p.ended = true
	return p.file.Close()
}

// discard removes the file, unless it has been renamed. What can't be removed is left to
// a later sweep.
func (p *pending) discard() {
	if p.ended {
		return
	}
	_ = p.file.Close() // it goes
	_ = os.Remove(p.file.Name())
	p.ended = true
}
