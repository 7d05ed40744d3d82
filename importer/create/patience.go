package create

import (
	"strconv"
	"time"
)

// elsewherePoll is how often the ledger is asked whether another import has settled a row.
const elsewherePoll = time.Second

// patience is how long a row of a job waits for another import's: as long as a request of
// that may take, and a little more in one of the two than in the other, if they wait for
// each other.
func patience(jobID string, grace time.Duration) time.Duration {
	more, err := strconv.ParseUint(jobID[:min(2, len(jobID))], 16, 8)
	if err != nil {
		more = 0 // not an id that a run has made
	}
	return grace + time.Duration(more)*250*time.Millisecond
}
