package simulator

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// Wrong options are told by Validate, with what would work, and by a panic of New.
func TestWrongOptions(t *testing.T) {
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{RateLimit: -1}, "1 to 1000000"},
		{Options{RateLimit: maxRateLimit + 1}, "1 to 1000000"},
		{Options{BucketSize: -1}, "1 to 1000000"},
		{Options{BucketSize: maxRateLimit + 1}, "1 to 1000000"},
		{Options{PageSizeMax: -1}, "0 for the default"},
		{Options{History: -1}, "0 for the default"},
		{Options{IdempotencyTTL: -time.Second}, "0 for the default"},
		{Options{InFlightWait: -time.Second}, "0 for the default"},
		{Options{InvalidStatus: 600}, "200 to 599"},
		{Options{MeStatus: 199}, "200 to 599"},
		{Options{MeData: "{"}, "not JSON"},
		{Options{Outage: Fault{Kind: WrongNumber}}, "wrongnumber"},
	} {
		err := c.o.Validate()
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Validate of %+v: got %v, want %q in it", c.o, err, c.want)
		}
		equal(t, "panics", panics(func() { New(c.o) }), true)
	}
	s := New(Options{RateLimit: maxRateLimit, BucketSize: maxRateLimit, Algorithm: TokenBucket})
	equal(t, "the largest limit", do(t, s, call{path: "/v3/me"}).status, http.StatusOK)
	for _, limit := range []int{-1, 0, maxRateLimit + 1} {
		equal(t, "panics", panics(func() { s.SetRateLimit(limit) }), true)
	}
}

func panics(f func()) (did bool) {
	defer func() { did = recover() != nil }()
	f()
	return false
}
