package ledger

import (
	"database/sql"
	"time"

	"sent-import/importer/ledger/storage"
	"sent-import/importer/serverclock"
)

// Elsewhere is what the rows of other jobs say about a contact.
type Elsewhere int

// What they say.
const (
	UnknownElsewhere Elsewhere = iota
	ClaimedElsewhere           // a run has a row with its number under way
	CreatedElsewhere           // a row has created it
)

// Elsewhere looks in the rows of other jobs for one that has created the contact of a
// number, or may be about to: a row of the same account and profile that is claimed
// by a run whose lease had not ended at alive. It reads all rows of the jobs that
// were run since a time on the server's clock; for a run that has not seen that clock,
// ahead is how far that clock is ahead of ours.
func (l *Ledger) Elsewhere(j Job, phone, contactID string, since time.Time, ahead time.Duration, alive time.Time) (Elsewhere, error) {
	found, err := storage.Query(l.db, `SELECT max(CASE WHEN `+madeContact+` THEN 2 ELSE 1 END) FROM rows
		WHERE job IN (SELECT job FROM runs WHERE finished_at + coalesce(offset_high, ?) >= ? AND job <> ?) AND (
			`+madeContact+` AND contact_id = ? AND `+notUndone+`
			OR phone = ? AND claimed_run IS NOT NULL AND `+notToMark+` AND EXISTS (
				SELECT 1 FROM runs JOIN jobs USING (job)
				WHERE runs.job = rows.job AND run = claimed_run AND lease_until >= ?
				AND base_url = ? AND account = ? AND profile = ? AND sandbox = 0))`,
		scanElsewhere, ceilMillis(ahead), millis(since), j.pk, contactID, phoneToSQL(phone), millis(alive), j.BaseURL, j.Account, j.Profile)
	if err != nil || len(found) == 0 {
		return UnknownElsewhere, l.wrap("look for a contact", err)
	}
	return found[0], nil
}

func scanElsewhere(s *storage.Row, e *Elsewhere) error {
	var n sql.NullInt64
	err := s.Scan(&n)
	*e = Elsewhere(n.Int64)
	return err
}

// LostElsewhere are the spans of lost requests of older jobs for a number, which may have
// created its contact.
type LostElsewhere struct {
	Jobs        serverclock.Spans // of jobs that settle them when they are run again
	Generations serverclock.Spans // of earlier generations of the job, which nothing will ever settle
}

// DoubtsElsewhere returns the lost requests for a number in older jobs of the same
// account and profile: those of rows in doubt, and of rows that were claimed by a run that
// died, whose requests the server may have carried out up to grace later. since and ahead
// are as in Elsewhere.
func (l *Ledger) DoubtsElsewhere(j Job, phone string, since time.Time, ahead, grace time.Duration) (lost LostElsewhere, err error) {
	base := BaseID(j.ID)
	found, err := storage.Query(l.db, `SELECT coalesce(windows, ''), coalesce(claimed_at, 0),
		coalesce((SELECT lease_until FROM runs WHERE runs.job = rows.job AND run = claimed_run), 0), substr(id, 1, ?) = ?
		FROM rows JOIN jobs USING (job) WHERE phone = ? AND (windows IS NOT NULL OR claimed_run IS NOT NULL) AND `+notToMark+` AND job IN (
			SELECT job FROM jobs WHERE job < ? AND base_url = ? AND account = ? AND profile = ? AND sandbox = 0
			AND job IN (SELECT job FROM runs WHERE finished_at + coalesce(offset_high, ?) >= ?))`,
		scanDoubt, len(base), base, phoneToSQL(phone), j.pk, j.BaseURL, j.Account, j.Profile, ceilMillis(ahead), millis(since))
	for _, d := range found {
		spans := d.lost
		if !d.claimed.IsZero() {
			spans = append(spans, serverclock.ClaimSpan(1, d.claimed, d.lease, grace)) // on our clock
		}
		if d.generation {
			lost.Generations = append(lost.Generations, spans...)
		} else {
			lost.Jobs = append(lost.Jobs, spans...)
		}
	}
	return lost, l.wrap("look for a contact", err)
}

// otherDoubt is a row of another job that may have created a contact.
type otherDoubt struct {
	lost           serverclock.Spans
	claimed, lease time.Time // zero: it is not under way
	generation     bool      // the job is an earlier generation of the one that asks
}

func scanDoubt(s *storage.Row, d *otherDoubt) error {
	var windows string
	var claimed, lease int64
	var generation int
	err := s.Scan(&windows, &claimed, &lease, &generation)
	if err != nil {
		return err
	}
	d.claimed, d.lease, d.generation = fromMillis(claimed), fromMillis(lease), generation == 1
	d.lost, err = parseSpans(windows)
	return err
}
