package ledger

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"sent-import/importer/serverclock"
)

// zoneless marks a dating of dates without a zone.
const zoneless = "local:"

// offsetsText is the form in which the ledger keeps offsets: "low/high" in
// milliseconds, joined by commas. Rounding makes an offset wider, never narrower.
func offsetsText(offsets serverclock.Offsets) string {
	parts := make([]string, len(offsets))
	for i, o := range offsets {
		parts[i] = fmt.Sprintf("%d/%d", floorMillis(o.Low), ceilMillis(o.High))
	}
	return strings.Join(parts, ",")
}

func parseOffsets(text string) (offsets serverclock.Offsets, err error) {
	if text == "" {
		return nil, nil
	}
	for part := range strings.SplitSeq(text, ",") {
		low, high, err := parsePair(part)
		if err != nil {
			return nil, fmt.Errorf("%w: unreadable offset of a clock", ErrDamaged)
		}
		offsets = append(offsets, serverclock.Offset{Low: milliseconds(low), High: milliseconds(high)})
	}
	return offsets, nil
}

// datingsText does the same for datings: "low/high/count".
func datingsText(datings []serverclock.Dating) string {
	parts := make([]string, len(datings))
	for i, d := range datings {
		if d.Zoneless {
			parts[i] = zoneless
		}
		parts[i] += fmt.Sprintf("%d/%d/%d", floorMillis(d.Low), ceilMillis(d.High), d.Count)
	}
	return strings.Join(parts, ",")
}

func parseDatings(text string) (datings []serverclock.Dating, err error) {
	if text == "" {
		return nil, nil
	}
	for part := range strings.SplitSeq(text, ",") {
		var d serverclock.Dating
		part, d.Zoneless = strings.CutPrefix(part, zoneless)
		bounds, count := part, ""
		if i := strings.LastIndexByte(part, '/'); i >= 0 {
			bounds, count = part[:i], part[i+1:]
		}
		low, high, err := parsePair(bounds)
		if err == nil {
			d.Count, err = strconv.Atoi(count)
		}
		if err != nil || d.Count < 1 {
			return nil, fmt.Errorf("%w: unreadable dating of contacts", ErrDamaged)
		}
		d.Low, d.High = milliseconds(low), milliseconds(high)
		datings = append(datings, d)
	}
	return datings, nil
}

func milliseconds(n int64) time.Duration { return time.Duration(n) * time.Millisecond }

// floorMillis rounds down to whole milliseconds, below zero too.
func floorMillis(d time.Duration) int64 {
	ms := d.Milliseconds()
	if milliseconds(ms) > d {
		ms--
	}
	return ms
}

// ceilMillis rounds up.
func ceilMillis(d time.Duration) int64 { return -floorMillis(-d) }

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
