package sent

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// retryAfter reads a Retry-After header: whole seconds, or a date, from which
// now is subtracted. A negative or past value is 0, one that is too long for a
// Duration is the longest Duration, and ok is false for any other text.
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

// rateLimit reads the X-RateLimit headers. One that cannot be read does not
// hide the others.
func rateLimit(h http.Header) RateLimit {
	var r RateLimit
	if limit, ok := count(h.Get("X-Ratelimit-Limit")); ok {
		r.Limit = int(min(limit, math.MaxInt32))
	}
	if left, ok := count(h.Get("X-Ratelimit-Remaining")); ok {
		r.Remaining, r.HasRemaining = int(min(left, math.MaxInt32)), true
	}
	if reset, ok := count(h.Get("X-Ratelimit-Reset")); ok && reset > 0 {
		r.Reset = time.Unix(reset, 0).UTC()
	}
	return r
}

// count reads a whole number of at most the end of the year 9999 in Unix
// seconds; nothing that these headers count is larger.
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
