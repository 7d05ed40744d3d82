package importer

import (
	"context"
	"errors"
	"os"
	"time"

	"sent-import/importer/ledger"
	"sent-import/importer/pace"
)

// checkID stands for the job that a check does not have: without an account
// there is none, and no idempotency keys.
const checkID = "check"

// Check plans the file and sends nothing: it needs no key and no network, and
// leaves no job behind. The Result must be closed. The errors are Run's.
func Check(ctx context.Context, o Options) (*Result, error) {
	o = o.withDefaults()
	dir, err := os.MkdirTemp("", "sent-import-check-")
	if err != nil {
		return nil, err
	}
	o.State = dir // gone when the Result is closed
	s := &session{o: o, started: time.Now(), cleanup: func() error { return os.RemoveAll(dir) }}
	result, err := s.check(ctx)
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return result, nil
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
	if s.input, err = s.readInput(ctx); err != nil {
		return nil, err
	}
	if err := s.placeReport(); err != nil {
		return nil, err
	}
	if err := s.plan(ctx, checkID, 1); err != nil {
		return nil, err
	}
	counts, err := s.counts()
	if err != nil {
		return nil, err
	}
	s.announce(counts)
	return s.result(nil, s.tooManyInvalid(counts))
}
