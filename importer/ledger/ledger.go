// Package ledger is the durable state of the importer: the jobs, the rows of each
// job, and the state of each row. It is the only package that knows what is in its tables;
// the database under it is a [storage.Store]. Each file here is named after the table that it
// reads and writes; queue.go holds the claims and outcomes of rows.
//
//	plan → rows (pending, invalid, duplicate) → Claim → send → Settle → report
//
// # What it promises
//
// The ledger is the queue. A row is claimed before its request is sent and
// settled after the answer, and both are on the disk before the next step
// relies on them:
//
//   - Claim returns only after the claim is synced. A request that has been
//     sent therefore always has a claim, whatever happens to the process or to
//     the power: a claimed row that is not settled may have reached the API,
//     an unclaimed one can't have.
//   - A settle is committed as a whole or not at all. If a settle is lost, the
//     row is still claimed, and the next run sends the request again with the
//     same idempotency key.
//   - A run holds a lease on the disk ([Run.Lease]). No request may start after
//     the lease has ended, so a run that died can have sent its last request no
//     later than that. With this bound a later run can tell a creation whose
//     answer was lost from a creation by somebody else.
//
// The order of the syncs is the order of these sentences. SQLite runs with a
// write-ahead log and synchronous=FULL: a commit has reached the disk when it
// returns, as far as the disk tells the truth. Commits of rows that are ready
// at the same time share one sync (group commit).
//
// # Where it is
//
// [Open] has it in one file. What it asks of a database is [storage.Store], so that the same
// ledger can be in a PostgreSQL database that many machines share ([Of]): what is different
// there, such as that a lease takes the place of the jobs' locks, is on the page of package
// ledger/postgres. The rest of this page is about the file.
//
// # Where it ends
//
// One file serves many jobs and many processes at once, on one machine: file
// locks and SQLite's shared memory don't work over network file systems. A copy
// of the file is whole only together with its log (ledger.db-wal), or when
// nobody has it open.
//
// The file is created whole and linked into place, so an empty, cut or foreign
// file is damage and never a new ledger. Damage is reported as [ErrDamaged], by
// Open or by the first call that meets it. After damage of the file, this Ledger
// writes neither to the file nor to its log; after rows or values of one job that
// can't be right, it still writes other jobs. In both cases Close does not copy the
// log into the file. The shared memory (ledger.db-shm) may always be written, since
// it holds no data of its own. What was written before the damage was met stays
// written. Three kinds of damage
// can't be detected: other bytes inside a value, since SQLite keeps no checksums
// of pages; a log that is missing, cut, or broken in its last two transactions,
// since a power loss leaves such logs; and another whole ledger in its place.
package ledger

import (
	"fmt"
	"time"

	"sent-import/importer/ledger/sqlite"
	"sent-import/importer/ledger/storage"
)

// FileName is the name of the ledger's file inside the state directory.
const FileName = sqlite.FileName

// The errors of the database under the ledger; see [storage].
var (
	ErrDamaged     = storage.ErrDamaged
	ErrNewer       = storage.ErrNewer
	ErrDiskFull    = storage.ErrDiskFull
	ErrBusy        = storage.ErrBusy
	ErrLeaseLost   = storage.ErrLeaseLost
	ErrUnreachable = storage.ErrUnreachable
)

// StorageError says why a directory can't hold a ledger, or no longer.
type StorageError = storage.Error

// Ledger is an open ledger. Its methods may be called from several goroutines.
type Ledger struct{ db storage.Store }

// Open opens the ledger in the state directory dir, which it creates (0700)
// with an empty ledger (0600) if there is none.
//
// Errors: [ErrDamaged], [ErrNewer], [ErrDiskFull], [*StorageError], or the file system's.
func Open(dir string) (*Ledger, error) { return open(dir, migrations[:]) }

func open(dir string, schema []string) (*Ledger, error) {
	db, err := sqlite.Open(dir, schema)
	if err != nil {
		return nil, err
	}
	return &Ledger{db}, nil
}

// Of is the ledger in another database, which has its tables. Close closes the store.
func Of(db storage.Store) *Ledger { return &Ledger{db} }

// Close commits what is queued and closes the file.
func (l *Ledger) Close() error { return l.db.Close() }

// Notice is what people should know about others who can get at the ledger; "" for
// nothing.
func (l *Ledger) Notice() string { return l.db.Notice() }

// Dir is the state directory.
func (l *Ledger) Dir() string { return l.db.Dir() }

// FreeBytes is how much of the ledger's file is free for what is written next.
func (l *Ledger) FreeBytes() (int64, error) {
	free, err := l.db.FreeBytes()
	return free, l.wrap("read its free room", err)
}

// SetAside renames a damaged ledger in dir, with its companions, so that Open
// starts a new one and the damaged one can still be looked at. It returns the
// new name of the main file. Nobody may have the ledger open.
func SetAside(dir string, now time.Time) (string, error) { return sqlite.SetAside(dir, now) }

// wrap adds to an error what was being done; nil stays nil. Damage of the file that a
// reader meets stops the writer, too.
func (l *Ledger) wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("ledger: %s: %w", doing, l.db.Explain(err))
}
