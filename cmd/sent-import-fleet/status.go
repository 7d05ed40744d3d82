package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"sent-import/importer/fleet/pool"
	"sent-import/importer/outcome"
	"sent-import/importer/progress"
)

// statusCmd is sent-import-fleet status.
type statusCmd struct {
	Of       string       `arg:"" optional:"" name:"import|name" help:"An import's number, or the name of an account's key; none shows all that is open or stopped."`
	JSON     bool         `name:"json" help:"Print one JSON document."`
	Database databaseFlag `embed:""`
}

func (c *statusCmd) Help() string {
	return `Shows the accounts with open imports: which worker has each, how many imports it has, the rate of requests and how long the rest takes; then the imports that are open or were stopped, and why one waits or was stopped. With a number, that import alone; with the name of a key, all imports of that account, ended ones too. Figures are up to five seconds old, times are this machine's.

Examples:
  sent-import-fleet status
  sent-import-fleet status acme
  sent-import-fleet status 12 --json`
}

// jsonPool and jsonImport are a pool and an import as JSON.
type jsonPool struct {
	Pool         string    `json:"pool"`
	KeyRef       string    `json:"key_ref"`
	Holder       string    `json:"holder"` // "": nobody
	LeaseSeconds float64   `json:"lease_seconds"`
	Lost         string    `json:"lost"`   // whose lease has run out; "": nobody's
	Import       int64     `json:"import"` // that is worked on; 0: none
	Open         int       `json:"open"`
	PerMinute    float64   `json:"requests_per_minute"`
	LeftSeconds  *float64  `json:"left_seconds"` // of the imports whose rows are known; null: that can't be said
	Unread       int       `json:"unread"`       // open imports whose rows are not known yet
	Oldest       time.Time `json:"oldest,omitzero"`
	Due          time.Time `json:"due,omitzero"`
	Sliced       time.Time `json:"sliced,omitzero"`
}

type jsonImport struct {
	ID        int64           `json:"id"`
	KeyRef    string          `json:"key_ref"`
	BaseURL   string          `json:"base_url"`
	Profile   string          `json:"profile"`
	Sandbox   bool            `json:"sandbox"`
	Input     string          `json:"input"`
	SHA256    string          `json:"sha256"`
	State     pool.State      `json:"state"`
	Reason    string          `json:"reason"`
	NotBefore time.Time       `json:"not_before,omitzero"`
	Takeovers int             `json:"takeovers"`
	Job       string          `json:"job"`
	Counts    *outcome.Counts `json:"counts"` // null: not planned yet
	PerMinute float64         `json:"requests_per_minute"`
	ExitCode  *int            `json:"exit_code"` // null before its end
	Report    string          `json:"report"`
	Enqueued  time.Time       `json:"enqueued"`
	Changed   time.Time       `json:"changed"`
}

// Run is called by the command line's parser.
func (c *statusCmd) Run(a *app) error {
	f, err := c.Database.use(a.ctx, few)
	if err != nil {
		return err
	}
	defer f.close()
	pools, err := f.pools.Pools(a.ctx)
	if err != nil {
		return err
	}
	imports, err := f.pools.Imports(a.ctx, "")
	if err != nil {
		return err
	}
	v := c.view(pools, imports)
	if c.Of != "" && len(v.Imports) == 0 && len(v.Pools) == 0 {
		return &exitError{exitFailed, fmt.Sprintf("there is neither an import nor a key named %q: sent-import-fleet status lists them", c.Of)}
	}
	switch {
	case c.JSON:
		return json.NewEncoder(a.stdout).Encode(v)
	case len(v.Pools) == 0 && len(v.Imports) == 1 && c.Of == strconv.FormatInt(v.Imports[0].ID, 10):
		return v.Imports[0].text(a.stdout)
	}
	return v.text(a.stdout)
}

// statusView is what is shown.
type statusView struct {
	Pools   []jsonPool   `json:"pools"`
	Imports []jsonImport `json:"imports"`
}

// view chooses what was asked for.
func (c *statusCmd) view(pools []pool.Status, imports []pool.Import) statusView {
	v := statusView{Pools: []jsonPool{}, Imports: []jsonImport{}}
	number, err := strconv.ParseInt(c.Of, 10, 64)
	one := err == nil
	left, unread, rate := make(map[string]int), make(map[string]int), make(map[string]float64)
	for _, i := range imports {
		j := importView(i)
		switch {
		case i.State == pool.Open && j.Counts != nil:
			left[i.Pool()] += j.Counts.Pending
			rate[i.Pool()] += i.PerMinute
		case i.State == pool.Open:
			unread[i.Pool()]++
		}
		open := i.State == pool.Open || i.State == pool.Stopped
		if one && i.ID == number || !one && (c.Of == "" && open || c.Of == i.KeyRef || c.Of == i.Pool()) {
			v.Imports = append(v.Imports, j)
		}
	}
	for _, p := range pools {
		ref := pool.KeyRef(p.Pool)
		if one || c.Of == "" && p.Open == 0 || c.Of != "" && c.Of != ref && c.Of != p.Pool {
			continue
		}
		j := jsonPool{
			Pool: p.Pool, KeyRef: ref, Holder: p.Holder, Lost: p.Lost, LeaseSeconds: max(0, p.Lease.Seconds()), Unread: unread[p.Pool], Import: p.Current, Open: p.Open,
			PerMinute: rate[p.Pool], Oldest: p.Oldest, Due: p.Due, Sliced: p.Sliced,
		}
		if j.PerMinute > 0 {
			seconds := progress.TimeFor(left[p.Pool], j.PerMinute).Seconds()
			j.LeftSeconds = &seconds
		}
		v.Pools = append(v.Pools, j)
	}
	return v
}

func importView(i pool.Import) jsonImport {
	j := jsonImport{
		ID: i.ID, KeyRef: i.KeyRef, BaseURL: i.BaseURL, Profile: i.Profile, Sandbox: i.Sandbox, Input: i.InputName, SHA256: i.InputSHA256,
		State: i.State, Reason: i.Reason, NotBefore: i.NotBefore, Takeovers: i.Takeovers, Job: i.Job, PerMinute: i.PerMinute,
		Report: i.Report, Enqueued: i.Enqueued, Changed: i.Changed,
	}
	if c := new(outcome.Counts); json.Unmarshal(i.Counts, c) == nil && i.Counts != nil {
		j.Counts = c
	}
	if i.ExitCode >= 0 {
		j.ExitCode = &i.ExitCode
	}
	return j
}
