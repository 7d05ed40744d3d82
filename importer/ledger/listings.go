package ledger

import (
	"fmt"
	"iter"
	"time"

	"sent-import/importer/ledger/storage"
	"sent-import/importer/outcome"
)

// Listing is how far the account's list of contacts has been read for a job.
type Listing struct {
	PageSize  int       // contacts that a page was asked for
	Pages     int       // read, from the first on and without a gap
	StartedAt time.Time // when the first of them was asked for
	Complete  bool      // there was nothing more to read
}

// Listing returns how far the list was read for the job; the zero value if it
// never was.
func (l *Ledger) Listing(j Job) (Listing, error) {
	found, err := storage.Query(l.db, `SELECT page_size, pages, started_at, complete FROM listings WHERE job = ?`, scanListing, j.pk)
	if err != nil || len(found) == 0 {
		return Listing{}, l.wrap("read the listing", err)
	}
	return found[0], nil
}

func scanListing(s *storage.Row, g *Listing) error {
	var started int64
	err := s.Scan(&g.PageSize, &g.Pages, &started, &g.Complete)
	g.StartedAt = fromMillis(started)
	if err == nil && (g.PageSize < 1 || g.Pages < 0) {
		err = fmt.Errorf("%w: a list was read up to page %d of %d contacts each", ErrDamaged, g.Pages, g.PageSize)
	}
	return err
}

// listable are the rows that the list may settle: every request for them was
// answered, so a contact that is in the list was made by somebody else. A row that
// failed with outcome_unknown is left out even if no request of this ledger is in
// doubt: the API had answered that one was still being processed.
const listable = untouched + ` AND reason <> 'outcome_unknown'`

// Numbered is a row with the digits of its E.164 number.
type Numbered struct {
	Number int
	Digits uint64
}

// Listable reads the rows that the list of contacts may settle, in file order:
// those of Untouched, except the ones that failed with outcome_unknown.
func (l *Ledger) Listable(j Job) iter.Seq2[Numbered, error] { return l.numbered(j, listable) }

// CountListable counts them.
func (l *Ledger) CountListable(j Job) (int, error) { return l.countRows(j, listable) }

func (l *Ledger) numbered(j Job, which string) iter.Seq2[Numbered, error] {
	query := `SELECT number, coalesce(phone, 0) FROM rows WHERE job = ? AND number > ? AND ` + which + ` ORDER BY number LIMIT ?`
	next := func(after int) ([]Numbered, error) {
		return storage.Query(l.db, query, scanNumbered, j.pk, after, page)
	}
	return paged(l, "read rows", next, func(n Numbered) int { return n.Number })
}

func scanNumbered(s *storage.Row, n *Numbered) error {
	var digits int64
	if err := s.Scan(&n.Number, &digits); err != nil {
		return err
	}
	if digits < 1 || digits > outcome.MaxE164 {
		return fmt.Errorf("%w: row %d has no phone number", ErrDamaged, n.Number)
	}
	n.Digits = uint64(digits)
	return nil
}

func (l *Ledger) countRows(j Job, which string) (int, error) {
	found, err := storage.Query(l.db, `SELECT count(*) FROM rows WHERE job = ? AND `+which, storage.ScanOne[int], j.pk)
	if err != nil {
		return 0, l.wrap("count rows", err)
	}
	return found[0], nil
}

// Listed is a row whose contact the list has shown.
type Listed struct {
	Number     int // of a row that Listable gave
	ContactID  string
	HTTPStatus int // of the page
	RequestID  string

	ToMark    bool   // the row wants its contact marked, which is not; else the row is a duplicate
	UpdatedAt string // of the contact, as the list shows it
	Message   string
}

// SettleListed writes, in one commit, how far the list has been read and that the
// rows are duplicates, or that only the mark of their contacts is left. It returns at once; the channel gives the result when the
// commit is on the disk. Each row can be settled once, and only while no request for
// it is in doubt; otherwise the error is [ErrDamaged].
func (r *Run) SettleListed(rows []Listed, at Listing, now time.Time) <-chan error {
	const settle = `UPDATE rows SET status = 'duplicate', reason = 'already_exists', contact_id = ?, http_status = ?,
		error_code = NULL, message = ?, request_id = ?, settled_at = ? WHERE job = ? AND number = ? AND ` + listable
	return r.ledger.db.Start(func(tx storage.Tx) error {
		r.touch(tx, now)
		for _, row := range rows {
			if row.ToMark {
				if err := r.foundListed(tx, row); err != nil {
					return err
				}
				continue
			}
			err := tx.ExecRow(settle, text(row.ContactID), positive(row.HTTPStatus), text(row.Message), text(row.RequestID), millis(now), r.job.pk, row.Number)
			if err != nil {
				return err
			}
		}
		return tx.Exec(`INSERT INTO listings (job, page_size, pages, started_at, complete) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (job) DO UPDATE SET page_size = excluded.page_size, pages = excluded.pages,
			started_at = excluded.started_at, complete = excluded.complete`,
			r.job.pk, at.PageSize, at.Pages, millis(at.StartedAt), at.Complete)
	})
}
