package sent

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// The headers that are read, as net/http spells them.
const (
	dateHeader      = "Date"
	requestHeader   = "X-Request-Id"
	replayedHeader  = "Idempotent-Replayed"
	sandboxHeader   = "X-Sandbox"
	retryHeader     = "Retry-After"
	limitHeader     = "X-Ratelimit-Limit"
	remainingHeader = "X-Ratelimit-Remaining"
	resetHeader     = "X-Ratelimit-Reset"
)

// headerValue returns the first value of a header; "" where it is absent.
// http.Header's Get would put the name, which is known to be right, right again
// for each of the eight that are looked for.
func headerValue(h http.Header, name string) string {
	if values := h[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// decodeHeader reads the fields that are in the headers.
func (a *Answer) decodeHeader(d *dates) {
	h := a.Header
	a.Date = d.parse(headerValue(h, dateHeader))
	a.RequestID = identifier(headerValue(h, requestHeader))
	a.Replayed = strings.EqualFold(headerValue(h, replayedHeader), "true")
	a.Sandbox = strings.EqualFold(headerValue(h, sandboxHeader), "true")
	now := a.Date
	if now.IsZero() {
		now = a.ReceivedAt
	}
	a.RetryAfter, a.HasRetryAfter = retryAfter(headerValue(h, retryHeader), now)
	a.RateLimit = rateLimit(h)
}

// dates reads Date headers. It keeps the last one: the answers of a second all
// have the same. The zero value is ready.
type dates struct{ last atomic.Pointer[date] }

type date struct {
	text string
	time time.Time
}

// parse returns the time, and the zero time for what is none.
func (d *dates) parse(text string) time.Time {
	if last := d.last.Load(); last != nil && last.text == text {
		return last.time
	}
	t, err := http.ParseTime(text)
	if err != nil {
		return time.Time{}
	}
	d.last.Store(&date{text, t})
	return t
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
	if limit, ok := count(headerValue(h, limitHeader)); ok {
		r.Limit = int(min(limit, math.MaxInt32))
	}
	if left, ok := count(headerValue(h, remainingHeader)); ok {
		r.Remaining, r.HasRemaining = int(min(left, math.MaxInt32)), true
	}
	if reset, ok := count(headerValue(h, resetHeader)); ok && reset > 0 {
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
