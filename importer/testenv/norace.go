//go:build !race

package testenv

// Race is whether the race detector is on: it makes programs two to twenty times slower
// and five to ten times larger, so tests that need a large file or many rows take smaller
// ones then.
const Race = false
