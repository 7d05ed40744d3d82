package outcome

import "testing"

func TestByReason(t *testing.T) {
	b := ByReason{ReasonCreated: 1, ReasonRecovered: 2, AlreadyExists: 4, PhoneMissing: 8, OptOutUnclear: 16, OptedOut: 32, Network: 64, NotAttempted: 128, InFile: 0}
	if got, want := b.Counts(), (Counts{Rows: 255, Created: 3, Duplicate: 4, Invalid: 56, Failed: 64, Pending: 128}); got != want {
		t.Errorf("counts: got %+v, want %+v", got, want)
	}
	if got := b.ToRepair(); got != 24 {
		t.Errorf("to repair: got %d, want the 24 that are invalid and did not opt out", got)
	}
	if got := ByReason(nil).Counts(); got != (Counts{}) {
		t.Errorf("counts of nothing: got %+v, want none", got)
	}
}
