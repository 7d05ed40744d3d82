package retry

import (
	"testing"
	"time"

	"sent-import/importer/sent"
)

// The load of the server excuses a request ten times, also while others are answered.
func TestPardonsAreBounded(t *testing.T) {
	var luck Luck
	for n := 1; n <= maxRefusals+2; n++ {
		want := Overloaded
		if n > maxRefusals {
			want = Guilty
		}
		a := sent.Answer{ReceivedAt: t0.Add(time.Duration(n) * time.Minute)}
		if got := luck.Pardons(a, Blame{Load: true, Answers: int64(n)}); got != want {
			t.Errorf("refusal %d: got %d, want %d", n, got, want)
		}
	}
}
