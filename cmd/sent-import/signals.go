package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"sent-import/report/human"
)

// sameSignal is how long after the first signal another one is the same. timeout(1)
// signals the program and then its group, milliseconds later; a terminal that is
// closed can do so, too; supervisors repeat themselves.
const sameSignal = time.Second

// signalError is the cause of a context that a signal has ended.
type signalError struct{ signal syscall.Signal }

func (e *signalError) Error() string {
	switch e.signal {
	case syscall.SIGTERM:
		return "terminated"
	case syscall.SIGHUP:
		return "the terminal was closed"
	}
	return "interrupted"
}

// exitCode is the one that a shell gives to a program which the signal ends.
func (e *signalError) exitCode() int { return exitInterrupted + int(e.signal) }

// heed has the signals that ask the program to end sent to the channel, until stop
// is called. A hang-up or an interrupt that whoever started the program has it
// ignore (nohup, a job in the background of a script) stays ignored.
//
// A write to stdout or stderr that nobody reads any more is an error from then on
// and not the end of the program: a Ctrl-C ends the other programs of a pipeline,
// and a closed terminal all of them, while this one has requests to settle.
func heed(to chan<- os.Signal) (stop func()) {
	for _, s := range []os.Signal{syscall.SIGHUP, syscall.SIGINT} {
		if !signal.Ignored(s) {
			signal.Notify(to, s)
		}
	}
	signal.Notify(to, syscall.SIGTERM)
	signal.Ignore(syscall.SIGPIPE)
	return func() {
		signal.Stop(to)
		signal.Reset(syscall.SIGPIPE)
	}
}

// interruption is what signals have done so far. The zero value is none.
type interruption struct {
	first *signalError // nil: there was no signal
	at    time.Time    // when it came
}

// take takes in a signal that has come at a time. begins says that the program has
// to stop, leaves that it has to leave at once.
func (i *interruption) take(s os.Signal, now time.Time) (begins, leaves bool) {
	if i.first == nil {
		i.first, i.at = &signalError{s.(syscall.Signal)}, now
		return true, false
	}
	return false, now.Sub(i.at) > sameSignal
}

// drain is what the command waits for after a signal. The zero value is ready.
type drain struct {
	nanoseconds atomic.Int64 // how long, for requests in flight; 0 while there are none
	reporting   atomic.Bool  // the report is being written
}

// text is what a signal is answered with.
func (w *drain) text() string {
	if w.reporting.Load() {
		return "stopping; the report is not finished."
	}
	waits := ""
	if d := time.Duration(w.nanoseconds.Load()); d > 0 {
		waits = fmt.Sprintf("; waiting up to %s for the requests in flight", human.Estimated(max(d, time.Second)))
	}
	return "stopping" + waits + ". Once more, after a second, to leave at once."
}

// tidyTime is how long a report that is being written has, when the program is
// to leave, to take its temporary files away.
const tidyTime = 5 * time.Second

// untilSignal runs the command, has its first context end at the first signal,
// and returns its exit code, or at a further signal the first one's. The second
// context ends when the program is to leave: at that further signal, or at the
// first if the report is being written, for then nothing is in flight.
func untilSignal(stderr io.Writer, command func(ctx, leave context.Context, wait *drain) int) int {
	signals := make(chan os.Signal, 2) // as many as change anything
	defer heed(signals)()
	return untilOneOf(signals, stderr, command)
}

func untilOneOf(signals <-chan os.Signal, stderr io.Writer, command func(ctx, leave context.Context, wait *drain) int) int {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	leaveCtx, leave := context.WithCancelCause(context.Background())
	defer leave(nil)
	var wait drain
	done := make(chan int, 1) // one exit code
	go func() { done <- command(ctx, leaveCtx, &wait) }()
	var i interruption
	for {
		select {
		case code := <-done:
			return code
		case s := <-signals:
			switch begins, leaves := i.take(s, time.Now()); {
			case begins:
				cancel(i.first)
				tell(stderr, "\nsent-import: "+wait.text())
				if wait.reporting.Load() {
					leave(i.first)
				}
			case leaves:
				leave(i.first)
				if wait.reporting.Load() {
					select {
					case <-done:
						return i.first.exitCode()
					case <-time.After(tidyTime):
					}
				}
				tell(stderr, "sent-import: left at once. What was in flight is resolved by the next run.")
				return i.first.exitCode()
			}
		}
	}
}
