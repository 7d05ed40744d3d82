package ledger

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"sent-import/importer/serverclock"
)

// spansText is the form in which the ledger keeps spans: Unix milliseconds,
// "run@from/to" joined by commas, without "run@" for a span on the server's clock;
// "" for none. The end is rounded up: a span never gets shorter.
func spansText(ss serverclock.Spans) string {
	parts := make([]string, len(ss))
	for i, s := range ss {
		if s.Run != 0 {
			parts[i] = strconv.Itoa(s.Run) + "@"
		}
		parts[i] += fmt.Sprintf("%d/%d", s.From.UnixMilli(), s.To.Add(time.Millisecond-1).UnixMilli())
	}
	return strings.Join(parts, ",")
}

// parseSpans reads what spansText wrote. Anything else is damage.
func parseSpans(text string) (serverclock.Spans, error) {
	if text == "" {
		return nil, nil
	}
	var ss serverclock.Spans
	for part := range strings.SplitSeq(text, ",") {
		var s serverclock.Span
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
