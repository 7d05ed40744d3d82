package ledger

import (
	"database/sql"
	"time"

	"sent-import/importer/ledger/storage"
)

// List is what is kept of a list: what people call by one name, though its file, and so its
// job, is another one every night.
type List struct {
	Job         Job       // the newest; the zero value where there is none, or it was dropped
	CompletedAt time.Time // when a run of the list was complete last; zero: never
	SucceededAt time.Time // when one left nothing to anybody last; zero: never
}

// List returns what is known of the list; the zero value for one that is not known.
func (l *Ledger) List(name string) (list List, err error) {
	type entry struct {
		job                  int64
		completed, succeeded time.Time
	}
	found, err := storage.Query(l.db, `SELECT job, completed_at, succeeded_at FROM lists WHERE list = ?`, func(s *storage.Row, e *entry) error {
		var completed, succeeded sql.NullInt64
		err := s.Scan(&e.job, &completed, &succeeded)
		e.completed, e.succeeded = fromMillis(completed.Int64), fromMillis(succeeded.Int64)
		return err
	}, l.db.Scope()+name)
	if err != nil || len(found) == 0 {
		return List{}, l.wrap("read lists", err)
	}
	list.CompletedAt, list.SucceededAt = found[0].completed, found[0].succeeded
	jobs, err := l.jobs(`WHERE job = ?`, found[0].job)
	if err == nil && len(jobs) > 0 {
		list.Job, err = jobs[0], jobs[0].Damaged
	}
	return list, err
}

// EndRunOf writes how a run of the list has ended: its job, and the times, of which one that
// is zero stays what it was.
func (l *Ledger) EndRunOf(name string, end List) error {
	return l.wrap("write lists", storage.Write(l.db, func(tx storage.Tx) error {
		return tx.Exec(`INSERT INTO lists (list, job, completed_at, succeeded_at) VALUES (?, ?, ?, ?)
			ON CONFLICT (list) DO UPDATE SET job = excluded.job, completed_at = coalesce(excluded.completed_at, lists.completed_at),
			succeeded_at = coalesce(excluded.succeeded_at, lists.succeeded_at)`,
			l.db.Scope()+name, end.Job.pk, positive(millis(end.CompletedAt)), positive(millis(end.SucceededAt)))
	}))
}
