package phone

import (
	"regexp"
	"strings"
	"sync"
)

// prefix is what can stand before a number. Those of most regions are plain digits, such
// as 0 and 00; only the others need a regular expression. The zero prefix is none.
type prefix struct {
	literal string
	pattern *regexp.Regexp // anchored at the start; nil: the literal is all
}

// newPrefix reads a pattern of the metadata at its first use: a file needs few of the 250
// plans.
func newPrefix(pattern string) func() prefix {
	return sync.OnceValue(func() prefix {
		if allDigits(pattern) || pattern == "" {
			return prefix{literal: pattern}
		}
		return prefix{pattern: regexp.MustCompile("^(?:" + pattern + ")")}
	})
}

// end returns where the prefix of the digits ends, -1 if they have none.
func (p prefix) end(digits string) int {
	if p.pattern != nil {
		if at := p.pattern.FindStringIndex(digits); at != nil {
			return at[1]
		}
		return -1
	}
	if p.literal == "" || !strings.HasPrefix(digits, p.literal) {
		return -1
	}
	return len(p.literal)
}

// ways are the digits that are left of a number, in each way in which its prefixes can be
// understood. They are a value: a slice would cost an allocation for each cell.
type ways struct {
	digits [3]string
	n      int
}

func (w *ways) add(digits string) {
	w.digits[w.n] = digits
	w.n++
}

func (w *ways) all() []string { return w.digits[:w.n] }
