package ledger

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Window is a span of time, on the server's clock, in which a request whose
// answer was lost can have arrived there. Both ends belong to it.
type Window struct{ From, To time.Time }

// Windows are the spans of all lost requests of a row.
type Windows []Window

// Contains reports whether t falls into one of the windows.
func (ws Windows) Contains(t time.Time) bool { return ws.Meet(t, t) }

// Meet reports whether the span from from to to has a moment in common with one
// of the windows.
func (ws Windows) Meet(from, to time.Time) bool {
	for _, w := range ws {
		if !to.Before(w.From) && !from.After(w.To) {
			return true
		}
	}
	return false
}

// String is the form in which the ledger keeps them: Unix milliseconds,
// "from/to" joined by commas; "" for none. The end is rounded up: a window never
// gets shorter.
func (ws Windows) String() string {
	parts := make([]string, len(ws))
	for i, w := range ws {
		parts[i] = fmt.Sprintf("%d/%d", w.From.UnixMilli(), w.To.Add(time.Millisecond-1).UnixMilli())
	}
	return strings.Join(parts, ",")
}

// parseWindows reads what String wrote. Anything else is damage.
func parseWindows(s string) (Windows, error) {
	if s == "" {
		return nil, nil
	}
	var ws Windows
	for part := range strings.SplitSeq(s, ",") {
		from, to, ok := strings.Cut(part, "/")
		f, err1 := strconv.ParseInt(from, 10, 64)
		t, err2 := strconv.ParseInt(to, 10, 64)
		if !ok || err1 != nil || err2 != nil {
			return nil, fmt.Errorf("%w: unreadable window of a request", ErrDamaged)
		}
		ws = append(ws, Window{time.UnixMilli(f).UTC(), time.UnixMilli(t).UTC()})
	}
	return ws, nil
}
