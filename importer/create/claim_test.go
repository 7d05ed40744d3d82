package create

import (
	"testing"
	"time"
)

// The claimer claims more at once where rows are taken fast, and fewer where they wait.
func TestNextClaim(t *testing.T) {
	const fast, fit, slow = claimAtLeast - time.Millisecond, claimAtLeast, claimAtMost + time.Millisecond
	for _, test := range []struct {
		size int
		took time.Duration
		want int
	}{
		{1, fast, 2}, {400, fast, maxClaim}, {8, fit, 8}, {8, claimAtMost, 8}, {8, slow, 4}, {1, slow, 1},
	} {
		if got := nextClaim(test.size, test.took); got != test.want {
			t.Errorf("%d rows that took %v: got %d, want %d", test.size, test.took, got, test.want)
		}
	}
}
