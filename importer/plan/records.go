package plan

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/printable"
	"sent-import/importer/source"
)

// Records reads the file of a job again, beside its rows.
type Records struct {
	job  ledger.Job
	file *os.File
	src  *source.Reader
	all  io.Reader // the file, through the digest
	sum  func() string
	next func() (source.Row, error, bool)
	stop func()
}

// OpenRecords opens the file of a job of the ledger, to be read by the rules by which it was planned.
// Errors: ErrInputChanged, also where the file is not there. The Records must be closed.
func OpenRecords(ctx context.Context, l *ledger.Ledger, job ledger.Job, reading Reading, layout Layout) (*Records, error) {
	if info, err := os.Stat(job.Input.Path); err == nil && !info.Mode().IsRegular() { // opening a pipe would wait for a writer
		return nil, changed(job, "it is no regular file")
	}
	f, err := os.Open(job.Input.Path)
	if err != nil {
		return nil, changed(job, err.Error())
	}
	digest := sha256.New()
	all := io.TeeReader(&contextReader{ctx, f}, digest)
	o := reading.sourceOptions()
	o.Version, o.TempDir = layout.Rules(), spoolDir(l.Dir())
	src, err := source.Open(all, f, job.Input.Bytes, o)
	if err != nil {
		return nil, errors.Join(changed(job, err.Error()), f.Close())
	}
	next, stop := iter.Pull2(src.Rows())
	return &Records{job: job, file: f, src: src, all: all, next: next, stop: stop,
		sum: func() string { return hex.EncodeToString(digest.Sum(nil)) }}, nil
}

func changed(job ledger.Job, why string) error {
	return fmt.Errorf("%s: %w: %s", printable.Path(job.Input.Name), ErrInputChanged, why)
}

// Of reads on to the row and returns its cells. In a row that goes back to the user and whose
// contact is to be marked as opted out, one of them says so. Rows are asked for in file order.
// Error: ErrInputChanged.
func (r *Records) Of(row outcome.Row) ([]string, error) {
	for {
		at, err, ok := r.next()
		switch {
		case err != nil:
			return nil, changed(r.job, err.Error())
		case !ok || at.Number > row.Number || at.Number == row.Number && at.Line != row.Line:
			return nil, changed(r.job, fmt.Sprintf("row %d is not where it was", row.Number))
		case at.Number == row.Number && row.Mark && row.GoesBack() && at.OptOut != source.OptedOut:
			return sayingOptedOut(at.Record, r.src.Columns().OptOutIndex), nil
		case at.Number == row.Number:
			return at.Record, nil
		}
	}
}

// Verify reads the rest of the file and compares its digest with the job's. Error:
// ErrInputChanged.
func (r *Records) Verify() error {
	for {
		_, err, ok := r.next()
		if err != nil {
			return changed(r.job, err.Error())
		}
		if !ok {
			break
		}
	}
	if _, err := io.Copy(io.Discard, r.all); err != nil {
		return changed(r.job, err.Error())
	}
	if r.sum() != r.job.Input.SHA256 {
		return changed(r.job, "its content is another")
	}
	return nil
}

// Close closes the file.
func (r *Records) Close() {
	r.stop()
	_ = r.src.Close()
	_ = r.file.Close() // only read
}
