package importer_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/create"
	"sent-import/importer/jobid"
	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
)

// plainList is a list whose file shows everything that options could say.
const plainList = "name,phone,country\nAda,+14155550100,US\nBob,(415) 555-0101,US\nCyd,+14155550102,\n"

// respelled are readings of plainList that are the one without options.
func respelled() map[string]importer.Reading {
	return map[string]importer.Reading{
		"the phone column":         {PhoneColumns: []string{"phone"}},
		"in capitals":              {PhoneColumns: []string{"PHONE"}},
		"by its number":            {PhoneColumns: []string{"2"}},
		"the delimiter":            {Delimiter: ','},
		"the region column":        {RegionColumn: "country"},
		"a region that is no use":  {Region: "DE"},
		"another spelling of it":   {Region: "Germany"},
		"the encoding":             {Encoding: "UTF-8"},
		"opt-outs where none are":  {OptOut: "ignore", OptOutColumn: "none"},
		"skip, which is the usual": {OptOut: "skip"},
		"numbers, as they are":     {Numbers: "auto"},
		"several at once":          {PhoneColumns: []string{"2"}, Delimiter: ',', RegionColumn: "3", Region: "us", Encoding: "utf8"},
	}
}

// The same reading spelled otherwise is the same job: it costs no request, and what was
// created stays created.
func TestReadingSpelledOtherwiseIsOneJob(t *testing.T) {
	scenario{}.play(t, func(t *testing.T, g *stage) {
		g.write(plainList)
		first := g.run()
		first.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 3})
		for name, reading := range respelled() {
			g.o.Reading = reading
			r := g.run()
			if r.Job.ID != first.Job.ID || r.ThisRun.Requests != (importer.Requests{}) {
				t.Errorf("%s: got job %s and requests %+v, want %s and none", name, r.Job.ID, r.ThisRun.Requests, first.Job.ID)
			}
			r.want(t, first.Reasons)
		}
		g.o.Reading = importer.Reading{RegionColumn: "none", Region: "US"}
		if r := g.run(); r.Job.ID == first.Job.ID {
			t.Error("a reading without the country column is the same job")
		}
	})
}

// A region is one, however it is spelled, where rows need it.
func TestRegionSpelledOtherwiseIsOneJob(t *testing.T) {
	scenario{o: importer.Options{Reading: importer.Reading{Region: "US"}}}.play(t, func(t *testing.T, g *stage) {
		g.write("phone\n(415) 555-0101\n")
		first := g.run()
		for _, region := range []string{"us", "USA", "United States", "+1"} {
			g.o.Region = region
			if r := g.run(); r.Job.ID != first.Job.ID || r.ThisRun.Requests != (importer.Requests{}) {
				t.Errorf("%s: got job %s and requests %+v, want %s and none", region, r.Job.ID, r.ThisRun.Requests, first.Job.ID)
			}
		}
	})
}

// A job that an older version has made of options as they were given keeps its id, its
// keys and its reading, also where the account is told only after the plan.
func TestOlderJobsKeepTheirReading(t *testing.T) {
	literal := importer.Reading{PhoneColumns: []string{"phone"}, Delimiter: ','}
	for _, key := range []string{"key", "key2"} {
		server := simulator.Options{Keys: map[string]simulator.Account{"key": {ID: "acct"}, "key2": {ID: "acct"}}}
		scenario{server: server, o: importer.Options{Reading: literal}}.play(t, func(t *testing.T, g *stage) {
			g.write(plainList)
			g.die(death{at: 1}) // it has planned, and asks for the account
			old := g.rewrite(literal)
			g.o.Key = key
			r := g.run()
			if r.Job.ID != old || r.Job.Reading.Text() != literal.Text() {
				t.Errorf("got job %s, read %s, want %s, read %s", r.Job.ID, r.Job.Reading.Text(), old, literal.Text())
			}
			r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 3})
			for _, row := range r.rows {
				if want := create.KeyOf(ledger.Job{ID: old}, row.Phone, 1); row.Key != want {
					t.Errorf("row %d: got key %s, want %s", row.Number, row.Key, want)
				}
			}
			if again := g.run(); again.Job.ID != old || again.ThisRun.Requests != (importer.Requests{}) {
				t.Errorf("again: got job %s and requests %+v, want %s and none", again.Job.ID, again.ThisRun.Requests, old)
			}
			g.o.Fresh = true
			if r := g.run(); r.Job.ID != old+"-2" {
				t.Errorf("started over: got job %s, want %s-2", r.Job.ID, old)
			}
		})
	}
}

// TestOlderPlanIsReportedAsItWasRead: a job that an older version planned is reported by
// the rules of that version, by which its file has a row more, and says that newer ones
// would read it otherwise.
func TestOlderPlanIsReportedAsItWasRead(t *testing.T) {
	scenario{}.play(t, func(t *testing.T, g *stage) {
		g.write(plainList + "Dan,+14155550104,\n\x1a")
		g.die(death{at: 1})
		l, job := g.onDisk()
		if err := errors.Join(l.Close()); err != nil {
			t.Fatal(err)
		}
		if job.Rows != 4 {
			t.Fatalf("got a plan of %d rows, want the 4 of the newest rules", job.Rows)
		}
		ctrlZ := outcome.Row{Number: 5, Line: 6}
		ctrlZ.Status, ctrlZ.Reason, ctrlZ.Message, ctrlZ.SettledAt = outcome.Invalid, outcome.RowMalformed, "it has 1 cell, and the header has 3", time.Unix(1, 0)
		g.rewrite(importer.Reading{}, ctrlZ)
		r := g.run()
		if r.Counts.Rows != 5 || r.said("was planned by an earlier version") != 1 {
			t.Errorf("got %+v and notices %q, want the 5 rows of the older plan, and that it is one", r.Counts, r.notices)
		}
		result, err := importer.Report(g.o.State, r.Job.ID)
		if err != nil {
			t.Fatal(err)
		}
		var records [][]string
		for row, err := range result.Rows(t.Context()) {
			if err != nil {
				t.Fatalf("row %d: %v", row.Number, err)
			}
			if row.GoesBack() {
				records = append(records, row.Record)
			}
		}
		if err := result.Close(); err != nil {
			t.Fatal(err)
		}
		if want := [][]string{{"\x1a"}}; !reflect.DeepEqual(records, want) {
			t.Errorf("got the cells %q, want %q", records, want)
		}
	})
}

// TestOlderPlanWithOptOuts: a job that an older version planned goes on as it was planned,
// and says that nobody looked at who opted out; an option that it can't obey stops it.
func TestOlderPlanWithOptOuts(t *testing.T) {
	scenario{}.play(t, func(t *testing.T, g *stage) {
		g.write("name,phone,unsubscribed\nAnn,+14155550101,yes\nBob,+14155550102,no\n")
		g.die(death{at: 1})
		id := g.rewrite(importer.Reading{})
		for _, reading := range []importer.Reading{{OptOutColumn: "unsubscribed"}, {OptOut: "skip"}} {
			o := g.o
			o.Reading = reading
			_, err := importer.Run(t.Context(), o)
			if usage := (*importer.UsageError)(nil); !errors.As(err, &usage) || usage.Option != "opt-out" || !strings.Contains(err.Error(), "--fresh") {
				t.Errorf("%+v: got %v, want a UsageError that names --fresh", reading, err)
			}
		}
		r := g.run()
		if r.Job.ID != id || !r.Counts.Complete() || r.said("did not look at \"unsubscribed\"") != 1 {
			t.Errorf("got job %s with %+v and notices %q, want %s finished, and that nobody looked at the column", r.Job.ID, r.Counts, r.notices, id)
		}
		if again := g.run(); again.said("did not look at") != 0 {
			t.Errorf("got notices %q of a finished job", again.notices)
		}
	})
}

// rewrite makes the stage's only job, which is planned, one of an older version, of the
// account: its id is made of the reading as it was given, and it may have more rows.
func (g *stage) rewrite(literal importer.Reading, more ...outcome.Row) (id string) {
	g.t.Helper()
	l, job := g.onDisk()
	if job.Meaning != "{}" {
		g.t.Fatalf("got a job read %s, want the canonical reading", job.Meaning)
	}
	var rows []outcome.Row
	for row, err := range l.Rows(job) {
		if err != nil {
			g.t.Fatal(err)
		}
		rows = append(rows, row.Row)
	}
	rows = append(rows, more...)
	old := job
	old.Meaning, old.Account = literal.Text(), "acct"
	old.ID = jobid.Identity{FileSHA256: job.Input.SHA256, Account: "acct", BaseURL: job.BaseURL, Reading: old.Meaning}.JobID()
	made, err := l.CreateJob(old)
	if err == nil {
		err = <-l.AddRows(made, rows)
	}
	if err == nil {
		_, err = l.FinishPlan(made, len(rows), `{"header":["name","phone","country"],"delimiter":",","phone_columns":["phone"],"region_column":"country","notices":null}`, nil)
	}
	if err == nil {
		err = l.RememberAccount(jobid.Fingerprint("key"), job.BaseURL, "acct")
	}
	if err == nil {
		err = l.Drop(job)
	}
	if err := errors.Join(err, l.Close()); err != nil {
		g.t.Fatal(err)
	}
	return old.ID
}
