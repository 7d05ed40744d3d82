package ledger

import (
	"testing"
	"time"
)

func TestMillis(t *testing.T) {
	for _, c := range []struct {
		name string
		in   time.Time
		want time.Time
	}{
		{"none", time.Time{}, time.Time{}},
		{"now", testTime, testTime},
		{"before 1970", time.UnixMilli(-1), time.UnixMilli(-1).UTC()},
		{"finer than milliseconds", testTime.Add(999_999), testTime},
	} {
		if got := fromMillis(millis(c.in)); !got.Equal(c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestBadPhonePanics(t *testing.T) {
	for _, phone := range []string{"336", "0336", "+", "+x", "+0", "+-5", "+1234567890123456", "＋1"} {
		t.Run(phone, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("got no panic")
				}
			}()
			phoneToSQL(phone)
		})
	}
}
