package main

import (
	"testing"

	"sent-import/importer"
	"sent-import/importer/outcome"
)

// TestExitCodeOfResult: people who opted out need nobody, and with --invalid-ok neither
// do invalid rows; everything else that is left still shows.
func TestExitCodeOfResult(t *testing.T) {
	all := func(reasons ...outcome.Reason) outcome.ByReason {
		b := make(outcome.ByReason)
		for _, r := range reasons {
			b[r]++
		}
		return b
	}
	stop := &importer.Stop{Cause: importer.StopMaxInvalid}
	for _, c := range []struct {
		name                 string
		reasons              outcome.ByReason
		stop                 *importer.Stop
		code, ifOK, ifChecks int // without a flag, with --invalid-ok, and of a check without it
	}{
		{"all created", all(outcome.ReasonCreated, outcome.InFile), nil, 0, 0, 0},
		{"opted out", all(outcome.ReasonCreated, outcome.OptedOut), nil, 0, 0, 0},
		{"opted out, and nothing else", all(outcome.OptedOut), nil, 0, 0, 0},
		{"invalid", all(outcome.ReasonCreated, outcome.PhoneMissing), nil, 3, 0, 3},
		{"not clear", all(outcome.OptOutUnclear), nil, 3, 0, 3},
		{"opted out and invalid", all(outcome.OptedOut, outcome.RejectedByAPI), nil, 3, 0, 3},
		{"failed", all(outcome.Network), nil, 3, 3, 3},
		{"failed and invalid", all(outcome.Network, outcome.PhoneMissing), nil, 3, 3, 3},
		{"pending", all(outcome.NotAttempted, outcome.PhoneMissing), nil, 4, 4, 3},
		{"pending, and none invalid", all(outcome.NotAttempted, outcome.OptedOut), nil, 4, 4, 0},
		{"stopped", all(outcome.NotAttempted, outcome.PhoneMissing), stop, 4, 4, 4},
	} {
		r := &importer.Result{Reasons: c.reasons, Counts: c.reasons.Counts(), Stopped: c.stop}
		for want, f := range map[*int]finish{&c.code: {}, &c.ifOK: {invalidOK: true}, &c.ifChecks: {check: true}} {
			if got := f.exitCode(r); got != *want {
				t.Errorf("%s, %+v: got %d, want %d", c.name, f, got, *want)
			}
		}
	}
}
