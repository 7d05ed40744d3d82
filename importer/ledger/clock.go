package ledger

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"sent-import/importer/ledger/storage"
	"sent-import/importer/serverclock"
)

// zoneless marks a dating of dates without a zone.
const zoneless = "local:"

// offsetsText is the form in which the ledger keeps offsets: "low/high" in
// milliseconds, joined by commas. They are never narrower than they were.
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

// datingsText is the same for datings: "low/high/count".
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

// Datings is what the last run with anything to say of it knew of the clock that
// dates the contacts of an API.
func (l *Ledger) Datings(baseURL string) ([]serverclock.Dating, error) {
	found, err := storage.Query(l.db, `SELECT datings FROM runs JOIN jobs USING (job)
		WHERE base_url = ? AND datings IS NOT NULL ORDER BY finished_at DESC LIMIT 1`, storage.ScanOne[string], baseURL)
	if err != nil || len(found) == 0 {
		return nil, l.wrap("read clocks", err)
	}
	datings, err := parseDatings(found[0])
	return datings, l.wrap("read clocks", err)
}
