// Package testenv is what tests need to know of, and to set in, the place where they
// run. Only tests import it.
package testenv

// Size is how large a test makes something: usual, or with the race detector another
// size that shows the same.
func Size(usual, race int) int {
	if Race {
		return race
	}
	return usual
}

// Some is what a test goes through of all: everything, or with the race detector the
// first n. The detector finds goroutines that use the same memory at the same time: what
// differs only in its data has it watch the same goroutines again, at ten times the cost.
// What sets other goroutines to work comes first, or is no part of all.
func Some[T any](all []T, n int) []T { return all[:Size(len(all), min(n, len(all)))] }
