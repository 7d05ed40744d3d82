package pace

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ParseRate reads a rate as people write it: "auto", "unlimited", or a number
// and a unit, as in "200/m", "10/s" or "1000/h". It returns Options with
// PerMinute or Unlimited set. The error shows values that work.
func ParseRate(s string) (Options, error) {
	switch word := strings.ToLower(strings.TrimSpace(s)); word {
	case "auto":
		return Options{}, nil
	case "unlimited":
		return Options{Unlimited: true}, nil
	default:
		perMinute, err := parsePerMinute(word)
		if err != nil {
			return Options{}, fmt.Errorf("rate %q: %w; use auto, unlimited, or a rate like 200/m, 10/s or 1000/h", s, err)
		}
		return Options{PerMinute: perMinute}, nil
	}
}

func parsePerMinute(s string) (float64, error) {
	number, unit, found := strings.Cut(s, "/")
	if !found {
		return 0, errors.New("the unit is missing")
	}
	factor, err := perMinuteFactor(strings.TrimSpace(unit))
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if err != nil {
		return 0, errors.New("the part before the / is not a number")
	}
	perMinute := n * factor
	if !(perMinute > 0 && perMinute <= maxPerMinute) { // NaN is neither
		return 0, fmt.Errorf("a rate is above 0 and at most %d/m", maxPerMinute)
	}
	return perMinute, nil
}

// perMinuteFactor returns the factor that turns a number per unit into a number
// per minute.
func perMinuteFactor(unit string) (float64, error) {
	switch unit {
	case "s", "sec", "second":
		return 60, nil
	case "m", "min", "minute":
		return 1, nil
	case "h", "hour":
		return 1.0 / 60, nil
	default:
		return 0, errors.New("the unit is s, m or h")
	}
}
