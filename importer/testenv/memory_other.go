//go:build !linux

package testenv

// UseMemory does nothing: only Linux has a file system in memory under a fixed name.
func UseMemory() {}
