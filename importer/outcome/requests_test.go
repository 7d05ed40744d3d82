package outcome

import "testing"

func TestRequests(t *testing.T) {
	r := Requests{1, 2, 3, 4, 5, 6}
	if got, want := r.Add(Requests{1, 1, 1, 1, 1, 1}), (Requests{2, 3, 4, 5, 6, 7}); got != want {
		t.Errorf("Add: got %+v, want %+v", got, want)
	}
	if got := r.Total(); got != 10 {
		t.Errorf("Total: got %d, want 10: retries and answers 429 are among the others", got)
	}
}
