package sent

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The X-RateLimit headers as net/http spells them: in any other spelling each
// look-up would have to make this one.
const (
	limitHeader     = "X-Ratelimit-Limit"
	remainingHeader = "X-Ratelimit-Remaining"
	resetHeader     = "X-Ratelimit-Reset"
)

// decodeHeader reads the fields that are in the headers.
func (a *Answer) decodeHeader() {
	h := a.Header
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		a.Date = date
	}
	a.RequestID = identifier(h.Get("X-Request-Id"))
	a.Replayed = strings.EqualFold(h.Get("Idempotent-Replayed"), "true")
	a.Sandbox = strings.EqualFold(h.Get("X-Sandbox"), "true")
	now := a.Date
	if now.IsZero() {
		now = a.ReceivedAt
	}
	a.RetryAfter, a.HasRetryAfter = retryAfter(h.Get("Retry-After"), now)
	a.RateLimit = rateLimit(h)
}

// retryAfter reads a Retry-After header: whole seconds, or a date, which is
// compared with now. What is negative or past is 0, what is too long for a
// Duration is the longest one, and what is neither form is absent (ok false).
func retryAfter(value string, now time.Time) (d time.Duration, ok bool) {
	if value = strings.TrimSpace(value); value == "" {
		return 0, false
	}
	seconds, err := strconv.ParseInt(value, 10, 64)
	if err == nil || errors.Is(err, strconv.ErrRange) { // then seconds is the nearest int64
		const most = math.MaxInt64 / int64(time.Second)
		return time.Duration(min(max(seconds, 0), most)) * time.Second, true
	}
	date, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	return max(date.Sub(now), 0), true
}

// rateLimit reads the X-RateLimit headers, each for itself.
func rateLimit(h http.Header) RateLimit {
	var r RateLimit
	if limit, ok := count(h.Get(limitHeader)); ok {
		r.Limit = int(min(limit, math.MaxInt32))
	}
	if left, ok := count(h.Get(remainingHeader)); ok {
		r.Remaining, r.HasRemaining = int(min(left, math.MaxInt32)), true
	}
	if reset, ok := count(h.Get(resetHeader)); ok && reset > 0 {
		r.Reset = time.Unix(reset, 0).UTC()
	}
	return r
}

// count reads a whole number from 0 to what the end of the year 9999 is in
// Unix seconds; nothing that these headers count is larger.
func count(value string) (n int64, ok bool) {
	const most = 253402300799
	if value == "" {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
	if err != nil || n < 0 || n > most {
		return 0, false
	}
	return n, true
}
