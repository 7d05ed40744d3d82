package ledger

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Offset is the server's clock minus ours: it lies between Low and High.
type Offset struct{ Low, High time.Duration }

// Dating is how far the clock that dates contacts is ahead of the one that dates
// the API's answers, as creations that agree have shown it.
type Dating struct {
	// Low is the largest lower bound and High the smallest upper bound that a
	// creation has given. Low is above High where they don't agree to the
	// millisecond: the clock wanders between the two.
	Low, High time.Duration
	Count     int  // creations that agree
	Zoneless  bool // of dates without a zone, read as UTC
}

// zoneless marks a dating of dates without a zone.
const zoneless = "local:"

// offsetsText is the form in which the ledger keeps offsets: "low/high" in
// milliseconds, joined by commas. They are never narrower than they were.
func offsetsText(offsets []Offset) string {
	parts := make([]string, len(offsets))
	for i, o := range offsets {
		parts[i] = fmt.Sprintf("%d/%d", floorMillis(o.Low), ceilMillis(o.High))
	}
	return strings.Join(parts, ",")
}

func parseOffsets(text string) (offsets []Offset, err error) {
	if text == "" {
		return nil, nil
	}
	for part := range strings.SplitSeq(text, ",") {
		low, high, err := parsePair(part)
		if err != nil {
			return nil, fmt.Errorf("%w: unreadable offset of a clock", ErrDamaged)
		}
		offsets = append(offsets, Offset{milliseconds(low), milliseconds(high)})
	}
	return offsets, nil
}

// datingsText is the same for datings: "low/high/count".
func datingsText(datings []Dating) string {
	parts := make([]string, len(datings))
	for i, d := range datings {
		if d.Zoneless {
			parts[i] = zoneless
		}
		parts[i] += fmt.Sprintf("%d/%d/%d", floorMillis(d.Low), ceilMillis(d.High), d.Count)
	}
	return strings.Join(parts, ",")
}

func parseDatings(text string) (datings []Dating, err error) {
	if text == "" {
		return nil, nil
	}
	for part := range strings.SplitSeq(text, ",") {
		var d Dating
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

// Datings is what the last run with anything to say of it knew of the clock that
// dates the contacts of an API.
func (l *Ledger) Datings(baseURL string) ([]Dating, error) {
	found, err := queryPage(l, `SELECT datings FROM runs JOIN jobs USING (job)
		WHERE base_url = ? AND datings IS NOT NULL ORDER BY finished_at DESC LIMIT 1`, scanOne[string], baseURL)
	if err != nil || len(found) == 0 {
		return nil, l.wrap("read clocks", err)
	}
	datings, err := parseDatings(found[0])
	return datings, l.wrap("read clocks", err)
}
