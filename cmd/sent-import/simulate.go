package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"sent-import/importer"
	"sent-import/importer/simulator"
)

// simulateCmd is sent-import simulate.
type simulateCmd struct {
	Listen         string        `help:"Address to listen on." default:"127.0.0.1:8787"`
	Keys           []string      `help:"API keys that are good. Default: all." placeholder:"KEY"`
	Profiles       []string      `help:"Child profiles of the account: UUIDs, or UUID=NAME/SHORT with their names." placeholder:"UUID"`
	AccountName    string        `help:"Name of the account." default:"Simulated organization"`
	RateLimit      int           `help:"Requests a minute; 0: no limit." default:"200"`
	BucketSize     int           `help:"Requests at once." default:"50"`
	Algorithm      string        `help:"How the limit is counted: bucket, fixed-window or sliding-window." enum:"bucket,fixed-window,sliding-window" default:"bucket"`
	RateHeaders    string        `help:"Answers that carry the X-RateLimit headers: always, 429 or never." enum:"always,429,never" default:"always"`
	Latency        time.Duration `help:"Time that a request takes." default:"30ms"`
	IdempotencyTTL time.Duration `help:"Time for which answers are replayed; 0: none are." default:"24h" name:"idempotency-ttl"`
	InFlightWait   time.Duration `help:"Time for which a request waits for another with its key." default:"5s"`
	CacheErrors    bool          `help:"Replay errors as well."`
	Conflict005    bool          `help:"Answer CONFLICT_005 to a known key with another body." name:"conflict-005"`
	AuthBodies     bool          `help:"Give 401 and 403 a body."`
	MeStatus       int           `help:"Status of GET /v3/me." default:"200"`
	PageSizeMax    int           `help:"Largest page of the list." default:"100"`
	ClockOffset    time.Duration `help:"How far the server's clock is ahead."`
	Existing       []string      `help:"Numbers that are there already: E.164, or @FILE with one in each line." placeholder:"NUMBER" variable:"SIMULATE_EXISTING"`
	Deleted        []string      `help:"Numbers that were deleted, and are restored by a creation." placeholder:"NUMBER"`
	Inherited      []string      `help:"Numbers that are inherited from above." placeholder:"NUMBER"`
	OptedOut       []string      `help:"Numbers of those that have opted out." placeholder:"NUMBER"`
	Rejected       []string      `help:"Numbers that the API does not take." placeholder:"NUMBER"`
	Faults         string        `help:"What goes wrong, such as 500-after:2%,reset-before:1%,429=30:0.5%,hang-after:0.1%,outage=100..150." placeholder:"SPEC"`
	Stop           []string      `help:"Refusals that begin with the nth request: revoked, kyc, suspended, balance or quota, and :N; N..M ends them with the Mth." placeholder:"KIND:N"`
	Seed           uint64        `help:"Seed of the ids; 0: random."`
}

func (c *simulateCmd) Help() string {
	return `Serves the contacts endpoints of the Sent v3 API on this machine, with the limits, replays and faults that you choose. GET /_simulator/truth shows what the account holds and what happened, /_simulator/stats the counts; /_simulator/outage?on=true takes it down.

Examples:
  sent-import simulate
  sent-import simulate --rate-limit 600 --algorithm fixed-window
  sent-import simulate --faults 500-after:5%,reset-before:5%,hang-after:1%
  SENT_DM_API_KEY=any sent-import run --base-url http://127.0.0.1:8787 contacts.csv`
}

// Run is called by the command line's parser.
func (c *simulateCmd) Run(a *app) error {
	o, err := c.options()
	if err != nil {
		return &importer.UsageError{Message: err.Error()}
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w; choose another address with --listen", err)
	}
	sim := simulator.New(o)
	server := &http.Server{Handler: sim, ReadHeaderTimeout: time.Minute, ErrorLog: log.New(a.stderr, "", log.LstdFlags)}
	context.AfterFunc(a.ctx, func() {
		_ = server.Close()
		_ = sim.Close()
	})
	fmt.Fprintf(a.stdout, "The simulator listens on http://%s\nTry: SENT_DM_API_KEY=any sent-import run --base-url http://%s contacts.csv\n",
		listener.Addr(), listener.Addr())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func (c *simulateCmd) options() (o simulator.Options, err error) {
	o = simulator.Options{
		RateLimit: max(c.RateLimit, 0), Unlimited: c.RateLimit <= 0, BucketSize: c.BucketSize,
		Algorithm:      map[string]simulator.Algorithm{"fixed-window": simulator.FixedWindow, "sliding-window": simulator.SlidingWindow}[c.Algorithm],
		RateHeaders:    map[string]simulator.RateHeaders{"429": simulator.HeadersOn429, "never": simulator.HeadersNever}[c.RateHeaders],
		Latency:        func(simulator.Request) time.Duration { return c.Latency },
		IdempotencyTTL: max(c.IdempotencyTTL, 0), NoReplays: c.IdempotencyTTL <= 0,
		InFlightWait: max(c.InFlightWait, 0), NoInFlightWait: c.InFlightWait <= 0, CacheErrors: c.CacheErrors, Conflict005: c.Conflict005,
		AuthBodies: c.AuthBodies, AccountName: c.AccountName, MeStatus: c.MeStatus, PageSizeMax: c.PageSizeMax, ClockOffset: c.ClockOffset, Seed: c.Seed,
	}
	if c.MeStatus < 200 || c.MeStatus > 599 {
		return o, fmt.Errorf("--me-status %d: give the status of an answer, 200 to 599", c.MeStatus)
	}
	if len(c.Keys) > 0 {
		o.Keys = make(map[string]simulator.Account)
	}
	for _, key := range c.Keys {
		o.Keys[key] = simulator.Account{}
	}
	o.Profiles, o.ProfileNames = profiles(c.Profiles)
	for into, from := range map[*[]string][]string{
		&o.Existing: c.Existing, &o.Deleted: c.Deleted, &o.Inherited: c.Inherited, &o.OptedOut: c.OptedOut, &o.Rejected: c.Rejected,
	} {
		if *into, err = numbers(from); err != nil {
			return o, err
		}
	}
	for _, stop := range c.Stop {
		s, err := parseStop(stop)
		if err != nil {
			return o, err
		}
		o.Stops = append(o.Stops, s)
	}
	if o.Faults, err = simulator.ParseFaults(c.Faults); err != nil {
		return o, err
	}
	return o, o.Validate()
}

// profiles reads UUID or UUID=NAME/SHORT.
func profiles(list []string) (ids []string, names map[string]simulator.ProfileName) {
	names = make(map[string]simulator.ProfileName)
	for _, item := range list {
		id, name, _ := strings.Cut(item, "=")
		long, short, _ := strings.Cut(name, "/")
		ids, names[id] = append(ids, id), simulator.ProfileName{Name: long, Short: short}
	}
	return ids, names
}

// numbers replaces @FILE by the lines of the file.
func numbers(list []string) (all []string, err error) {
	for _, item := range list {
		numbers := []string{item}
		if file, isFile := strings.CutPrefix(item, "@"); isFile {
			data, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			numbers = strings.Fields(string(data))
		}
		all = append(all, numbers...)
	}
	return all, nil
}

// parseStop reads KIND:N or KIND:N..M.
func parseStop(text string) (simulator.Stop, error) {
	kinds := map[string]func(uint64) simulator.Stop{
		"revoked": simulator.Revoked, "kyc": simulator.KYCOpen, "suspended": simulator.Suspended,
		"balance": simulator.Broke, "quota": simulator.OverQuota,
	}
	kind, window, _ := strings.Cut(text, ":")
	from, until, ends := strings.Cut(window, "..")
	if !ends {
		until = from
	}
	first, err := strconv.ParseUint(from, 10, 64)
	last, errLast := strconv.ParseUint(until, 10, 64)
	if kinds[kind] == nil || errors.Join(err, errLast) != nil || last < first {
		return simulator.Stop{}, fmt.Errorf("--stop %s: give a kind and the request it begins with, such as --stop revoked:100, or --stop revoked:100..120", text)
	}
	stop := kinds[kind](first)
	if ends {
		stop.Until = last + 1
	}
	return stop, nil
}
