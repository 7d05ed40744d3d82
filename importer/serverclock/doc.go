// Package serverclock compares the API's clocks with ours, to tell whose contact it
// is that is found after a lost request: ours if it was created, or restored, while
// that request can have been carried out.
//
// Three clocks have a part in that, and none of them is trusted:
//
//		span on our clock → + offsets of the server's clock → + datings of contacts → window ∋ date?
//
//	  - A [Span] of a lost request, from its start until a grace after it was given
//	    up, is kept on our clock, with the run that it belongs to.
//	  - An [Offset] is how far the server's clock is ahead of ours, as an interval.
//	    Each answer of the API narrows it down, or adds another one if it contradicts
//	    them all: a clock was set, or two servers answer. Answers that are not the
//	    API's say nothing. A span is judged when its contact is found, by all offsets
//	    that were known in its run or since; the ledger keeps those of each run.
//	  - A [Dating] is how far the clock that dates contacts is ahead of the clock of
//	    the answers, of any size and in both directions. Our own answered creations
//	    show it. Once [Enough] agree, it is known and decides, in later runs and for
//	    other jobs too. Before that, a creation that contradicts the clock of the
//	    answers, and a date without a zone, make dates no evidence; as long as nothing
//	    does, the clock of the answers decides.
//
// The package has no clock, no ledger and no network: it is told all times.
package serverclock
