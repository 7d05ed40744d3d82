package source

import (
	"fmt"
	"strings"
)

// samples holds the first phone cells of a file, masked. They show its owner
// whether the right column was chosen.
type samples struct{ masked []string }

const maxSamples = 3

func (s *samples) look(phone string) {
	if len(s.masked) < maxSamples && !isNothing(phone) {
		s.masked = append(s.masked, masked(phone))
	}
}

// describe adds the samples to the notice about the phone column.
func (s *samples) describe(notice string) string {
	if len(s.masked) == 0 {
		return notice
	}
	return fmt.Sprintf("%s; its first cells are %s", notice, strings.Join(s.masked, ", "))
}

// masked hides the middle of a phone cell: "(415) 555-2671" becomes "4155•••671".
// At least three digits are hidden, and at most four are shown at each end. A cell
// that holds anything but one number is hidden completely.
func masked(cell string) string {
	plus, number := "", make([]rune, 0, len(cell))
	for i, r := range cell {
		switch {
		case '0' <= r && r <= '9':
			number = append(number, r)
		case r == '+' && i == 0:
			plus = "+"
		case !strings.ContainsRune(" -.()/'\u00a0", r):
			return hiddenDigits
		}
	}
	if len(number) < phoneDigits || len(number) > maxPhoneDigits {
		return hiddenDigits
	}
	shown := len(number) - len(hiddenDigits)/len("•")
	first := min(4, (shown+1)/2)
	last := min(4, shown-first)
	return plus + string(number[:first]) + hiddenDigits + string(number[len(number)-last:])
}
