package ledger

import "sent-import/importer/ledger/storage"

// Timeline is the timeline of a job, as a run of it has written it last; "" if none has.
func (l *Ledger) Timeline(j Job) (string, error) {
	found, err := storage.Query(l.db, `SELECT timeline FROM timelines WHERE job = ?`, storage.ScanOne[string], j.pk)
	if err != nil || len(found) == 0 {
		return "", l.wrap("read the timeline", err)
	}
	return found[0], nil
}

// SaveTimeline writes the timeline of a job that a run has completed.
func (l *Ledger) SaveTimeline(j Job, text string) error {
	return l.wrap("write the timeline", storage.Write(l.db, func(tx storage.Tx) error { return j.saveTimeline(tx, text) }))
}

func (j Job) saveTimeline(tx storage.Tx, text string) error {
	return tx.Exec(`INSERT INTO timelines (job, timeline) VALUES (?, ?) ON CONFLICT (job) DO UPDATE SET timeline = excluded.timeline`, j.pk, text)
}
