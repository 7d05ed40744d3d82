//go:build !race

// Package race tells tests whether the race detector is on. It makes programs two
// to twenty times slower and five to ten times larger, so tests that need a
// large file or many rows take smaller ones then. Only tests import it.
package race

// Enabled is false: the race detector is off.
const Enabled = false
