package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/printable"
	owned "sent-import/importer/private"
	"sent-import/importer/simulator"
	"sent-import/report/human"
	"sent-import/testdata"
)

// demoCmd is sent-import demo.
type demoCmd struct {
	Report string `help:"Directory of the report." default:"demo.report"`
	Quiet  bool   `help:"Say nothing on the way, only the result and errors."`
}

func (c *demoCmd) Help() string {
	return `Imports a sample file of some five hundred contacts into the built-in simulator, at a lively rate and with lost answers, and compares the report with what the simulator holds. Nothing leaves this machine. It exits with 0 if report and simulator agree.

Example:
  sent-import demo`
}

const (
	// demoRate makes the demo take about ten seconds.
	demoRate = 2400
	// demoExisting makes every twelfth valid number of the sample a contact that the
	// simulator holds before the import.
	demoExisting = 12
	demoFaults   = "500-after@post:2%,reset-after@post:1%,503-before@post:1%,seed=4"
)

// Run is called by the command line's parser.
func (c *demoCmd) Run(a *app) (err error) {
	own, err := owned.TempDir(os.TempDir(), "sent-import-demo-") // see sweepTemporary in importer
	if err != nil {
		return fmt.Errorf("%w. Give a directory that can be written to with TMPDIR", err)
	}
	defer func() { err = errors.Join(err, own.Remove()) }()
	file := filepath.Join(own.Path, "contacts.csv")
	if err := os.WriteFile(file, testdata.Contacts, 0o600); err != nil {
		return err
	}
	sim, err := demoServer(a, file)
	if err != nil {
		return err
	}
	defer sim.Close()
	transport, closePipe := simulator.Pipe(sim)
	defer closePipe()

	tell(a.stderr, fmt.Sprintf("A simulated account takes %s requests a minute, holds some of the contacts already, and loses some answers.", human.Number(demoRate)))
	o := importer.Options{
		Input: file, State: filepath.Join(own.Path, "state"), BaseURL: "http://localhost", Key: "demo", Version: version(), Transport: transport,
	}
	flags := outputFlags{Quiet: c.Quiet}
	r := a.newReporter(c.Report, "contacts.csv", runReport, "")
	defer func() { err = errors.Join(err, r.close()) }()
	result, err := a.watch(importer.Run, o, flags, r)
	if err != nil {
		return err
	}
	disagree, err := disagreements(result, sim.Truth())
	if err != nil {
		return err
	}
	finished := a.finish(result, finish{
		flags: flags, to: r, next: "sent-import run contacts.csv",
		fixed: func(name string) string { return "sent-import run " + printable.Word(filepath.Join(c.Report, name)) },
	})
	if result.Stopped != nil {
		return finished
	}
	if code := a.fail(finished); code != exitRowsLeft {
		return &exitError{code: exitFailed, text: fmt.Sprintf("the demo was to end with invalid rows (exit code %d), and ended with %d", exitRowsLeft, code)}
	}
	if disagree > 0 {
		return &exitError{exitFailed, fmt.Sprintf("%d rows of the report disagree with the simulator", disagree)}
	}
	a.explain(result.Counts, result.Reasons)
	return nil
}

// explain says in two lines what the demo has shown.
func (a *app) explain(counts outcome.Counts, reasons map[outcome.Reason]int) {
	tell(a.stdout, fmt.Sprintf("\nThe simulator holds each of the %s valid numbers exactly once, and every row of the report agrees with it.\n"+
		"Of %s contacts created, %d were created by a request whose answer was lost; %s rows cost no request: they are invalid or repeat a number.",
		human.Number(counts.Created+reasons[outcome.AlreadyExists]), human.Number(counts.Created),
		reasons[outcome.ReasonRecovered], human.Number(counts.Invalid+reasons[outcome.InFile])))
}

// demoServer is a simulator that holds some of the file's numbers already.
func demoServer(a *app, file string) (*simulator.Server, error) {
	checked, err := importer.Check(a.ctx, importer.Options{Input: file})
	if err != nil {
		return nil, err
	}
	defer checked.Close()
	var existing []string
	n := 0
	for row, err := range checked.LedgerRows() {
		if err != nil {
			return nil, err
		}
		if row.Status == outcome.Pending {
			if n++; n%demoExisting == 0 {
				existing = append(existing, row.Phone)
			}
		}
	}
	faults, err := simulator.ParseFaults(demoFaults)
	if err != nil {
		panic("sent-import: " + err.Error())
	}
	return simulator.New(simulator.Options{
		RateLimit: demoRate, Existing: existing, Faults: faults,
		Latency: func(simulator.Request) time.Duration { return 30*time.Millisecond + rand.N(60*time.Millisecond) },
	}), nil
}

// disagreements counts the rows of the result that the simulator contradicts.
func disagreements(r *importer.Result, truth simulator.Truth) (n int, err error) {
	holds := truth.ByPhone("acct", "")
	for row, err := range r.LedgerRows() {
		if err != nil {
			return n, err
		}
		contact, there := holds[row.Phone]
		agrees := true
		switch row.Status {
		case outcome.Created:
			agrees = there && contact.Commits == 1 && contact.ID == row.ContactID
		case outcome.Duplicate:
			agrees = there && (row.Reason == outcome.InFile || contact.Commits == 0)
		case outcome.Invalid:
			agrees = !there
		}
		if !agrees {
			n++
		}
	}
	return n, nil
}
