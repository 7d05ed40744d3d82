package sent

import (
	"testing"
	"time"
)

// The common forms of a time are parsed, with their precision and whether they
// have a time zone.
func TestFormsOfTimes(t *testing.T) {
	noon := time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)
	const s, ms = time.Second, time.Millisecond
	for _, c := range []struct {
		text      string
		want      time.Time
		zoned     bool
		precision time.Duration
	}{
		{"2026-01-15T12:00:00Z", noon, true, s},
		{"2026-01-15T12:00:00.5Z", noon.Add(500 * ms), true, 100 * ms},
		{"2026-01-15T12:00:00,5Z", noon.Add(500 * ms), true, 100 * ms},
		{"2026-01-15T12:00:00.1234567Z", noon.Add(123_456_700), true, 100},
		{"2026-01-15T12:00:00.123456789012Z", noon.Add(123_456_789), true, 1},
		{"2026-01-15T14:00:00+02:00", noon, true, s},
		{"2026-01-15T14:00:00+0200", noon, true, s},
		{"2026-01-15T14:00:00.000001+0200", noon.Add(1000), true, 1000},
		{"2026-01-15T14:00:00,25+0200", noon.Add(250 * ms), true, 10 * ms},
		{"2026-01-15T14:00:00+02", noon, true, s},
		{"2026-01-15T06:30:00-0530", noon, true, s},
		{"2026-01-15t12:00:00z", noon, true, s},
		{"2026-01-15t12:00:00.250z", noon.Add(250 * ms), true, ms},
		{"2026-01-15 12:00:00Z", noon, true, s},
		{"2026-01-15 13:00:00+01:00", noon, true, s},
		{"2026-01-15 13:00:00 +0100", noon, true, s},
		{"2026-01-15 13:00:00.250 +01", noon.Add(250 * ms), true, ms},
		{"2026-01-15 12:00:00 UTC", noon, true, s},
		{"2026-01-15T12:00:00", noon, false, s},
		{"2026-01-15T12:00:00.25", noon.Add(250 * ms), false, 10 * ms},
		{"2026-01-15t12:00:00,250", noon.Add(250 * ms), false, ms},
		{"2026-01-15 12:00:00", noon, false, s},
		{"0001-01-01T00:00:00", time.Time{}, false, s},
		{"2026-02-30T12:00:00Z", time.Time{}, false, s},
		{"2026-01-15T12:00:00+2", time.Time{}, false, s},
		{"2026-01-15T12:00:00 CET", time.Time{}, false, s},
		{"2026-01-15T12:00:00UTCZ", time.Time{}, false, s},
		{"2026-01-15", time.Time{}, false, s},
		{"15/01/2026 12:00:00", time.Time{}, false, s},
		{"1768478400", time.Time{}, false, s},
		{"", time.Time{}, false, s},
	} {
		got, zoned := parseTime(c.text)
		if !got.Equal(c.want) || zoned != c.zoned || got.Location() != time.UTC {
			t.Errorf("%q: got %v (with a zone: %t), want %v (%t)", c.text, got, zoned, c.want, c.zoned)
		}
		if got := Precision(c.text); got != c.precision {
			t.Errorf("%q: got precision %v, want %v", c.text, got, c.precision)
		}
	}
}

// A time without a zone tells nothing about the server's clock.
func TestTimestampWithoutAZone(t *testing.T) {
	body := func(stamp string) string {
		return `{"success":true,"data":null,"error":null,"meta":{"timestamp":"` + stamp + `"}}`
	}
	if a := answered(200, body("2026-01-15T12:00:00.5")); !a.Timestamp.IsZero() {
		t.Errorf("got %v, want none", a.Timestamp)
	}
	if a := answered(200, body("2026-01-15T14:00:00.5+0200")); a.Timestamp.IsZero() || a.TimestampUnit != 100*time.Millisecond {
		t.Errorf("got %v in units of %v, want noon and a half second", a.Timestamp, a.TimestampUnit)
	}
}

// The form of a time that cannot be parsed is shown without anything that could
// be personal data.
func TestUnreadable(t *testing.T) {
	for _, c := range []struct{ created, updated, want string }{
		{"2026-01-15T12:00:00Z", "", ""},
		{"", "", ""},
		{"15/01/2026 12:00:00", "", "00/00/0000 00:00:00"},
		{"Thu, 15 September 2026", "", "Thu, 00 September 0000"},
		{"2026-01-15T12:00:00Z", "now", "now"},
		{"+14155550100", "", "+00000000000"},
		{"secretsecretkey\x1b[31m\u202e", "", "secretsec???????[00m???"},
		{"0123456789012345678901234567890123456789 and more", "", "0000000000000000000000000000000000000000"},
	} {
		contact := Contact{CreatedAtText: c.created, UpdatedAtText: c.updated}
		contact.CreatedAt, _ = parseTime(c.created)
		contact.UpdatedAt, _ = parseTime(c.updated)
		if got := contact.Unreadable(); got != c.want {
			t.Errorf("%q, %q: got %q, want %q", c.created, c.updated, got, c.want)
		}
	}
}

func FuzzParseTime(f *testing.F) {
	for _, s := range []string{"2026-01-15T12:00:00.5Z", "2026-01-15 12:00:00 +0100", "2026-01-15t12:00:00,25", "yesterday"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if at, _ := parseTime(s); at.Location() != time.UTC {
			t.Errorf("%q: got %v, want it in UTC", s, at)
		}
		if unit := Precision(s); unit < 1 || unit > time.Second {
			t.Errorf("%q: got precision %v", s, unit)
		}
		for _, r := range form(s) {
			if r < ' ' || r > '~' || r >= '1' && r <= '9' {
				t.Errorf("%q: the form %q shows %q", s, form(s), r)
			}
		}
	})
}
