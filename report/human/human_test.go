package human

import (
	"slices"
	"testing"
	"time"
)

func TestNumber(t *testing.T) {
	for n, want := range map[int]string{
		0: "0", 7: "7", 999: "999", 1000: "1,000", 12345: "12,345", 999999: "999,999", 1000000: "1,000,000",
		-5: "-5", -999: "-999", -1000: "-1,000", -123456: "-123,456",
	} {
		if got := Number(n); got != want {
			t.Errorf("Number(%d): got %q, want %q", n, got, want)
		}
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0 retries", 1: "1 retry", 2: "2 retries", 1500: "1,500 retries"} {
		if got := Count(n, "retry", "retries"); got != want {
			t.Errorf("Count(%d): got %q, want %q", n, got, want)
		}
	}
}

func TestPercent(t *testing.T) {
	for _, tt := range []struct {
		n, all int
		want   string
	}{
		{0, 0, ""}, {0, 10, ""}, {1, 10, "10.0 %"}, {10, 10, "100 %"},
		{1, 1_000_000, "<0.1 %"}, {999_999, 1_000_000, ">99.9 %"}, {999, 1000, "99.9 %"}, {1, 3, "33.3 %"},
	} {
		if got := Percent(tt.n, tt.all); got != tt.want {
			t.Errorf("Percent(%d, %d): got %q, want %q", tt.n, tt.all, got, tt.want)
		}
	}
}

func TestBytes(t *testing.T) {
	for bytes, want := range map[int64]string{0: "0 bytes", 1: "1 byte", 999: "999 bytes", 1000: "1.0 kB", 1_234_567: "1.2 MB", 5_000_000_000: "5.0 GB", 2_000_000_000_000_000: "2000.0 TB"} {
		if got := Bytes(bytes); got != want {
			t.Errorf("Bytes(%d): got %q, want %q", bytes, got, want)
		}
	}
}

func TestDurations(t *testing.T) {
	for _, tt := range []struct {
		d                   time.Duration
		measured, estimated string
	}{
		{0, "0 s", "0 s"},
		{40 * time.Millisecond, "0 s", "0 s"},
		{350 * time.Millisecond, "0.4 s", "0 s"},
		{1500 * time.Millisecond, "1.5 s", "2 s"},
		{9940 * time.Millisecond, "9.9 s", "10 s"},
		{9960 * time.Millisecond, "10 s", "10 s"},
		{59 * time.Second, "59 s", "59 s"},
		{59*time.Second + 600*time.Millisecond, "1 min", "1 min 0 s"},
		{83*time.Second + 400*time.Millisecond, "1 min 23 s", "1 min 23 s"},
		{time.Hour, "1 h", "1 h 0 min"},
		{3800 * time.Second, "1 h 3 min", "1 h 3 min"},
		{23*time.Hour + 59*time.Minute + 59*time.Second, "23 h 59 min", "23 h 59 min"},
		{24 * time.Hour, "1 d", "1 d 0 h"},
		{85*time.Hour + 20*time.Minute, "3 d 13 h", "3 d 13 h"},
	} {
		if got := Measured(tt.d); got != tt.measured {
			t.Errorf("Measured(%s): got %q, want %q", tt.d, got, tt.measured)
		}
		if got := Estimated(tt.d); got != tt.estimated {
			t.Errorf("Estimated(%s): got %q, want %q", tt.d, got, tt.estimated)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"nothing", "  ", nil},
		{"fits", "one two", []string{"one two"}},
		{"breaks", "one two three", []string{"one two", "three"}},
		{"long word", "a incomprehensible b", []string{"a", "incomprehensible", "b"}},
		{"counts characters, not bytes", "éééé ééé", []string{"éééé ééé"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Wrap(tt.text, 8); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestWrapCommand(t *testing.T) {
	for _, tt := range []struct {
		command string
		want    []string
	}{
		{"sent-import run a.csv", []string{"sent-import run a.csv"}},
		{"sent-import run contacts.csv --rate 5/s", []string{`sent-import run \`, `  contacts.csv --rate \`, `  5/s`}},
		{"run 'my list, of May.csv' --rate 5/s", []string{`run \`, `  'my list, of May.csv' \`, `  --rate 5/s`}},
		{`run 'it'\''s a.csv' $'b\' c.csv' d e`, []string{`run 'it'\''s a.csv' \`, `  $'b\' c.csv' d e`}},
		{"a/very/long/path/that/does/not/fit x", []string{`a/very/long/path/that/does/not/fit \`, "  x"}},
	} {
		if got := WrapCommand(tt.command, 24, "  "); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.command, got, tt.want)
		}
	}
}
