package ledger

import (
	"strings"
	"testing"

	"sent-import/importer/outcome"
)

// TestDatesText: what is kept of dates comes back, and what is no date is not kept.
func TestDatesText(t *testing.T) {
	for _, d := range []outcome.Dates{{}, {Created: "a"}, {Created: "a", Updated: "b"}, {Updated: "b"}, {Created: "a", Updated: "b", UpdatedAlone: true}} {
		if got := parseDates(datesText(d)); got != d {
			t.Errorf("got %+v, want %+v", got, d)
		}
	}
	for _, d := range []outcome.Dates{{Created: strings.Repeat("1", 65)}, {Updated: "a\nb"}, {Created: "$3mn"}, {Created: "a", Updated: "!"}} {
		if got := datesText(d); got != "" {
			t.Errorf("%+v: got %q", d, got)
		}
	}
}

// TestPackDate: every text comes back as it was, and the usual ones are short.
func TestPackDate(t *testing.T) {
	for text, want := range map[string]int{
		"2026-11-27T11:57:42Z":            7,
		"2026-11-27T11:57:42.8Z":          7,
		"2026-11-27T11:57:42.813Z":        8,
		"2026-11-27T11:57:42.000Z":        8,
		"2026-11-27T11:57:42.813001Z":     10,
		"2026-11-27T11:57:42.8130012Z":    11,
		"2026-11-27T11:57:42.813001234Z":  12,
		"1969-12-31T23:59:59.999Z":        3,
		"9999-12-31T23:59:59.999999999Z":  30, // does not fit
		"2026-11-27T11:57:42.8130012345Z": 31,
		"2026-11-27T11:57:42.Z":           21,
		"2026-11-27T11:57:42+00:00":       25,
		"2026-11-27T11:57:42.813+02:00":   29,
		"2026-11-27T24:57:42.813Z":        24,
		"2026-11-27T11:57:42,813Z":        24, // read by package time, and written with a point
		"2026-11-27 11:57:42":             19,
		"2026-11-27":                      10,
		"soon":                            4,
		"":                                0,
	} {
		short := packDate(text)
		if got := unpackDate(short); got != text {
			t.Errorf("%q: got %q of %q", text, got, short)
		}
		if len(short) != want {
			t.Errorf("%q: got %q, want %d bytes", text, short, want)
		}
	}
	for _, damaged := range []string{"!", "$", "$?", "$1 ", "$zzzzzzzzzzzzzzzz"} {
		if got := unpackDate(damaged); got != damaged {
			t.Errorf("%q: got %q", damaged, got)
		}
	}
}

// FuzzPackDate: whatever an API calls a date comes back.
func FuzzPackDate(f *testing.F) {
	f.Add("2026-11-27T11:57:42.813Z", "2026-11-27T11:57:42Z")
	f.Fuzz(func(t *testing.T, created, updated string) {
		d := outcome.Dates{Created: created, Updated: updated}
		if text := datesText(d); text != "" && parseDates(text) != d {
			t.Errorf("%+v: got %+v of %q", d, parseDates(text), text)
		}
	})
}
