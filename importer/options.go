package importer

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"sent-import/importer/create"
	"sent-import/importer/gateway"
	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/pace"
	"sent-import/importer/plan"
	"sent-import/importer/progress"
	"sent-import/importer/sent"
)

// KeyPlace is where the key is kept, in the words of [Stop.Message]: a command that takes it
// from elsewhere puts its own words there.
const KeyPlace = sent.KeyPlace

// Defaults of [Options], each with its reason.
const (
	// DefaultBaseURL is the API's own.
	DefaultBaseURL = sent.DefaultBaseURL
	// DefaultAttempts is enough to ride out a restart of the server, and few
	// enough that a row which the server can't stand ends within half a minute.
	DefaultAttempts = 5
	// DefaultTimeout is long because a creation may look the number up outside.
	DefaultTimeout = time.Minute
	// DefaultOutage is longer than most deployments and restarts take, and
	// short enough for somebody to look the same night.
	DefaultOutage = 15 * time.Minute
	// DefaultMaxInvalidPercent is the share of invalid rows above which a file
	// is taken for the wrong file, or its phone column for the wrong column.
	DefaultMaxInvalidPercent = 50
)

// Reading is the options that decide what a row means.
type Reading = plan.Reading

// Delimiter is what stands between two cells.
type Delimiter = plan.Delimiter

// UsageError says that the options don't fit each other or the file.
type UsageError = plan.UsageError

// InputError says that the file can't be read as a list, for what it holds: the same bytes give
// the same error again.
type InputError = plan.InputError

const (
	// DefaultDrain leaves room for the report in the 30 s that containers are given
	// between SIGTERM and SIGKILL.
	DefaultDrain = 25 * time.Second
	// NoDrain, as any time below 0, cuts off at once what is in flight.
	NoDrain time.Duration = -1
)

// Budget is how many requests a command may make, see [NewBudget].
type Budget = gateway.Budget

// NewBudget returns a budget of n requests of every kind, 1 or more.
func NewBudget(n int) *Budget { return gateway.NewBudget(n) }

// Options says what to import, where to, and how. The zero value of each field
// but Input and Key is ready.
type Options struct {
	Input string    // path of the file, or "-" for Stdin
	Stdin io.Reader // read only if Input is "-"
	State string    // state directory; "" takes the one of [StateDir]

	// Ledger opens the ledger, where it is not the file in State: dir is State. Then State
	// keeps only what belongs to this machine, and Fresh replaces no damaged ledger. nil:
	// the file, [ledger.Open].
	Ledger func(dir string) (*ledger.Ledger, error)

	Reading // what the file means

	// Where the contacts go.
	BaseURL string // "": DefaultBaseURL
	Key     string // the API key; not needed by Check
	Profile string // the child profile: its UUID, its name or its short name; "": the account itself
	Sandbox bool   // a rehearsal: the API validates and creates nothing
	// ExpectAccount is the name or the id of the account; if the API tells another, or
	// none, Run stops before anything is sent. "": whichever it is.
	ExpectAccount string

	// Owner stands for the account in the identity of a job as long as the API has not told
	// it: whoever gives one vouches that all its keys are of one account. Then Run waits for
	// no creation to find out whose key it is: while the API gives no answer to that, the
	// error is [ErrAccountUntold], and nothing is sent. "": the key's fingerprint.
	Owner string

	// What a contact that exists may cost.
	Existing          string // "auto" (also ""): read the account's list where it pays; "list": always; "off": never
	ResolveDuplicates bool   // look up the contact ids of duplicates that the list has not shown, one request each

	// How.
	Rate        string           // "auto" (also ""), "200/m", "10/s", "unlimited"
	Reserve     string           // of the account's limit, left to others: "20%", or requests a minute as in "40"; or a timetable of these, as in "08:00,50% 20:00,0"; "": none
	Clock       func() time.Time // that a timetable goes by, in its zone; nil: the machine's, in local time
	Burst       int              // requests at once; 0: what the rate allows, 5 at most
	Concurrency int              // requests in flight; 0: what rate and latency need, 8 to 256
	Attempts    int              // creations of a row in a run whose answer may be lost; 0: DefaultAttempts
	Timeout     time.Duration    // of an attempt; 0: DefaultTimeout
	Outage      time.Duration    // without an answer, after which the run stops; 0: DefaultOutage
	MaxInvalid  Limit            // the zero value: DefaultMaxInvalidPercent
	MaxFailed   Limit            // the zero value: none
	MaxDuration time.Duration    // from Begun, after which the run stops; 0: none
	Begun       time.Time        // when the command of which the run is a part began; zero: when the run does
	MaxRequests *Budget          // after which the run stops; runs that share it are one command; nil: none
	Drain       time.Duration    // that requests in flight are waited for after the context's end; 0: DefaultDrain; below 0: NoDrain
	Fresh       bool             // start a new generation of the job, with new keys

	Version   string            // of the program, for the User-Agent
	Transport http.RoundTripper // nil: a tuned one over the network

	// Report is called when the file has been read and nothing has been sent: it
	// takes the place where the report is going to be written. Its error ends the
	// run. nil: there is no report.
	Report func(file string) (ReportPlace, error)

	// Rows takes the rows of a Check while the file is read, in file order, to their end
	// or their first error, which it returns; those that go back to the user carry their
	// cells. Of job nothing is known yet that only the end of the file shows. If rows end
	// with an error, Rows may be called once more, and what it took before does not count:
	// a row can say of rows before it that their person opted out, or how many of them an
	// option would help. nil: nobody wants them now; see [Result.Rows].
	Rows func(job JobInfo, rows iter.Seq2[outcome.Row, error]) error

	// Settled takes the rows that a Run settles, each as a report shows it now, without the
	// user's cells, once that is on the disk: first those that the plan decides, if this run
	// makes the plan, in file order; then the others, as they come. A duplicate comes again
	// if its contact's id is looked up later. Rows that earlier runs have settled don't come.
	// While it takes a row, some hundreds can be settled before the run waits for it. It is
	// not called by two goroutines at once. nil: nobody wants them.
	Settled func(outcome.Row)

	// What is told on the way. Both may be nil; neither is called by two
	// goroutines at once.
	Notice func(string) // something a person should know, one line
	Plan   func(Plan)   // the plan is complete; nothing has been sent yet
	// Progress is filled while the run goes on; nil: nobody looks.
	Progress *progress.Progress
}

// ReportPlace is where the report of a run is going to be written.
type ReportPlace struct {
	Dir    string   // absolute; kept with the job
	Before string   // id of the job whose report is there, or was to be; "" for none
	Notes  []string // what a person should know about the place
	// Claim is called when it is known which job the run is of, before its first
	// creation. before is the job of Before, if that has open rows; what is to be
	// said about it is returned.
	Claim func(job JobInfo, before *JobStatus) (note string, err error)
}

func (o Options) withDefaults() Options {
	if o.Rate == "" {
		o.Rate = "auto"
	}
	if o.Existing == "" {
		o.Existing = string(create.ExistingAuto)
	}
	if o.Attempts == 0 {
		o.Attempts = DefaultAttempts
	}
	if o.Timeout == 0 {
		o.Timeout = DefaultTimeout
	}
	if o.Outage == 0 {
		o.Outage = DefaultOutage
	}
	if o.Drain == 0 {
		o.Drain = DefaultDrain
	}
	if o.MaxInvalid == (Limit{}) {
		o.MaxInvalid = Limit{Percent: DefaultMaxInvalidPercent}
	}
	if o.Notice == nil {
		o.Notice = func(string) {}
	}
	if o.Plan == nil {
		o.Plan = func(Plan) {}
	}
	if o.Progress == nil {
		o.Progress = new(progress.Progress)
	}
	o.Reading = o.Reading.Normalised()
	return o
}

// grace is how long after we have given a request up, or died with it, the
// server may still carry it out. A short timeout says nothing about the server,
// and the run that died may have had a longer one.
func (o Options) grace() time.Duration { return max(o.Timeout, DefaultTimeout) }

// Validate returns the [*UsageError] that Run would, as far as it says nothing of the file.
func (o Options) Validate() error { return o.withDefaults().validate() }

func (o Options) validate() error {
	usage := func(option, format string, args ...any) error {
		return &UsageError{Option: option, Message: option + fmt.Sprintf(format, args...)}
	}
	if err := o.Reading.Validate(); err != nil {
		return err
	}
	if !slices.Contains([]create.Existing{create.ExistingAuto, create.ExistingList, create.ExistingOff}, create.Existing(o.Existing)) {
		return usage("existing", " takes auto, list or off")
	}
	switch {
	case o.Attempts < 1:
		return usage("attempts", " takes 1 or more")
	case o.Concurrency < 0:
		return usage("concurrency", " takes 0 or more")
	case o.Burst < 0:
		return usage("burst", " takes 0 or more")
	case o.Timeout < 0:
		return usage("timeout", " takes a time such as 60s")
	case o.Outage < 0:
		return usage("outage", " takes a time such as 15m")
	case o.MaxDuration < 0:
		return usage("max-duration", " takes a time such as 6h")
	}
	_, err := o.pace()
	return err
}

// pace is how fast the run may go.
func (o Options) pace() (pace.Options, error) {
	p, err := pace.ParseRate(o.Rate)
	if err != nil {
		return p, &UsageError{Option: "rate", Message: "rate: " + err.Error()}
	}
	if pace.IsTimetable(o.Reserve) {
		p.Timetable, err = pace.ParseTimetable(o.Reserve)
	} else {
		p.Reserve, err = pace.ParseReserve(o.Reserve)
	}
	if err != nil {
		return p, &UsageError{Option: "reserve", Message: "reserve: " + err.Error()}
	}
	if (!p.Reserve.IsZero() || !p.Timetable.IsZero()) && (p.PerMinute > 0 || p.Unlimited) {
		return p, &UsageError{Option: "reserve", Message: fmt.Sprintf("reserve %s and rate %s contradict each other: a rate that is given is obeyed, whatever others do. Leave the rate out, or give the rate that leaves enough to others", o.Reserve, o.Rate)}
	}
	p.Burst, p.Clock = o.Burst, o.Clock
	return p, nil
}

// ErrNoStateDir says that the environment names no place for the state.
var ErrNoStateDir = errors.New("no place for the state: neither SENT_IMPORT_STATE, XDG_STATE_HOME nor HOME is set")

// StateDir is the state directory for an environment: SENT_IMPORT_STATE, else
// sent-import below XDG_STATE_HOME, else below ~/.local/state. Its error is
// [ErrNoStateDir].
func StateDir(getenv func(string) string) (string, error) {
	if dir := getenv("SENT_IMPORT_STATE"); dir != "" {
		return dir, nil
	}
	if dir := getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "sent-import"), nil
	}
	home := getenv("HOME")
	if home == "" {
		var err error
		if home, err = os.UserHomeDir(); err != nil {
			return "", ErrNoStateDir
		}
	}
	return filepath.Join(home, ".local", "state", "sent-import"), nil
}

// Limit is a number of rows, or a share of them.
type Limit = outcome.Limit
