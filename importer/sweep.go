package importer

import (
	"os"

	"sent-import/importer/ledger"
	"sent-import/importer/plan"
	"sent-import/importer/private"
)

// Names of the directories that a check and a demonstration have while they go on.
const (
	checkPrefix = "sent-import-check-"
	demoPrefix  = "sent-import-demo-"
)

// sweepState removes what processes have left that were killed: it holds
// numbers, and nobody else would ever remove it. What a living process has is
// locked by it, and stays.
func sweepState(l *ledger.Ledger) {
	sweepTemporary()
	plan.Sweep(l)
	l.SweepLocks()
}

// sweepTemporary does the same in the directory of temporary files.
func sweepTemporary() {
	private.SweepDirs(os.TempDir(), checkPrefix)
	private.SweepDirs(os.TempDir(), demoPrefix)
}
