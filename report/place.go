package report

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"sent-import/importer/printable"
	"sent-import/importer/private"
)

// lockName is the file in a report's directory that is locked by the command
// that has it. It holds nothing.
const lockName = ".sent-import.lock"

// Owner says whose report is in a directory, or is going to be.
type Owner struct {
	File string // name of the user's file, without its folder; "" for nobody's
	Job  string // the job of that file whose report was asked for last; "" for a check
}

// Place is a directory for the report of one command: nobody else writes a
// report of another job there until it is closed.
type Place struct {
	dir     string
	lock    *private.Lock // nil: another run of the job has it, or the file system has no locks
	lockErr error         // why there are no locks
	owner   Owner         // whose the directory was
	made    bool          // the directory was not there before
	stays   bool          // there is or was a report in it, or there is a job that is going to have one
}

// BusyError says that another command has the directory. Test for it with
// errors.As.
type BusyError struct {
	Dir   string
	Owner Owner  // whose report it writes
	By    string // which process it is, as far as that is known
}

func (e *BusyError) Error() string {
	by := e.By
	if by == "" {
		by = "it has only just begun"
	}
	return fmt.Sprintf("another command is going to write its report to %s (%s)", printable.Path(e.Dir), by)
}

// markPatience is how long another command may take from its lock to its marker.
const markPatience = 2 * time.Second

// Open takes the directory, and makes it first where it does not exist. Where another
// command has it, the error is a [*BusyError], except if that command writes the report
// of the given job ("": of none): both may write it, one after the other.
func Open(ctx context.Context, dir, job string) (*Place, error) {
	p := &Place{dir: dir}
	if err := p.make(); err != nil {
		return nil, fmt.Errorf("%w: choose another directory with --report", err)
	}
	give := time.Now().Add(markPatience)
	for {
		err := p.take()
		m := readMarker(dir)
		p.owner = m.owner()
		p.stays = p.owner.File != ""
		switch busy := errors.Is(err, errBusy); {
		case err == nil:
			return p, nil
		case !busy:
			return nil, errors.Join(fmt.Errorf("%w: choose another directory with --report", err), p.Close())
		case job != "" && m.Job == job:
			return p, nil
		case m.By != "" || ctx.Err() != nil || time.Now().After(give):
			return nil, &BusyError{dir, m.owner(), m.By}
		}
		select { // the other command has the lock, and no marker yet
		case <-ctx.Done():
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// Owner is whose directory it was before; the zero value if nobody's.
func (p *Place) Owner() Owner { return p.owner }

// Lockless is why nothing keeps other commands out of the directory: the file
// system has no locks. It is nil where it has.
func (p *Place) Lockless() error { return p.lockErr }

// make makes the directory and syncs its name to the disk.
func (p *Place) make() error {
	_, err := os.Stat(p.dir)
	if p.made = errors.Is(err, fs.ErrNotExist); !p.made {
		if info, err := os.Stat(p.dir); err == nil && !info.IsDir() {
			return fmt.Errorf("%s is not a directory", printable.Path(p.dir))
		}
		return err
	}
	if err := private.MakeDir(p.dir); err != nil {
		return err
	}
	return private.SyncDir(filepath.Dir(p.dir))
}

// errBusy says that somebody has the lock.
var errBusy = errors.New("locked")

// take takes the lock without waiting.
func (p *Place) take() error {
	lock, err := private.TryLock(filepath.Join(p.dir, lockName))
	switch {
	case private.LacksLocks(err):
		p.lockErr = err
		return nil
	case err != nil:
		return err
	case lock == nil:
		return errBusy
	}
	p.lock, p.lockErr = lock, nil
	return nil
}

// Claim writes the new owner of the directory into its marker. The sums of the files
// in the directory stay there.
func (p *Place) Claim(o Owner) error {
	defer lockWrites(p.dir)()
	m := readMarker(p.dir)
	m.setOwner(o)
	m.By = thisProcess()
	if err := m.write(p.dir); err != nil {
		return fmt.Errorf("%w: choose another directory with --report", err)
	}
	p.stays = p.stays || o.Job != ""
	return nil
}

// InTheWay is contacts.csv or contacts.xlsx, if there is a file of that name here which is
// the user's own: the input, whose path is given, or one that was there before any
// report had such a file. contacts.csv is what many lists are called, so that a directory
// which is given for the report may hold one; the same command has to find it there again.
// "" if there is none.
func (p *Place) InTheWay(input string) string {
	m := readMarker(p.dir)
	for _, name := range []string{ContactsName, ContactsBookName} {
		path := filepath.Join(p.dir, name)
		if sameFile(path, input) || m.Files[name] == nil && !m.ours(p.dir, name, oldSum{}) {
			return name
		}
	}
	return ""
}

// thisProcess describes this process to other commands.
func thisProcess() string {
	host, err := os.Hostname()
	if err != nil {
		host = "an unknown host"
	}
	return fmt.Sprintf("process %d on %s, since %s", os.Getpid(), host, time.Now().Format(time.DateTime))
}

// Close releases the directory. Unless a report was written, or one was there before,
// or a job is going to have one, Close removes what Open and Claim have made.
func (p *Place) Close() error {
	if p.lock == nil && p.lockErr == nil {
		return nil // another command's
	}
	if !p.stays {
		_ = os.Remove(filepath.Join(p.dir, markerName))
		_ = os.Remove(filepath.Join(p.dir, lockName))
		if p.made {
			_ = os.Remove(p.dir) // fails, as it should, when there is a file in it
		}
	}
	if p.lock == nil {
		return nil
	}
	return p.lock.Release()
}
