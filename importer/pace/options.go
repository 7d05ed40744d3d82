package pace

import (
	"math"
	"math/rand/v2"
	"time"
)

const (
	// documentedPerMinute is the limit of the API's standard endpoints: 200
	// requests a minute. Larger accounts learn theirs from the answers.
	documentedPerMinute = 200

	// maxPerMinute bounds what an answer can raise the rate to: 10,000 requests
	// a second are more than one process sends.
	maxPerMinute = 600_000

	// serverBurst is the documented number of requests at once.
	serverBurst = 50
)

// Options describes the pace. The zero value is automatic: 200 requests a
// minute until an answer names another limit.
type Options struct {
	// PerMinute is the rate in requests a minute, obeyed exactly. 0, a negative
	// number or NaN is automatic: 97.5 % of the account's limit, which is 200
	// until Observe learns another. +Inf means Unlimited.
	PerMinute float64

	// Unlimited lifts the rate. Pauses still hold.
	Unlimited bool

	// Burst is the number of requests that may go at once, at the start or after
	// an idle time. 0 is automatic: 2.5 % of the limit, from 1 to 5. Automatic
	// mode takes no more than 50, which is what the API allows.
	Burst int

	// Rested says that nothing has been sent for a minute or more: the automatic
	// burst is there from the start. Otherwise the bucket starts with one token,
	// because a run before may have used the last minute's allowance.
	Rested bool

	// Reserve is left to other users of the account; see the package comment. It
	// is for automatic mode: a rate that the user gives is obeyed, whatever
	// others do.
	Reserve Reserve

	// Timetable says which Reserve is in force when, and takes the place of Reserve.
	Timetable Timetable

	// Clock is the clock that the Timetable goes by, in its zone; it may be set. nil: the
	// machine's, in local time.
	Clock func() time.Time

	// Closed is called when the Timetable leaves nothing to this program; until is when
	// that ends. It must not call the limiter. nil: nobody is told.
	Closed func(until time.Time)

	// Shared is the path of a file in which processes with one key share one
	// pace. Its directory is made if there is none. "": this limiter is alone.
	Shared string

	// Notice is called once if that file can't be used or was damaged. It must
	// not call the limiter. nil: nobody is told.
	Notice func(string)

	// Paused is called while a pause holds this program that another one has asked for, or one
	// that has ended since; until is when that ends. It must not call the limiter. nil: nobody
	// is told.
	Paused func(until time.Time)

	// Rand returns numbers from [0, 1) for the jitter. nil: math/rand/v2.
	Rand func() float64
}

func (o Options) withDefaults() Options {
	if math.IsInf(o.PerMinute, 1) {
		o.Unlimited = true
	}
	if math.IsNaN(o.PerMinute) || o.PerMinute < 0 {
		o.PerMinute = 0
	}
	if o.auto() {
		o.Burst = min(o.Burst, serverBurst)
	} else {
		o.Reserve, o.Timetable = Reserve{}, Timetable{}
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Closed == nil {
		o.Closed = func(time.Time) {}
	}
	if o.Paused == nil {
		o.Paused = func(time.Time) {}
	}
	if o.Rand == nil {
		o.Rand = rand.Float64
	}
	return o
}

// auto reports whether the rate follows the limits that answers name.
func (o Options) auto() bool { return o.PerMinute == 0 && !o.Unlimited }
