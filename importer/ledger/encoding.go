package ledger

import (
	"fmt"
	"time"

	"sent-import/importer/outcome"
)

// millis and fromMillis are how times are stored: Unix milliseconds, 0 for
// none.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// positive turns 0 into NULL.
func positive[N int | int64](n N) any {
	if n == 0 {
		return nil
	}
	return n
}

// text turns "" into NULL.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// phoneToSQL stores an E.164 number as its digits: an integer takes half the
// room of the text.
func phoneToSQL(e164 string) any {
	if e164 == "" {
		return nil
	}
	digits, ok := outcome.ParseE164(e164)
	if !ok {
		panic("ledger: not an E.164 number")
	}
	return int64(digits)
}

// phoneFromSQL is the number that the digits are of; "" for 0, which is none.
func phoneFromSQL(digits int64) (string, error) {
	if digits < 0 || digits > outcome.MaxE164 {
		return "", fmt.Errorf("%w: a phone number that can't be one", ErrDamaged)
	}
	if digits == 0 {
		return "", nil
	}
	return outcome.FormatE164(uint64(digits)), nil
}
