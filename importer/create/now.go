package create

import "time"

// now is the time on our clock, without the monotonic part: spans have to outlive the
// process, and a laptop's sleep counts.
func now() time.Time { return time.Now().Round(0) }

// occasion is when the deferred rows are judged.
type occasion bool

const (
	onTheWay occasion = false
	atTheEnd occasion = true // nothing more will be known
)
