//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// askedWhere returns a channel that gets a value for each SIGUSR1, which asks where the
// command is, until stop is called.
func askedWhere() (asked <-chan os.Signal, stop func()) {
	signals := make(chan os.Signal, 1) // one answer is enough for several at once
	signal.Notify(signals, syscall.SIGUSR1)
	return signals, func() { signal.Stop(signals) }
}
