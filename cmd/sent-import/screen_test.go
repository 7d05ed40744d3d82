package main

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/progress"
)

// noon is when the texts of these tests are shown.
var noon = time.Date(2026, time.March, 2, 12, 0, 0, 0, time.Local)

func TestClock(t *testing.T) {
	for _, c := range []struct {
		name string
		d    time.Duration
		want string
	}{
		{"now", 0, "at 12:00"},
		{"the same day", 145 * time.Minute, "at 14:25"},
		{"after midnight", 12 * time.Hour, "on Tue 3 Mar at 00:00"},
		{"days ahead", 85 * time.Hour, "on Fri 6 Mar at 01:00"},
		{"a year ahead, on the same day of the year", 365 * 24 * time.Hour, "on Tue 2 Mar at 12:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := clock(noon, c.d); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestRate(t *testing.T) {
	for perMinute, want := range map[float64]string{195: "195", 200: "200", 58.5: "58.5", 60: "60", 9750: "9,750", 0.5: "0.5", 194.99999: "195"} {
		if got := rate(perMinute); got != want {
			t.Errorf("rate(%v): got %q, want %q", perMinute, got, want)
		}
	}
}

func TestPlanText(t *testing.T) {
	const (
		all       = "list.csv: 2,000 rows: 1,950 to create, 20 duplicate, 30 invalid.\n"
		paced     = "1,950 requests at 195 a minute: about 10 min 0 s, done at 12:10, if all goes well.\n"
		unlimited = "1,950 requests, without a limit."
		shared    = "The account's messages share this allowance while the import runs."
	)
	plan := func(change func(*importer.Plan)) importer.Plan {
		p := importer.Plan{
			Job:      importer.JobInfo{InputName: "list.csv"},
			Counts:   outcome.Counts{Rows: 2000, Pending: 1950, Duplicate: 20, Invalid: 30},
			Requests: 1950, PerMinute: 195, Duration: 10 * time.Minute,
		}
		change(&p)
		return p
	}
	for _, c := range []struct {
		name string
		plan importer.Plan
		want string
	}{
		{"new", plan(func(p *importer.Plan) { p.Notices = []string{"phone column: first", "delimiter: ;"} }),
			"phone column: first\ndelimiter: ;\nlist.csv: 2,000 rows: 1,950 to create, 20 duplicate, 30 invalid.\n" +
				paced + shared},
		{"people opted out", plan(func(p *importer.Plan) {
			p.Notices, p.OptedOut, p.OptOutUnclear, p.OptOutColumns, p.PerMinute = []string{"phone column: first"}, 12, 1, `"Unsubscribed"`, math.Inf(1)
		}),
			"12 rows are of people who opted out (\"Unsubscribed\"): nothing is sent for them (--opt-out skip), so a contact that is in the account already stays as it is there; --opt-out mark marks it as opted out.\n" +
				"1 row does not say clearly whether the person wants messages (\"Unsubscribed\"), and is left out: write yes or no there, or give the right column with --opt-out-column, or none.\n" +
				"phone column: first\n" +
				"list.csv: 2,000 rows: 1,950 to create, 20 duplicate, 30 invalid, 12 of them opted out.\n" + unlimited},
		{"people opted out in an earlier import", plan(func(p *importer.Plan) { p.OptedOut, p.PerMinute = 1, math.Inf(1) }),
			"1 row is of somebody who opted out: nothing is sent for them (--opt-out skip), so a contact that is in the account already stays as it is there; --opt-out mark marks it as opted out.\n" +
				"list.csv: 2,000 rows: 1,950 to create, 20 duplicate, 30 invalid, 1 of them opted out.\n" + unlimited},
		{"people are marked", plan(func(p *importer.Plan) {
			p.Marks, p.OptOutColumns, p.Requests, p.PerMinute = 2, `"Unsubscribed"`, 1952, math.Inf(1)
		}),
			"2 numbers are of people who opted out (\"Unsubscribed\"): the contacts are created, or found, and marked as opted out (--opt-out mark), with 2 requests more. For one that exists and that the list does not show, a look-up comes on top.\n" +
				all + "1,952 requests, without a limit."},
		{"a rehearsal marks nobody", plan(func(p *importer.Plan) {
			p.Job.Sandbox, p.Job.Reading.OptOut, p.PerMinute = true, "mark", math.Inf(1)
		}),
			"A rehearsal marks nobody as opted out (--opt-out mark).\n" +
				all + unlimited},
		{"resumed", plan(func(p *importer.Plan) {
			p.Resumed, p.Counts.Created, p.Counts.Pending, p.Requests = true, 1949, 1, 1
			p.Duration = time.Second
		}),
			"list.csv: 2,000 rows: 1,949 created before, 1 to create, 20 duplicate, 30 invalid.\n" +
				"1 request at 195 a minute: about 1 s, done at 12:00, if all goes well.\n" + shared},
		{"resumed before anything was created", plan(func(p *importer.Plan) { p.Resumed, p.PerMinute = true, math.Inf(1) }),
			all + unlimited},
		{"the list is read", plan(func(p *importer.Plan) {
			p.List = importer.ListPlan{Choice: importer.ListRead, Contacts: 2000, Pages: 19}
			p.Requests, p.Duration = 1969, 10*time.Minute+6*time.Second
		}),
			all + "The account holds 2,000 contacts: their list is read first, with 19 requests (6 s), and rows whose contacts are in it cost nothing more.\n" +
				"At most 1,969 requests at 195 a minute: about 10 min 6 s, done then at 12:10, if all goes well.\n" + shared},
		{"the rest of the list is read", plan(func(p *importer.Plan) {
			p.List = importer.ListPlan{Choice: importer.ListRead, Contacts: 2000, Pages: 1, Resumed: true}
			p.PerMinute = math.Inf(1)
		}),
			all + "The account holds 2,000 contacts: the rest of their list is read first, with 1 request, and rows whose contacts are in it cost nothing more.\n" +
				"At most " + unlimited},
		{"the list has one page", plan(func(p *importer.Plan) {
			p.List, p.PerMinute = importer.ListPlan{Choice: importer.ListRead, Contacts: 39}, math.Inf(1)
		}),
			all + "The account holds 39 contacts, and their list has been read with one request: rows whose contacts are in it cost nothing.\n" +
				"At most " + unlimited},
		{"the list costs too much", plan(func(p *importer.Plan) {
			p.List = importer.ListPlan{Choice: importer.ListCostly, Contacts: 100000, Pages: 999}
		}),
			all + "The account holds 100,000 contacts: reading their list would cost 999 requests more (5 min 7 s), over a tenth of the rows, so contacts that exist are found one by one (--existing list reads it all the same).\n" +
				paced + shared},
		{"look-ups", plan(func(p *importer.Plan) {
			p.Resolve, p.PerMinute = true, math.Inf(1)
		}),
			all + "Each duplicate that the list does not show costs one more request, a look-up for its contact's id.\n" +
				unlimited},
		{"only look-ups", plan(func(p *importer.Plan) {
			p.Resolve, p.MissingIDs, p.Counts.Pending, p.Requests, p.PerMinute = true, 20, 0, 20, math.Inf(1)
		}),
			"list.csv: 2,000 rows: 0 to create, 20 duplicate, 30 invalid.\n" +
				"20 look-ups for the contact ids of duplicates, and one more for each duplicate that the list does not show.\n" +
				"20 requests, without a limit."},
		{"by a timetable", plan(func(p *importer.Plan) {
			p.Timetable = &importer.ReserveChange{Now: importer.Reserve{Percent: 50}, At: noon.Add(8 * time.Hour)}
			p.PerMinute = 97.5
		}),
			all + "The timetable (--reserve) leaves others 50% of the limit now, and nothing from 20:00 on.\n" +
				"1,950 requests, by the timetable: about 10 min 0 s, done at 12:10, if all goes well.\n" + shared},
		{"in a pause of the timetable", plan(func(p *importer.Plan) {
			p.Timetable = &importer.ReserveChange{Now: importer.Reserve{Percent: 100}, Then: importer.Reserve{Requests: 40}, At: noon.Add(24 * time.Hour)}
			p.PerMinute, p.Duration = 0, 25*time.Hour
		}),
			all + "The timetable (--reserve) leaves others the whole limit now, and 40 requests a minute from " + noon.Add(24*time.Hour).Format("Mon 2 Jan") + " at 12:00 on: nothing is sent until then.\n" +
				"1,950 requests, by the timetable: about 1 d 1 h, done on " + noon.Add(25*time.Hour).Format("Mon 2 Jan") + " at 13:00, if all goes well.\n" + shared},
		{"a reserve above the limit", plan(func(p *importer.Plan) {
			p.Reserve, p.Limit, p.PerMinute, p.Duration = importer.Reserve{Requests: 1500}, 200, 19.5, 100*time.Minute
		}),
			all + "--reserve 1500 is more than 90% of the account's limit, which is 200 requests a minute as far as is known: 180 of them are left to others, so that the import does not stand still.\n" +
				"1,950 requests at 19.5 a minute: about 1 h 40 min, done at 13:40, if all goes well.\n" + shared},
		{"a reserve within the limit", plan(func(p *importer.Plan) { p.Reserve, p.Limit = importer.Reserve{Requests: 180}, 200 }), all + paced + shared},
		{"a timetable above the limit", plan(func(p *importer.Plan) {
			p.Timetable = &importer.ReserveChange{Now: importer.Reserve{Requests: 300}, Then: importer.Reserve{Requests: 40}, At: noon.Add(8 * time.Hour)}
			p.Reserve, p.Limit = p.Timetable.Now, 200
		}),
			all + "The timetable (--reserve) leaves others 180 requests a minute (90% of the limit, since 300 are more than that) now, and 40 requests a minute from 20:00 on.\n" +
				"1,950 requests, by the timetable: about 10 min 0 s, done at 12:10, if all goes well.\n" + shared},
		{"not all of it at once", plan(func(p *importer.Plan) { p.Allowed, p.PerMinute = 100, math.Inf(1) }),
			all + "1,950 requests, without a limit.\n" +
				"It stops after 100 requests (--max-requests); the same command goes on."},
		{"finished", plan(func(p *importer.Plan) {
			p.Resumed, p.Counts.Created, p.Counts.Pending, p.Requests = true, 1950, 0, 0
		}),
			"list.csv: 2,000 rows: 1,950 created before, 0 to create, 20 duplicate, 30 invalid.\nNothing is left to send."},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := planText(c.plan, noon); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestProgressText(t *testing.T) {
	creating := func(change func(*progress.Snapshot)) progress.Snapshot {
		s := progress.Snapshot{Phase: progress.Creating, ToSettle: 2000, Settled: outcome.Counts{Rows: 1025, Created: 1025}, PerMinute: 195}
		change(&s)
		return s
	}
	for _, c := range []struct {
		name string
		at   progress.Snapshot
		want string
	}{
		{"starting", progress.Snapshot{}, ""},
		{"hashing a file", progress.Snapshot{Phase: progress.Hashing, Bytes: 500_000, BytesTotal: 2_000_000}, "reading the file: 25% of 2.0 MB"},
		{"hashing standard input", progress.Snapshot{Phase: progress.Hashing, Bytes: 500_000}, "reading the file: 0.5 MB"},
		{"planning", progress.Snapshot{Phase: progress.Planning, Bytes: 1, BytesTotal: 3, Rows: 1234}, "planning: 1,234 rows, 33% of 0.0 MB"},
		{"planning a file that has grown", progress.Snapshot{Phase: progress.Planning, Bytes: 9_000_000, BytesTotal: 3_000_000}, "planning: 0 rows, 100% of 3.0 MB"},
		{"creating", creating(func(*progress.Snapshot) {}), "creating: 1,025 of 2,000 rows, 1,025 created, 975 requests left at 195/min: 5 min 0 s, done at 12:05"},
		{"with failures", creating(func(s *progress.Snapshot) {
			s.Settled = outcome.Counts{Rows: 1025, Created: 1020, Duplicate: 2, Failed: 3}
		}),
			"creating: 1,025 of 2,000 rows, 1,020 created, 2 duplicate, 3 failed, 975 requests left at 195/min: 5 min 0 s, done at 12:05"},
		{"without a limit", creating(func(s *progress.Snapshot) { s.PerMinute = math.Inf(1) }), "creating: 1,025 of 2,000 rows, 1,025 created, 975 requests left"},
		{"before the rate is known", creating(func(s *progress.Snapshot) { s.PerMinute = 0 }), "creating: 1,025 of 2,000 rows, 1,025 created, 975 requests left"},
		{"slower than it may be", creating(func(s *progress.Snapshot) { s.RealRate = 97.5 }),
			"creating: 1,025 of 2,000 rows, 1,025 created, 975 requests left at 97.5/min: 10 min 0 s, done at 12:10"},
		{"listing", creating(func(s *progress.Snapshot) {
			s.Phase, s.Pages, s.PagesRead, s.Settled = progress.Listing, 20, 10, outcome.Counts{Rows: 990, Duplicate: 990}
		}), "listing: 10 of 20 pages, 990 of 2,000 rows found, 30 requests left at 195/min: 9 s, done at 12:00"},
		{"looking up", creating(func(s *progress.Snapshot) {
			s.Phase, s.Settled.Rows, s.ToResolve, s.Resolved = progress.Resolving, 2000, 1000, 25
		}), "looking up: 25 of 1,000 duplicates, 975 requests left at 195/min: 5 min 0 s, done at 12:05"},
		{"listing in an outage", creating(func(s *progress.Snapshot) { s.Phase, s.Pages, s.Outage = progress.Listing, 20, true }),
			"listing: 0 of 20 pages, 0 of 2,000 rows found, the API does not answer; probing"},
		{"paused", creating(func(s *progress.Snapshot) { s.PausedUntil = noon.Add(30 * time.Second) }),
			"creating: 1,025 of 2,000 rows, 1,025 created, paused by the API (429) until 12:00:30"},
		{"in a pause of the timetable", creating(func(s *progress.Snapshot) { s.ClosedUntil = noon.Add(8 * time.Hour) }),
			"creating: 1,025 of 2,000 rows, 1,025 created, paused by the timetable (--reserve) until 20:00"},
		{"in a short pause of the timetable", creating(func(s *progress.Snapshot) { s.ClosedUntil = noon.Add(2 * time.Minute) }),
			"creating: 1,025 of 2,000 rows, 1,025 created, paused by the timetable (--reserve) until 12:02, done at 12:05"},
		{"asking in a pause of the timetable", progress.Snapshot{Phase: progress.Asking, Rows: 7, PerMinute: 195, ClosedUntil: noon.Add(2 * time.Minute)},
			"asking for the account, paused by the timetable (--reserve) until 12:02"},
		{"before the first row", creating(func(s *progress.Snapshot) { s.Settled = outcome.Counts{} }), "creating: 0 of 2,000 rows, 2,000 requests left at 195/min: 10 min 15 s, done at 12:10"},
		{"after a pause", creating(func(s *progress.Snapshot) { s.PausedUntil = noon.Add(-time.Second) }),
			"creating: 1,025 of 2,000 rows, 1,025 created, 975 requests left at 195/min: 5 min 0 s, done at 12:05"},
		{"in an outage", creating(func(s *progress.Snapshot) { s.Outage = true; s.PausedUntil = noon.Add(time.Minute) }),
			"creating: 1,025 of 2,000 rows, 1,025 created, the API does not answer; probing"},
		{"asking", progress.Snapshot{Phase: progress.Asking, Rows: 7}, "asking for the account and its contacts"},
		{"asking in an outage", progress.Snapshot{Phase: progress.Asking, Rows: 7, Outage: true}, "asking for the account, the API does not answer; probing"},
		{"in an outage, and why", creating(func(s *progress.Snapshot) { s.Outage, s.Failure = true, "the API refused the connection" }),
			"creating: 1,025 of 2,000 rows, 1,025 created, the API does not answer; probing: the API refused the connection"},
		{"asking, and nobody answers", progress.Snapshot{Phase: progress.Asking, Rows: 7, Failure: "the API refused the connection"}, "asking for the account, the API refused the connection"},
		{"a row's own trouble", creating(func(s *progress.Snapshot) { s.Failure = "503" }), "creating: 1,025 of 2,000 rows, 1,025 created, 975 requests left at 195/min: 5 min 0 s, done at 12:05"},
		{"ending in an outage", creating(func(s *progress.Snapshot) { s.Phase, s.Outage = progress.Ending, true }),
			"ending: 1,025 of 2,000 rows, 1,025 created, the API does not answer; probing"},
		{"ending", creating(func(s *progress.Snapshot) { s.Phase = progress.Ending }),
			"ending: 1,025 of 2,000 rows, 1,025 created, waiting for the requests in flight"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := progressText(c.at, noon); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestScreenWithoutTerminalWritesLines(t *testing.T) {
	var b bytes.Buffer
	s := newScreen(&b)
	s.tick(progress.Snapshot{})
	s.tick(progress.Snapshot{Phase: progress.Planning, Rows: 7, Bytes: 1, BytesTotal: 2})
	s.say("said")
	s.stop()
	if got, want := b.String(), "planning: 7 rows, 50% of 0.0 MB\nsaid\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestScreenOnTerminalClearsItsBar(t *testing.T) {
	var b bytes.Buffer
	s := newScreen(&b)
	s.terminal = true
	s.tick(progress.Snapshot{Phase: progress.Planning, Rows: 7, Bytes: 1, BytesTotal: 2})
	s.tick(progress.Snapshot{Phase: progress.Creating, ToSettle: 7, Settled: outcome.Counts{Rows: 3}})
	if got := b.String(); !strings.Contains(got, "planning: 7 rows") || !strings.Contains(got, "3 of 7 rows") {
		t.Errorf("the bar shows %q", got)
	}
	s.stop()
	if s.block.shown != nil || !strings.HasSuffix(b.String(), "\x1b[J") {
		t.Error("the bar is still there")
	}
}

// A spinner, which is shown where the total is not known, writes nothing after stop:
// the shell's prompt is there by then.
func TestScreenEndsItsSpinner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		s := newScreen(&b)
		s.terminal = true
		s.tick(progress.Snapshot{Phase: progress.Asking})
		if !strings.Contains(b.String(), "asking for the account") {
			t.Errorf("the spinner shows %q", b.String())
		}
		spinner := s.block.bar
		defer spinner.Exit()
		s.stop()
		shown := b.Len()
		time.Sleep(time.Second)
		synctest.Wait()
		if b.Len() != shown {
			t.Errorf("after the end it shows %q", b.String()[shown:])
		}
	})
}
