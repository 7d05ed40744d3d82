package engine

import (
	"context"
	"errors"
	"fmt"

	"sent-import/importer"
	"sent-import/importer/fleet/pool"
	"sent-import/importer/fleet/worker"
	"sent-import/importer/ledger"
	"sent-import/importer/ledger/postgres"
)

// wrongAccountError says why an import is not for the account that its key is of now.
type wrongAccountError struct{ why string }

func (e *wrongAccountError) Error() string { return e.why }

// checkAccount makes sure, before anything is sent, that the account is the pool's alone, and
// the one in which the import was begun: the contacts of one import are in one account, as its
// report says. Errors: wrongAccountError, or [worker.Wait] where that can't be found out now.
func (j *job) checkAccount(ctx context.Context, p importer.Plan) error {
	before, err := j.begunIn()
	if err == nil && before != "" && p.Account.ID != "" && before != p.Account.ID {
		return &wrongAccountError{fmt.Sprintf("the key %s is of the account %s now, and this import was begun in the account %s: give %s back a key of that account and enqueue the file again, or enqueue it under another name of a key",
			j.slice.Import.KeyRef, p.Account.ID, before, j.slice.Import.KeyRef)}
	}
	if err == nil {
		err = j.engine.o.Pools.ClaimAccount(ctx, j.slice.Lease, p.Account.ID)
	}
	var other *pool.AccountError
	switch {
	case errors.As(err, &other):
		return &wrongAccountError{other.Error()}
	case err != nil:
		return &worker.Wait{Err: err, After: waitDatabase}
	}
	return nil
}

// begunIn is the account in which the import was begun; "" where it was not, or that is not
// known.
func (j *job) begunIn() (account string, err error) {
	if j.slice.Import.Job == "" {
		return "", nil
	}
	l := ledger.Of(j.engine.o.Ledger.Store(postgres.Fence{}, j.dir))
	defer func() { err = errors.Join(err, l.Close()) }()
	entry, err := l.Job(j.slice.Import.Job)
	if errors.Is(err, ledger.ErrNoJob) {
		return "", nil
	}
	return entry.Account, err
}
