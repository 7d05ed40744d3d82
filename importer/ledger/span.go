package ledger

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Span is a span of time in which a request whose answer was lost can have been
// carried out. Both ends belong to it.
type Span struct {
	// Run is the run of the job whose request it was: the span is on our clock as
	// it was then. 0 is a span on the server's clock, which older versions wrote.
	Run      int
	From, To time.Time
}

// Spans are those of all lost requests of a row.
type Spans []Span

// String is the form in which the ledger keeps them: Unix milliseconds,
// "run@from/to" joined by commas, without "run@" for one on the server's clock;
// "" for none. The end is rounded up: a span never gets shorter.
func (ss Spans) String() string {
	parts := make([]string, len(ss))
	for i, s := range ss {
		if s.Run != 0 {
			parts[i] = strconv.Itoa(s.Run) + "@"
		}
		parts[i] += fmt.Sprintf("%d/%d", s.From.UnixMilli(), s.To.Add(time.Millisecond-1).UnixMilli())
	}
	return strings.Join(parts, ",")
}

// parseSpans reads what String wrote. Anything else is damage.
func parseSpans(text string) (Spans, error) {
	if text == "" {
		return nil, nil
	}
	var ss Spans
	for part := range strings.SplitSeq(text, ",") {
		var s Span
		var err error
		if run, rest, ok := strings.Cut(part, "@"); ok {
			part = rest
			if s.Run, err = strconv.Atoi(run); err != nil || s.Run < 1 {
				return nil, errSpan
			}
		}
		from, to, err := parsePair(part)
		if err != nil {
			return nil, errSpan
		}
		s.From, s.To = time.UnixMilli(from).UTC(), time.UnixMilli(to).UTC()
		ss = append(ss, s)
	}
	return ss, nil
}

var errSpan = fmt.Errorf("%w: unreadable span of a request", ErrDamaged)

// parsePair reads two whole numbers with a slash between them.
func parsePair(text string) (a, b int64, err error) {
	left, right, ok := strings.Cut(text, "/")
	if !ok {
		return 0, 0, strconv.ErrSyntax
	}
	if a, err = strconv.ParseInt(left, 10, 64); err != nil {
		return 0, 0, err
	}
	b, err = strconv.ParseInt(right, 10, 64)
	return a, b, err
}
