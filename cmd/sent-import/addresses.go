package main

import (
	"slices"
	"strings"

	"sent-import/report/notify"
)

// addressFlags are the flags whose values are addresses that may hold tokens.
var addressFlags = [...]string{"notify", "notify-start", "notify-failure", "metrics-push"}

// shownAddress is an address as it may be shown; "" for none.
func shownAddress(text string) string {
	address, err := notify.Parse(text)
	if err != nil && text != "" {
		return "•••"
	}
	return address.String()
}

// withoutAddresses are the arguments without the flags that name an address of which more
// than the host would be shown: they are shown on terminals, and stand in reports.
func withoutAddresses(args []string) (kept []string) {
	for ; len(args) > 0; args = args[1:] {
		name, value, whole := strings.Cut(args[0], "=")
		if args[0] == "--" {
			return append(kept, args...)
		}
		if !strings.HasPrefix(name, "--") || !slices.Contains(addressFlags[:], name[2:]) {
			kept = append(kept, args[0])
			continue
		}
		if !whole && len(args) > 1 {
			value, args = args[1], args[1:]
		}
		if shownAddress(value) == value {
			kept = append(kept, name+"="+value)
		}
	}
	return kept
}
