package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"sent-import/importer/fleet/pool"
	"sent-import/importer/outcome"
	"sent-import/importer/printable"
	"sent-import/importer/progress"
	"sent-import/report/human"
)

// statusCmd is sent-import-fleet status.
type statusCmd struct {
	Of       string       `arg:"" optional:"" help:"An import's number, or the name of an account's key; none shows all that is open." placeholder:"IMPORT|NAME"`
	JSON     bool         `name:"json" help:"Print one JSON document."`
	Database databaseFlag `embed:""`
}

func (c *statusCmd) Help() string {
	return `Shows the accounts with open imports: which worker has each and for how long still, how many imports it has, the rate of requests and how long the rest takes; and the imports that are open or were stopped. With a number, that import alone; with the name of a key, all imports of that account, ended ones too. Figures are up to five seconds old.

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
	Import       int64     `json:"import"` // that is worked on; 0: none
	Open         int       `json:"open"`
	PerMinute    float64   `json:"requests_per_minute"`
	LeftSeconds  *float64  `json:"left_seconds"` // null: that can't be said
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
	if c.JSON {
		return json.NewEncoder(a.stdout).Encode(v)
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
	left, rate := make(map[string]int), make(map[string]float64)
	for _, i := range imports {
		j := importView(i)
		if j.Counts != nil && i.State == pool.Open {
			left[i.Pool()] += j.Counts.Pending
			rate[i.Pool()] += i.PerMinute
		}
		open := i.State == pool.Open || i.State == pool.Stopped
		if one && i.ID == number || !one && (c.Of == "" && open || c.Of == i.KeyRef || c.Of == i.Pool()) {
			v.Imports = append(v.Imports, j)
		}
	}
	for _, p := range pools {
		ref := p.Pool[strings.LastIndex(p.Pool, "|")+1:]
		if one || c.Of == "" && p.Open == 0 || c.Of != "" && c.Of != ref && c.Of != p.Pool {
			continue
		}
		j := jsonPool{
			Pool: p.Pool, KeyRef: ref, Holder: p.Holder, LeaseSeconds: max(0, p.Lease.Seconds()), Import: p.Current, Open: p.Open,
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

// text shows it to people.
func (v statusView) text(w io.Writer) error {
	if len(v.Pools) == 0 && len(v.Imports) == 0 {
		_, err := fmt.Fprintln(w, "Nothing is open.")
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if len(v.Pools) > 0 {
		fmt.Fprintln(t, "ACCOUNT\tWORKER\tOPEN\tNOW\tREQUESTS\tLEFT")
	}
	for _, p := range v.Pools {
		fmt.Fprintf(t, "%s\t%s\t%d\t%s\t%s\t%s\n", printable.Text(p.KeyRef), holderText(p), p.Open, currentText(p), rateText(p.PerMinute), leftText(p))
	}
	if len(v.Pools) > 0 && len(v.Imports) > 0 {
		fmt.Fprintln(t)
	}
	if len(v.Imports) > 0 {
		fmt.Fprintln(t, "IMPORT\tACCOUNT\tFILE\tSTATE\tROWS")
	}
	for _, i := range v.Imports {
		fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%s\n", i.ID, printable.Text(i.KeyRef), printable.Path(i.Input), stateText(i), rowsText(i))
	}
	return t.Flush()
}

func holderText(p jsonPool) string {
	switch {
	case p.Holder != "":
		return fmt.Sprintf("%s (%.0f s)", printable.Text(p.Holder), p.LeaseSeconds)
	case !p.Due.IsZero() && time.Until(p.Due) > time.Second:
		return "waits until " + p.Due.Local().Format(time.DateTime)
	}
	return "waits for a slot"
}

func currentText(p jsonPool) string {
	if p.Import == 0 {
		return "-"
	}
	return fmt.Sprintf("import %d", p.Import)
}

func rateText(perMinute float64) string {
	if perMinute <= 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f/m", perMinute)
}

func leftText(p jsonPool) string {
	if p.LeftSeconds == nil {
		return "-"
	}
	return human.Estimated(time.Duration(*p.LeftSeconds * float64(time.Second)))
}

func stateText(i jsonImport) string {
	text := string(i.State)
	if i.Takeovers > 0 && i.State == pool.Open {
		text += fmt.Sprintf(", taken over %d times without getting further", i.Takeovers)
	}
	return printable.Text(text + because(i.Reason))
}

func rowsText(i jsonImport) string {
	c := i.Counts
	if c == nil {
		return "-"
	}
	return fmt.Sprintf("%s: %s created, %s duplicate, %s invalid, %s failed, %s pending", human.Number(c.Rows),
		human.Number(c.Created), human.Number(c.Duplicate), human.Number(c.Invalid), human.Number(c.Failed), human.Number(c.Pending))
}
