package main

import (
	"fmt"

	"sent-import/importer"
	"sent-import/importer/phone"
	"sent-import/importer/printable"
	"sent-import/importer/reporting"
	"sent-import/report"
	"sent-import/report/human"
)

// verifyCmd is sent-import verify.
type verifyCmd struct {
	Job     string    `arg:"" help:"The job's id, or the beginning of it; sent-import jobs lists them."`
	Key     keyFlags  `embed:""`
	Rate    string    `help:"Requests: auto follows the account's limit; or 200/m, 10/s, unlimited." default:"auto"`
	Reserve string    `help:"Part of the limit to leave to others: a share such as 20%, or requests a minute; or a timetable, such as '08:00,50% 20:00,0': from each local time on, that reserve, where 100% pauses. Default: none." placeholder:"N|P%|TIMETABLE"`
	JSON    bool      `help:"Print the result as JSON lines." name:"json"`
	Ledger  stateFlag `embed:""`
}

func (c *verifyCmd) Help() string {
	return `Asks the API whether every contact that the report calls created is there with its id, and every duplicate is there, and prints the differences. Exits with 0 if there are none, and with 3 if there are. What to run before telling others that the migration is done.

Example:
  sent-import verify 3f9a`
}

// jsonDifference is one difference as JSON.
type jsonDifference struct {
	Line    int    `json:"line"`
	Status  string `json:"status"`
	Problem string `json:"problem"`
}

// jsonVerified is the result of a verification as JSON.
type jsonVerified struct {
	Rows        int             `json:"rows"`
	Checked     int             `json:"checked"`
	Differences int             `json:"differences"`
	Requests    report.Requests `json:"requests"`
	Complete    bool            `json:"complete"`
	Stopped     *report.Stop    `json:"stopped"` // null: every contact was checked
	Undo        *report.Undo    `json:"undo"`    // null: the job is not undone
}

// Run is called by the command line's parser.
func (c *verifyCmd) Run(a *app) error {
	state, err := c.Ledger.dir(a)
	if err != nil {
		return err
	}
	o := importer.Options{
		State: state, Rate: c.Rate, Reserve: c.Reserve, Version: version(),
		Notice: a.notice,
	}
	if o.Key, err = c.Key.key(a); err != nil {
		return err
	}
	v, err := importer.Verify(a.ctx, c.Job, o)
	if err != nil {
		return err
	}
	show := c.text
	if c.JSON {
		show = c.lines
	}
	a.lines.about(v.Job.ID, v.Run)
	if err := show(a, v); err != nil && !interrupted(v.Stopped) {
		return err
	}
	switch {
	case v.Stopped != nil:
		return stopped(v.Stopped)
	case len(v.Differences) > 0:
		return &exitError{code: exitRowsLeft}
	}
	return nil
}

func (c *verifyCmd) text(a *app, v *importer.Verification) error {
	if v.Undo != nil {
		fmt.Fprintf(a.stdout, "%s What is deleted, or going to be, is not checked.\n", reporting.Undo(v.Undo).Sentence())
	}
	for _, d := range v.Differences {
		fmt.Fprintf(a.stdout, "line %d (%s): %s, but %s\n", d.Line, phone.Mask(d.Phone), d.Status, d.Problem)
	}
	verdict := "all of them are in the account"
	switch {
	case v.Rows == 0 && v.Stopped == nil:
		verdict = "as there is none to check"
	case len(v.Differences) > 0:
		verdict = human.Number(len(v.Differences)) + " of them differ"
	case v.Stopped != nil && v.Checked == 0:
		verdict = "so nothing is known"
	case v.Stopped != nil:
		verdict = "no difference so far"
	}
	checked := human.Count(v.Checked, "contact", "contacts")
	if v.Checked < v.Rows {
		checked = human.Number(v.Checked) + " of " + human.Count(v.Rows, "contact", "contacts")
	}
	_, err := fmt.Fprintf(a.stdout, "%s: %s checked, %s. %s.\n",
		printable.Path(v.Job.InputName), checked, verdict, human.Count(v.Requests.Total(), "request", "requests"))
	return err
}

func (c *verifyCmd) lines(a *app, v *importer.Verification) error {
	for _, d := range v.Differences {
		if err := a.lines.write("difference", jsonDifference{d.Line, string(d.Status), d.Problem}); err != nil {
			return err
		}
	}
	return a.lines.result("verified", jsonVerified{
		v.Rows, v.Checked, len(v.Differences), v.Requests, v.Stopped == nil, stopOf(v.Stopped), reporting.Undo(v.Undo),
	})
}
