package outcome

import (
	"fmt"
	"strconv"
	"strings"
)

// Limit is a number of rows, or a share of them. The zero value is no limit.
type Limit struct {
	Rows    int     // used if Set
	Percent float64 // 0 to 100; used if greater than 0
	Set     bool    // Rows counts, even if it is 0
}

// ParseLimit reads "N" or "P%".
func ParseLimit(s string) (Limit, error) {
	wrong := fmt.Errorf("%q is no limit: give a number of rows such as 100, or a share such as 5%%", s)
	text := strings.TrimSpace(s)
	if share, ok := strings.CutSuffix(text, "%"); ok {
		p, err := strconv.ParseFloat(strings.TrimSpace(share), 64)
		if err != nil || !(p >= 0 && p <= 100) { // NaN is neither
			return Limit{}, wrong
		}
		if p == 0 {
			return Limit{Set: true}, nil
		}
		return Limit{Percent: p}, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return Limit{}, wrong
	}
	return Limit{Rows: n, Set: true}, nil
}

// String is what ParseLimit reads.
func (l Limit) String() string {
	switch {
	case l.Set:
		return strconv.Itoa(l.Rows)
	case l.Percent > 0:
		return strconv.FormatFloat(l.Percent, 'g', -1, 64) + "%"
	}
	return "none"
}

// Exceeded reports whether n of total is over the limit. A share says nothing
// about a handful of rows, so it counts once total has reached enough.
func (l Limit) Exceeded(n, total, enough int) bool {
	switch {
	case l.Set:
		return n > l.Rows
	case l.Percent > 0:
		return total >= enough && float64(n)*100 > l.Percent*float64(total)
	}
	return false
}
