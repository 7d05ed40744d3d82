package importer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"sent-import/importer/ledger"
	"sent-import/importer/pace"
	"sent-import/importer/printable"
	"sent-import/importer/private"
	"sent-import/importer/room"
)

// Check plans the file and sends nothing: it needs no key and no network, and
// leaves no job behind. The Result must be closed. The errors are Run's.
func Check(ctx context.Context, o Options) (*Result, error) {
	sweepTemporary()
	dir, err := private.TempDir(os.TempDir(), checkPrefix)
	if err != nil {
		return nil, noTemporary(err)
	}
	o.State = dir.Path // gone when the Result is closed
	s := newSession(o)
	s.cleanup = dir.Remove
	result, err := s.check(ctx)
	if err != nil {
		return nil, errors.Join(noTemporary(err), s.close())
	}
	return result, nil
}

// noTemporary says what to do where a check's own ledger, which is a temporary
// one, can't be made or used.
func noTemporary(err error) error {
	var storage *ledger.StorageError
	var path *fs.PathError
	switch {
	case errors.As(err, &storage) && room.Lacking(err):
		return fmt.Errorf("check keeps its rows in a temporary file in %s, and %s. %s, and run the same command again", printable.Path(os.TempDir()), storage.What, room.Fix(err, "TMPDIR"))
	case errors.As(err, &storage):
		return fmt.Errorf("check keeps its rows in a temporary file, and that can't be used: %s: %w. Give another directory for temporary files with TMPDIR", storage.What, storage.Err)
	case errors.As(err, &path) && filepath.Dir(path.Path) == filepath.Clean(os.TempDir()):
		return fmt.Errorf("check keeps its rows in a temporary file, and there is no place for it: %w. Give a directory that can be written to with TMPDIR", err)
	}
	return err
}

func (s *session) check(ctx context.Context) (*Result, error) {
	if err := s.o.validate(); err != nil {
		return nil, err
	}
	rate, err := s.o.pace()
	if err != nil {
		return nil, err
	}
	if s.conns, err = s.connections(); err != nil { // it makes none, but a run is to follow
		return nil, err
	}
	s.limiter = pace.New(rate)
	if s.ledger, err = ledger.Open(s.o.State); err != nil {
		return nil, err
	}
	if err := s.findInput(ctx, "TMPDIR"); err != nil {
		return nil, err
	}
	if err := s.placeReport(); err != nil {
		return nil, err
	}
	if err := s.lookAtInput(ctx); err != nil {
		return nil, err
	}
	if s.job, err = s.plan(ctx, candidate{checkID, s.canonical}, 1); err != nil {
		return nil, err
	}
	left, err := s.left()
	if err != nil {
		return nil, err
	}
	s.announce(left, ListPlan{})
	return s.result(nil, stopOf(s.tooManyInvalid(left.reasons), stopped{}))
}
