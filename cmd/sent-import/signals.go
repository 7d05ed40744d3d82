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

// sameSignal is how long after the first signal another one counts as a repetition of
// the first. timeout(1) signals the program and milliseconds later its process group;
// so can a terminal that is closed; and supervisors repeat signals.
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

// exitCode is the exit code that a shell reports for a program ended by the signal.
func (e *signalError) exitCode() int { return exitInterrupted + int(e.signal) }

// heed sends the signals that ask the program to end to the channel, until stop is
// called. A hang-up or an interrupt that was ignored when the program started (nohup,
// a background job of a script) stays ignored.
//
// Until stop is called, a write to stdout or stderr that has no reader any more
// returns an error and does not end the program: Ctrl-C ends the other programs of a
// pipeline, and a closed terminal ends all of them, while this one has requests to
// settle.
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

// interruption remembers the first signal. The zero value is ready.
type interruption struct {
	first *signalError // nil: no signal yet
	at    time.Time    // of the first signal
}

// take handles a signal that arrived at now. begins: the program has to start to
// stop; leaves: it has to end at once.
func (i *interruption) take(s os.Signal, now time.Time) (begins, leaves bool) {
	if i.first == nil {
		i.first, i.at = &signalError{s.(syscall.Signal)}, now
		return true, false
	}
	return false, now.Sub(i.at) > sameSignal
}

// drain says what the command waits for after a signal. The zero value is ready.
type drain struct {
	nanoseconds atomic.Int64 // how long, for requests in flight; 0 while there are none
	reporting   atomic.Bool  // the report is being written
	screen      atomic.Pointer[func(text string) bool]
}

// tellThrough has tell show its texts by the function, which reports whether it could,
// until end is called: a progress bar is on the terminal.
func (w *drain) tellThrough(say func(text string) bool) (end func()) {
	w.screen.Store(&say)
	return func() { w.screen.Store(nil) }
}

// tell shows a text to the user, in a line of its own behind the ^C that a terminal shows.
func (w *drain) tell(stderr io.Writer, text string) {
	if !w.tellAboveBar(text) {
		tell(stderr, "\n"+text)
	}
}

// tellAboveBar shows a text above the progress bar, if there is one.
func (w *drain) tellAboveBar(text string) bool {
	say := w.screen.Load()
	return say != nil && (*say)(text)
}

// text is what the user is told when a signal arrives.
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

// tidyTime is how long the writing of a report has to remove its temporary files when
// the program has to end at once.
const tidyTime = 5 * time.Second

// untilSignal runs the command and returns its exit code. The command's first context
// ends at the first signal. At a further signal untilSignal returns the exit code of
// the first signal and does not wait. The second context, leave, ends at that further
// signal, or at the first one if the report is being written, when no request is in
// flight.
func untilSignal(stderr io.Writer, command func(ctx, leave context.Context, wait *drain) int) int {
	signals := make(chan os.Signal, 2) // the first and a further one
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
				reporting, text := wait.reporting.Load(), wait.text() // before cancel makes the command begin its report
				cancel(i.first)
				wait.tell(stderr, "sent-import: "+text)
				if reporting {
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
				wait.tell(stderr, "sent-import: left at once. What was in flight is resolved by the next run.")
				return i.first.exitCode()
			}
		}
	}
}
