package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"sent-import/importer"
	"sent-import/importer/fleet/pool"
	"sent-import/importer/fleet/worker"
	"sent-import/importer/jobid"
	"sent-import/importer/ledger"
	"sent-import/importer/ledger/postgres"
)

// wrongAccountError says why an import is not for the account that its key is of now.
type wrongAccountError struct{ why string }

func (e *wrongAccountError) Error() string { return e.why }

// ownerOf stands for the account of a key's name where the API does not tell accounts.
func ownerOf(ref string) string { return "key " + ref }

// checkAccount makes sure, before anything is sent, that the account is the pool's alone, and
// the one in which the import was begun: the contacts of one import are in one account, as its
// report says. Where the API does not tell accounts, one key is one account. Errors:
// wrongAccountError, or [worker.Wait] where that can't be found out now.
func (j *job) checkAccount(ctx context.Context, p importer.Plan, key string) error {
	now, ref := p.Account.ID, j.slice.Import.KeyRef
	before, err := j.begunIn()
	switch {
	case err != nil:
	case before != "" && now == "":
		return &wrongAccountError{fmt.Sprintf("the API does not say of which account the key %s is now, and this import was begun in the account %s: give %s a key of that account that may read it, and enqueue the file again", ref, before, ref)}
	case before != "" && before != now:
		return &wrongAccountError{fmt.Sprintf("the key %s is of the account %s now, and this import was begun in the account %s: give %s back a key of that account and enqueue the file again, or enqueue it under another name of a key", ref, now, before, ref)}
	default:
		err = j.engine.o.Pools.ClaimAccount(ctx, j.slice.Lease, cmp.Or(now, "key "+jobid.Fingerprint(key)))
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
