package report

import (
	"strconv"
	"testing"
)

// TestReceiptQuotesIDs: the sum is compared with those that earlier versions have written.
func TestReceiptQuotesIDs(t *testing.T) {
	ids := []string{"", "3fa85f64-5717-4562-b3fc-2c963f66afa6", `a"b`, `a\b`, "é", "\x00", "\x7f", "\xff", "a\nb", "=1+1", "+", "(x", " id"}
	for b := range 256 {
		ids = append(ids, string([]byte{byte(b)}), string([]byte{'a', byte(b)}))
	}
	for _, id := range ids {
		if got, want := string(appendQuotedID(nil, id)), strconv.Quote(id); got != want {
			t.Errorf("got %s for %q, want %s", got, id, want)
		}
	}
}
