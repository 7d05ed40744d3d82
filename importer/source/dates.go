package source

import (
	"regexp"
	"strings"
	"sync"
)

// datePattern matches the plain forms of a date, with or without a time: 2026-03-01,
// 3/1/26 2:05 PM, 1. März 2026, Mar 1, 2026, Sun, 01 Mar 2026 10:00:00 +0000,
// 2026-03-01T10:00:00Z, 2026年3月1日. It checks no calendar.
var datePattern = sync.OnceValue(func() *regexp.Regexp {
	const (
		word    = `\pL[\pL\pM]*\.?`
		numbers = `\d{1,4}([-/.]|\. )\d{1,2}([-/.]|\. )\d{1,4}\.?`
		named   = `(\d{1,4}[. -] ?(de |of )?` + word + `,?[ -](de )?\d{1,4}|` + word + ` \d{1,2}(st|nd|rd|th)?,? \d{4})`
		signs   = `\d{4} ?[年년] ?\d{1,2} ?[月월] ?\d{1,2} ?[日일]?`
		clock   = `\d{1,2}[:.h]\d{2}([:.]\d{2}([.,]\d+)?)?`
		zone    = `(Z|UTC|GMT|[+-]\d{2}:?\d{2})`
	)
	return regexp.MustCompile(`(?i)^(` + word + `,? )?(` + numbers + `|` + named + `|` + signs + `)((T|,? | um | à | at )` + clock + `( ?[ap]\.? ?m\.?)?)?( ?` + zone + `)?$`)
})

// isDate reports whether a cell holds a date in one of the plain forms.
func isDate(cell string) bool {
	cell = strings.TrimSpace(cell)
	return len(cell) >= len("1/1/26") && len(cell) <= 64 && strings.ContainsAny(cell, "0123456789") && datePattern().MatchString(cell)
}
