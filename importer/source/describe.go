package source

import (
	"fmt"
	"strings"
)

// describe names column i by number and header for a message.
func (s sheet) describe(i int) string {
	if s.noHeader || strings.TrimSpace(s.cells[i]) == "" || private(s.cells[i]) {
		return fmt.Sprintf("column %d", i+1)
	}
	return fmt.Sprintf("%s (column %d)", Shown(s.cells[i]), i+1)
}

// shown names column i by its header for a message, or by its number where the header
// must not be shown.
func (s sheet) shown(i int) string {
	if s.noHeader || strings.TrimSpace(s.cells[i]) == "" || private(s.cells[i]) {
		return fmt.Sprintf("column %d", i+1)
	}
	return Shown(s.cells[i])
}

func (s sheet) shownAll(columns []int) string {
	var names []string
	for _, i := range columns {
		names = append(names, s.shown(i))
	}
	return strings.Join(names, ", ")
}

func (s sheet) list(columns []int) string {
	var names []string
	for _, i := range columns[:min(len(columns), maxListed)] {
		names = append(names, s.describe(i))
	}
	if more := len(columns) - maxListed; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

// flag returns a flag with the value that chooses column i: its name if that is
// unique and can be typed in a shell, else its number.
func (s sheet) flag(flag string, i int) string {
	name := strings.TrimSpace(s.cells[i])
	if s.noHeader || private(name) || len(name) > maxShown || !typeable(name) || len(s.named(name)) != 1 {
		return fmt.Sprintf("%s %d", flag, i+1)
	}
	return fmt.Sprintf("%s %q", flag, name)
}
