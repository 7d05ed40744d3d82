package pace

import (
	"fmt"
	"strings"

	"sent-import/importer/outcome"
)

// Reserve is the part of the account's limit that is left to others. The zero
// value leaves nothing: the whole limit is used.
type Reserve struct {
	Percent  float64 // of the limit, from 0 to 90; in a Timetable also 100
	Requests int     // a minute; used if Percent is 0
}

// maxReserve is the largest part of the limit that can be reserved. With more,
// a run would stand still without saying so when a limit is lowered.
const maxReserve = 0.9

// IsZero reports whether nothing is left to others.
func (r Reserve) IsZero() bool { return r.Percent <= 0 && r.Requests <= 0 }

// Of returns the reserve in requests a minute of a limit: at most 90 % of the
// limit, so that a number that was given for a larger limit does not stop
// everything; all of it if r is all.
func (r Reserve) Of(limit float64) float64 {
	if r.IsAll() {
		return limit
	}
	n := float64(max(r.Requests, 0))
	if r.Percent > 0 {
		n = limit * r.Percent / 100
	}
	return min(n, maxReserve*limit)
}

// Capped reports whether the reserve is a number of requests that is more than may be left to
// others of the limit, so that Of is less. Of a limit of 0, which is none, it never is.
func (r Reserve) Capped(limit float64) bool {
	const rounding = 1e-6
	return limit > 0 && r.Percent <= 0 && float64(r.Requests) > r.Of(limit)+rounding
}

// String returns what ParseReserve reads.
func (r Reserve) String() string {
	return outcome.Limit{Percent: r.Percent, Rows: max(r.Requests, 0), Set: r.Percent <= 0}.String()
}

// ParseReserve reads a share of the limit, as in "20%", or a number of requests
// a minute, as in "40". "" is no reserve. The error shows values that work.
func ParseReserve(s string) (Reserve, error) {
	if strings.TrimSpace(s) == "" {
		return Reserve{}, nil
	}
	l, err := outcome.ParseLimit(s)
	if err != nil || l.Percent > 100*maxReserve || l.Rows > maxPerMinute {
		return Reserve{}, fmt.Errorf("reserve %q: give a share of the limit from 0%% to 90%%, such as 20%%, or a number of requests a minute, such as 40", s)
	}
	return Reserve{Percent: l.Percent, Requests: l.Rows}, nil
}
