package pool

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// State says what becomes of an import.
type State string

// The states.
const (
	Open      State = "open"      // it waits, or is worked on
	Done      State = "done"      // it came to its end
	Stopped   State = "stopped"   // it needs somebody; enqueued again it goes on
	Cancelled State = "cancelled" // somebody has cancelled it
)

// ErrNoImport says that there is no import with this id.
var ErrNoImport = errors.New("no such import")

// Wanted is an import that is enqueued.
type Wanted struct {
	KeyRef      string
	BaseURL     string // in its one spelling
	Profile     string // "": the account itself
	Sandbox     bool
	InputName   string // of the file, without its directory
	InputSHA256 string
	InputBytes  int64
	Options     json.RawMessage // of the engine, without the above
	NotBefore   time.Time       // zero: at once
}

// Pool is the name of the pool: those with one key share its limit.
func (w Wanted) Pool() string { return w.BaseURL + "|" + w.KeyRef }

// KeyRef is the reference of the key of a pool, given by its name.
func KeyRef(pool string) string { return pool[strings.LastIndex(pool, "|")+1:] }

// Import is an import of the fleet.
type Import struct {
	Wanted
	ID        int64
	State     State
	Reason    string // why it is stopped, or waits; "" for none
	Takeovers int    // holders that were lost since it got further last
	Tries     int    // slices that ended with an error since then
	Mark      int64  // see Pulse
	Job       string // its job in the ledger; "" before it has one
	Counts    json.RawMessage
	PerMinute float64
	Report    string // prefix of the report in the store: of an open import, of its last end; "" where there is none
	ExitCode  int    // -1 before its end
	Enqueued  time.Time
	Changed   time.Time
}

func scanImport(row pgx.Row) (i Import, err error) {
	var notBefore *time.Time // NULL for '-infinity'
	err = row.Scan(&i.ID, &i.KeyRef, &i.BaseURL, &i.Profile, &i.Sandbox, &i.InputName, &i.InputSHA256, &i.InputBytes, &i.Options, &notBefore,
		&i.State, &i.Reason, &i.Takeovers, &i.Tries, &i.Mark, &i.Job, &i.Counts, &i.PerMinute, &i.Report, &i.ExitCode, &i.Enqueued, &i.Changed)
	if notBefore != nil {
		i.NotBefore = *notBefore
	}
	return i, err
}

// Import returns an import. Its error is ErrNoImport where there is none.
func (d *DB) Import(ctx context.Context, id int64) (Import, error) {
	i, err := scanImport(d.conns.QueryRow(ctx, `SELECT `+readable+` FROM imports WHERE id = $1`, id))
	if errors.Is(err, pgx.ErrNoRows) {
		err = fmt.Errorf("import %d: %w", id, ErrNoImport)
	}
	return i, err
}

// Imports returns the imports, the newest first: those of a pool, or with "" all.
func (d *DB) Imports(ctx context.Context, pool string) ([]Import, error) {
	rows, err := d.conns.Query(ctx, `SELECT `+readable+` FROM imports WHERE $1 = '' OR pool = $1 ORDER BY id DESC`, pool)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Import, error) { return scanImport(row) })
}

// Cancel cancels an import that is open or stopped: its worker stops at its next renewal.
// What was created stays. The import is as it was before.
func (d *DB) Cancel(ctx context.Context, id int64) (before Import, err error) {
	err = pgx.BeginFunc(ctx, d.conns, func(tx pgx.Tx) error {
		before, err = scanImport(tx.QueryRow(ctx, `SELECT `+readable+` FROM imports WHERE id = $1 FOR UPDATE`, id))
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE imports SET state = 'cancelled', reason = '', report = CASE WHEN state = 'open' THEN '' ELSE report END, changed_at = clock_timestamp()
			WHERE id = $1 AND state IN ('open', 'stopped')`, id)
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		err = fmt.Errorf("import %d: %w", id, ErrNoImport)
	}
	return before, err
}

// Next says that the holder works on the oldest import of the pool that is open and due, and
// returns it; ok is false where there is none. Its error is ErrLost where the lease is over.
func (d *DB) Next(ctx context.Context, l Lease) (next Import, ok bool, err error) {
	var id *int64
	err = d.conns.QueryRow(ctx, `UPDATE pools SET current = (SELECT id FROM imports WHERE pool = $1 AND state = 'open'
			AND not_before <= clock_timestamp() ORDER BY id LIMIT 1)
		WHERE pool = $1 AND epoch = $2 AND lease_until > clock_timestamp() RETURNING current`, l.Pool, l.Epoch).Scan(&id)
	if err != nil || id == nil {
		return Import{}, false, lost(err)
	}
	next, err = d.Import(ctx, *id)
	return next, err == nil, err
}

// Ending is how a slice of an import ended.
type Ending struct {
	State    State // Open: it goes on later
	Reason   string
	Wait     time.Duration // of an open import, before it goes on
	Failed   bool          // it ended with an error: after MaxTakeovers of them it is stopped
	Job      string        // "": as it was
	Counts   json.RawMessage
	Report   string          // "": as it was, or where it is not open any more, none: what an earlier end has left may not be true any more
	ExitCode int             // of one that is not open
	Pace     json.RawMessage // what the account's limit has seen of late; nil: as it was. It is the pool's, see Release
}

// Finish writes down how a slice of an import ended. One that was cancelled meanwhile stays
// cancelled. Its error is ErrLost where the lease is over.
func (d *DB) Finish(ctx context.Context, l Lease, id int64, e Ending) (State, error) {
	var state State
	err := d.conns.QueryRow(ctx, `UPDATE imports SET state = CASE WHEN state = 'open' THEN CASE WHEN $4 = 'open' AND $7 AND tries + 1 >= $8 THEN 'stopped' ELSE $4 END ELSE state END,
			reason = $5, not_before = CASE WHEN $4 = 'open' THEN clock_timestamp() + $6 ELSE not_before END,
			tries = CASE WHEN $7 THEN tries + 1 ELSE 0 END, takeovers = CASE WHEN $7 THEN takeovers ELSE 0 END,
			job = coalesce(nullif($9, ''), job), counts = coalesce($10, counts), report = CASE WHEN $11 = '' AND $4 = 'open' AND NOT ($7 AND tries + 1 >= $8) THEN report ELSE $11 END,
			exit_code = CASE WHEN $4 = 'open' AND NOT ($7 AND tries + 1 >= $8) THEN NULL ELSE $12::integer END,
			per_minute = 0, changed_at = clock_timestamp()
		WHERE id = $3 AND `+fence+` RETURNING state`,
		l.Pool, l.Epoch, id, e.State, storable(e.Reason), e.Wait, e.Failed, MaxTakeovers, e.Job, e.Counts, e.Report, e.ExitCode).Scan(&state)
	return state, lost(err)
}

// readable is the columns of an import as Go can read them: it knows no '-infinity'.
const readable = `id, key_ref, base_url, profile, sandbox, input_name, input_sha256, input_bytes, options, nullif(not_before, '-infinity'),
	state, reason, takeovers, tries, mark, job, counts, per_minute, report, coalesce(exit_code, -1), enqueued_at, changed_at`
