package plan

// The flags that notices about a file name: they are kept with the job and appear in
// reports long after the command has ended. A test of the command checks that it has
// them.
const (
	flagNumbers      = "--numbers"
	flagRegion       = "--region"
	flagOptOut       = "--opt-out"
	flagOptOutColumn = "--opt-out-column"
)
