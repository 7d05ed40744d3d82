package ledger

import (
	"iter"

	"sent-import/importer/ledger/storage"
)

// saidOptedOut are the rows of a job whose numbers it takes as those of people who opted
// out: left out, or marked.
const saidOptedOut = `phone IS NOT NULL AND (reason = 'opted_out' OR mark IS NOT NULL)`

// OptedOut reads the numbers of people who opted out as the other jobs for the same base
// URL, account and profile have them, rehearsals and earlier generations too: what a list
// said there is true here. A number comes once for each row that has it. Where the account
// of this job or of the other one is not known, they may have the same one, and the other
// counts. It reads all rows of those jobs.
func (l *Ledger) OptedOut(j Job) iter.Seq2[uint64, error] {
	return func(yield func(uint64, error) bool) {
		others, err := storage.Query(l.db, `SELECT job FROM jobs WHERE job <> ? AND base_url = ? AND profile = ?
			AND (account IN (?, '') OR ? = '') ORDER BY job`,
			storage.ScanOne[int64], j.pk, j.BaseURL, j.Profile, j.Account, j.Account)
		if err != nil {
			yield(0, l.wrap("read who opted out", err))
			return
		}
		for _, pk := range others {
			for n, err := range l.numbered(Job{pk: pk}, saidOptedOut) {
				if !yield(n.Digits, err) || err != nil {
					return
				}
			}
		}
	}
}
