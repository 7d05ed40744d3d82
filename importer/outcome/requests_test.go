package outcome

import "testing"

func TestRequests(t *testing.T) {
	r := Requests{1, 2, 3, 4, 5, 6, 7, 8, 9}
	if got, want := r.Add(Requests{1, 1, 1, 1, 1, 1, 1, 1, 1}), (Requests{2, 3, 4, 5, 6, 7, 8, 9, 10}); got != want {
		t.Errorf("Add: got %+v, want %+v", got, want)
	}
	if got := r.Total(); got != 28 {
		t.Errorf("Total: got %d, want 28: retries and answers 429 are among the others", got)
	}
}
