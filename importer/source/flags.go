package source

// The flags that set the fields of [Options]. Whatever this package finds out
// about a file is told with the flag that changes it. Notices are kept with the
// job and appear in reports long after the command has ended, and most messages
// name a flag in the middle of a sentence. So the texts hold the flags
// themselves, spelled here alone. A test of the command checks that it has them.
const (
	flagPhoneColumn  = "--phone-column"
	flagRegionColumn = "--region-column"
	flagNoHeader     = "--no-header"
	flagDelimiter    = "--delimiter"
	flagEncoding     = "--encoding"
	flagSkipLines    = "--skip-lines"
	flagSheet        = "--sheet"
	flagOptOutColumn = "--opt-out-column"
	flagOptOut       = "--opt-out"
)
