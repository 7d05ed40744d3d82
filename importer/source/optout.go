package source

// OptOut is what a row says of a person's wish to get no messages.
type OptOut int

const (
	OptedIn       OptOut = iota // nothing says otherwise
	OptedOut                    // no messages
	OptOutUnclear               // a cell that is not understood, or a consent cell that is blank
)
