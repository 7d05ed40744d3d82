package main

import (
	"cmp"
	"time"

	"sent-import/cmd/internal/fileflags"
	"sent-import/importer"
)

// outputFlags say what is shown, and where the report goes.
type outputFlags struct {
	Report      string `help:"Directory of the report. Default: beside the file, its name with .report; with .sandbox for a rehearsal, with .check for a check; for report, that of the job's runs." placeholder:"DIR" type:"path"`
	ReportCells bool   `help:"Show the cells of the rows that need a hand on report.html. Default: their letters and digits are masked."`
	Quiet       bool   `help:"Say nothing on the way, only the result and errors."`
	JSON        bool   `help:"Print the result as JSON lines." name:"json"`
}

// stateFlag says where the ledger is.
type stateFlag struct {
	State string `help:"Directory of the ledger. Default: $XDG_STATE_HOME/sent-import, or ~/.local/state/sent-import." placeholder:"DIR" type:"path"`
}

func (f stateFlag) dir(a *app) (string, error) {
	if f.State != "" {
		return f.State, nil
	}
	return importer.StateDir(a.getenv)
}

// targetFlags say where contacts go, and what those that exist there may cost.
type targetFlags struct {
	Key     keyFlags `embed:""`
	BaseURL string   `help:"Base URL of the API. Default: the one in SENT_DM_BASE_URL or SENT_BASE_URL, or https://api.sent.dm." placeholder:"URL" also:"SENT_DM_BASE_URL SENT_BASE_URL"`
	Profile string   `help:"Child profile to create the contacts in: its name, its short name or its UUID." placeholder:"NAME|UUID"`
	Sandbox bool     `help:"A rehearsal: the API checks the numbers and creates nothing."`

	ExpectAccount string `help:"Stop before anything is sent unless the API says that the account has this name or id." placeholder:"NAME|ID"`

	Existing          string `help:"Contacts that exist: list reads the account's list of contacts first, off leaves it to the API to refuse them one by one, auto lists where that costs at most a tenth of the requests." enum:"auto,list,off" default:"auto"`
	ResolveDuplicates bool   `help:"Look up the contact ids of duplicates that were not in the list, one request each."`
}

// paceFlags say how fast, and when to give up.
type paceFlags struct {
	Rate        string        `help:"Requests: auto follows the account's limit; or 200/m, 10/s, unlimited." default:"auto"`
	Reserve     string        `help:"Part of the limit to leave to others, such as your messages: a share such as 20%, or requests a minute; or a timetable, such as '08:00,50% 20:00,0': from each local time on, that reserve, where 100% pauses. Default: none." placeholder:"N|P%|TIMETABLE"`
	Burst       int           `help:"Requests at once. Default: what the rate allows, 5 at most." placeholder:"N"`
	Concurrency int           `help:"Requests in flight. Default: what rate and latency need, 8 to 256." placeholder:"N"`
	Attempts    int           `help:"Times to send a row whose answers are lost, before a look-up decides." default:"5"`
	Timeout     time.Duration `help:"Time for one attempt; a creation may be slow." default:"60s"`
	Outage      time.Duration `help:"Time without any answer after which to stop." default:"15m"`
	MaxFailed   string        `help:"Stop if more rows fail in this run: a number, or a share (counted from 50 rows)." placeholder:"N|P%"`
	MaxDuration time.Duration `help:"Time that the run may take, such as 6h; what is left then is left for the next run." placeholder:"TIME"`
	MaxRequests *int          `help:"Requests of every kind that the command may make, for a first look at what comes out; what is left then is left for the next run. Default: as many as it takes." placeholder:"N"`
	Drain       time.Duration `help:"Time for which requests in flight are waited for after an interrupt, a hang-up or a termination; what has no answer then is settled by the next run. Default: 25s; 0s waits for none." default:"25s" placeholder:"TIME"`
	Fresh       bool          `help:"Start the job over, with new idempotency keys." variable:"-"`
}

func (f paceFlags) apply(o *importer.Options) (err error) {
	o.Rate, o.Reserve, o.Burst, o.Concurrency = f.Rate, f.Reserve, f.Burst, f.Concurrency
	o.Attempts, o.Timeout, o.Outage, o.MaxDuration, o.Fresh = f.Attempts, f.Timeout, f.Outage, f.MaxDuration, f.Fresh
	if f.Attempts < 1 || f.Timeout <= 0 || f.Outage <= 0 || f.MaxDuration < 0 {
		return &importer.UsageError{Message: "--attempts takes 1 or more; --timeout, --outage and --max-duration take a time such as 60s, 15m or 6h"}
	}
	if f.Drain < 0 {
		return &importer.UsageError{Message: "--drain takes a time such as 25s, or 0s to wait for nothing"}
	}
	if f.MaxRequests != nil {
		if *f.MaxRequests < 1 {
			return &importer.UsageError{Message: "--max-requests takes 1 or more"}
		}
		o.MaxRequests = importer.NewBudget(*f.MaxRequests)
	}
	o.Drain = cmp.Or(f.Drain, importer.NoDrain)
	o.MaxFailed, err = fileflags.Limit("max-failed", f.MaxFailed)
	return err
}

// until is when the time of a command is over that has begun then; zero for never.
func (f paceFlags) until(begun time.Time) time.Time {
	if f.MaxDuration == 0 {
		return time.Time{}
	}
	return begun.Add(f.MaxDuration)
}

func (f targetFlags) apply(a *app, o *importer.Options) (err error) {
	o.Profile, o.Sandbox, o.BaseURL = f.Profile, f.Sandbox, f.BaseURL
	o.ExpectAccount = f.ExpectAccount
	o.Existing, o.ResolveDuplicates = f.Existing, f.ResolveDuplicates
	o.Key, err = f.Key.key(a)
	return err
}
