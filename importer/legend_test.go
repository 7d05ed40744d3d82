package importer_test

import (
	"time"

	"sent-import/importer/testenv"
)

// The words of the scenario tests.
//
// A scenario is a server, a file and options; begun, it is a stage, in virtual time, on
// which runs, kills and faults happen. The simulator is the API; its Truth is what the
// account holds and was asked. A run that is told about has a Result, the rows of its
// report and what was said.
//
// The figures below are the engine's, as a user of package importer meets them.
const (
	existingAuto = "auto" // the values of Options.Existing
	existingList = "list"
	existingOff  = "off"

	spare          = 12               // rows under way beside those in flight
	minConcurrency = 8                // of automatic concurrency
	maxLookups     = 5                // without an answer, after which a row or a question is given up
	briefTries     = 3                // of a question that a run can do without
	outageFailures = 5                // in a row, of as many rows, that make an outage
	firstProbe     = time.Second      // after an outage has begun
	lastProbe      = 30 * time.Second // between the later probes
	maxInARow      = 3                // refusals of one request alone, after which they are its own fault
	maxAlone       = 3                // refusals of the first row for its rate, after which the others go
	unaskedPause   = 10 * time.Second // after a 429 that names no time
	keylessAfter   = time.Minute      // that the idempotency cache is down

	listReaders   = 8              // pages of the list that are asked for at the same time
	maxMissed     = 5              // pages without an answer that a listing bears; one more ends it
	fewestToList  = 60             // open rows for which auto asks for the list
	listingStands = 24 * time.Hour // for which an interrupted listing is continued
)

// concurrencies are those in which a scenario is played where both may matter; with the
// race detector only the one that gives it something to watch.
func concurrencies() []int { return []int{8, 1}[:testenv.Size(2, 1)] }
