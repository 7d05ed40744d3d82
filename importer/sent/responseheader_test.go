package sent

import (
	"math"
	"testing"
	"time"
)

func TestRetryAfter(t *testing.T) {
	const date = "Date: Thu, 15 Jan 2026 10:00:00 GMT"
	const most = time.Duration(math.MaxInt64 / int64(time.Second) * int64(time.Second))
	for _, c := range []struct {
		name    string
		headers []string
		want    time.Duration
		has     bool
	}{
		{"absent", nil, 0, false},
		{"seconds", []string{"Retry-After: 30"}, 30 * time.Second, true},
		{"blanks", []string{"Retry-After:  7 "}, 7 * time.Second, true},
		{"zero", []string{"Retry-After: 0"}, 0, true},
		{"a day", []string{"Retry-After: 86400"}, 24 * time.Hour, true},
		{"negative", []string{"Retry-After: -1"}, 0, true},
		{"longer than any Duration", []string{"Retry-After: 9999999999999"}, most, true},
		{"longer than any integer", []string{"Retry-After: 99999999999999999999"}, most, true},
		{"below any integer", []string{"Retry-After: -99999999999999999999"}, 0, true},
		{"a word", []string{"Retry-After: soon"}, 0, false},
		{"empty", []string{"Retry-After: "}, 0, false},
		{"a fraction", []string{"Retry-After: 1.5"}, 0, false},
		{"a date by the server's clock", []string{date, "Retry-After: Thu, 15 Jan 2026 10:00:42 GMT"}, 42 * time.Second, true},
		{"a date past", []string{date, "Retry-After: Thu, 15 Jan 2026 09:00:00 GMT"}, 0, true},
		{"an old form of date", []string{date, "Retry-After: Thursday, 15-Jan-26 10:01:00 GMT"}, time.Minute, true},
		{"a date by the local clock", []string{"Retry-After: Fri, 15 Jan 2027 08:01:00 GMT"}, time.Minute, true},
		{"a date and no sane clock", []string{"Date: now", "Retry-After: Fri, 15 Jan 2027 08:01:00 GMT"}, time.Minute, true},
		{"the first of two", []string{"Retry-After: 1", "Retry-After: 2"}, time.Second, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := answered(429, "", c.headers...)
			if a.RetryAfter != c.want || a.HasRetryAfter != c.has {
				t.Errorf("got %v %t, want %v %t", a.RetryAfter, a.HasRetryAfter, c.want, c.has)
			}
		})
	}
}

func TestRateLimitHeaders(t *testing.T) {
	reset := time.Unix(1_768_471_260, 0).UTC()
	for _, c := range []struct {
		name    string
		headers []string
		want    RateLimit
	}{
		{"absent", nil, RateLimit{}},
		{"all", []string{"X-RateLimit-Limit: 200", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1768471260"}, RateLimit{200, 0, true, reset}},
		{"small letters", []string{"x-ratelimit-limit: 10000"}, RateLimit{Limit: 10000}},
		{"remaining alone", []string{"X-RateLimit-Remaining: 17"}, RateLimit{Remaining: 17, HasRemaining: true}},
		{"nonsense", []string{"X-RateLimit-Limit: many", "X-RateLimit-Remaining: -1", "X-RateLimit-Reset: 99999999999999999999"}, RateLimit{}},
		{"after the year 9999", []string{"X-RateLimit-Reset: 253402300800"}, RateLimit{}},
		{"zero", []string{"X-RateLimit-Limit: 0", "X-RateLimit-Reset: 0"}, RateLimit{}},
		{"too large", []string{"X-RateLimit-Limit: 200000000000"}, RateLimit{Limit: math.MaxInt32}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := answered(200, "", c.headers...).RateLimit; got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}
