package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"sync"
	"time"

	"sent-import/importer"
	"sent-import/importer/progress"
	"sent-import/report/human"
)

// How often progress is shown: on a terminal often enough to look smooth, in a log
// or a cron mail rarely.
const (
	barEvery  = 200 * time.Millisecond
	lineEvery = time.Minute
)

// screen shows a run to people, on stderr: the plan, notices, and how far it
// is. Nothing on it names a number or a cell.
type screen struct {
	w        io.Writer
	answers  io.Writer // of those who ask where it is, also with --quiet
	asked    <-chan os.Signal
	subject  string // what it is about, if that is one file of several
	terminal bool
	progress *importer.Progress
	quit     chan struct{} // closed by stop
	done     sync.WaitGroup

	mu    sync.Mutex // guards w and what follows
	block progressBlock
}

// engine is a function of the engine that plans and reports: Run or Check.
type engine func(context.Context, importer.Options) (*importer.Result, error)

// watch calls the engine, and shows what happens until the call returns. With
// --quiet, nothing is shown; with --json, what happens goes to stdout as JSON lines as
// well.
func (a *app) watch(call engine, o importer.Options, f outputFlags, r *reporter) (*importer.Result, error) {
	o.Report = r.take
	return a.show(f, func(s *screen, o importer.Options) (*importer.Result, error) {
		o.Plan = func(p importer.Plan) {
			s.say(a.onceForAll(planText(p, time.Now()), p))
			a.lines.about(p.Job.ID, p.Run)
			_ = a.lines.write("plan", newJSONPlan(p)) // the summary says whether stdout can be written
		}
		return call(a.ctx, o)
	}, o)
}

// show calls the engine in the way of call, and shows notices and progress until the call
// returns.
func (a *app) show(f outputFlags, call func(*screen, importer.Options) (*importer.Result, error), o importer.Options) (*importer.Result, error) {
	s := newScreen(a.stderr)
	s.asked, s.subject, s.terminal = a.asked, a.subject, isTerminal(a.stderr) && !a.isDumb()
	o.Progress = s.progress
	if f.Quiet {
		s.quiet()
	} else if s.terminal {
		defer a.drain.tellThrough(s.tryToSay)()
	}
	o.Notice = func(text string) {
		s.say(text)
		_ = a.lines.write("notice", jsonNotice{text})
	}
	a.lines.whenLost(a.sayLost)
	defer a.lines.follow(s.progress)()
	every := lineEvery
	if s.terminal {
		every = barEvery
	}
	s.done.Go(func() { s.loop(every) })
	defer s.stop()
	return call(s, o)
}

// newScreen is a screen that is shown on w.
func newScreen(w io.Writer) *screen {
	return &screen{w: w, answers: w, progress: new(importer.Progress), quit: make(chan struct{}), block: progressBlock{w: w, columns: func() int { return widthOf(w) }}}
}

// quiet has the screen show nothing but answers.
func (s *screen) quiet() {
	s.w, s.block.w = io.Discard, io.Discard
}

// tryToSay is say for somebody who can't wait until the screen is free. It reports whether
// it was.
func (s *screen) tryToSay(text string) bool {
	if !s.mu.TryLock() {
		return false
	}
	defer s.mu.Unlock()
	s.clear()
	tell(s.w, text)
	return true
}

// hold removes the bar, and keeps everything off the screen until release is called.
func (s *screen) hold() (release func()) {
	s.mu.Lock()
	s.clear()
	return s.mu.Unlock
}

type jsonPlan struct {
	Account         jsonOwner `json:"account"`
	Profile         jsonOwner `json:"profile"`
	Resumed         bool      `json:"resumed"`
	Rows            int       `json:"rows"`
	Open            int       `json:"open"` // rows that are not settled
	Duplicate       int       `json:"duplicate"`
	Invalid         int       `json:"invalid"`
	OptedOut        int       `json:"opted_out"`    // of the invalid rows, those of people who opted out
	Requests        int       `json:"requests"`     // at most, if nothing goes wrong
	Existing        string    `json:"existing"`     // read, off, done, sandbox, few, costly, missing or later: see importer.ListChoice; "" in a check
	Contacts        int       `json:"contacts"`     // in the account; 0 where that is not known
	Pages           int       `json:"pages"`        // of the list of contacts
	PagesUnread     int       `json:"pages_unread"` // beyond those: more than creating every row would cost
	Marks           int       `json:"marks"`        // of contacts as opted out
	Lookups         int       `json:"lookups"`      // for the contact ids of duplicates, that are certain
	PerMinute       *float64  `json:"per_minute"`   // null: no limit
	DurationSeconds float64   `json:"duration_seconds"`
	Notices         []string  `json:"notices"`
}

// jsonOwner is an account or a profile; what the API does not tell of it is "".
type jsonOwner struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Type string `json:"type"` // organization, user or profile
}

func newJSONPlan(p importer.Plan) jsonPlan {
	j := jsonPlan{
		Account: jsonOwner(p.Account), Profile: jsonOwner{ID: p.Profile.ID, Name: p.Profile.Name}, Resumed: p.Resumed, Rows: p.Counts.Rows, Open: open(p),
		Duplicate: p.Counts.Duplicate, Invalid: p.Counts.Invalid, OptedOut: p.OptedOut, Requests: p.Requests,
		Existing: string(p.List.Choice), Contacts: p.List.Contacts, Pages: p.List.Pages, PagesUnread: p.List.Unread, Marks: p.Marks, Lookups: p.MissingIDs,
		DurationSeconds: p.Duration.Seconds(), Notices: append([]string{}, p.Notices...),
	}
	if !math.IsInf(p.PerMinute, 1) {
		j.PerMinute = &p.PerMinute
	}
	return j
}

// say prints lines above the bar.
func (s *screen) say(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clear()
	tell(s.w, text)
}

func (s *screen) loop(every time.Duration) {
	ticks := time.Tick(every)
	for {
		select {
		case <-s.quit:
			return
		case <-ticks:
			s.tick(s.progress.Snapshot())
		case <-s.asked:
			s.answer(s.progress.Snapshot())
		}
	}
}

// answer says in one line where the command is.
func (s *screen) answer(p progress.Snapshot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clear()
	tell(s.answers, s.subject+cmp.Or(progressText(p, time.Now()), "starting"))
}

// stop removes the bar. The screen shows nothing after that.
func (s *screen) stop() {
	close(s.quit)
	s.done.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clear()
}

// clear removes the bar until it is drawn again.
func (s *screen) clear() { s.block.clear() }

func (s *screen) tick(p progress.Snapshot) {
	now := time.Now()
	stage, text := progressParts(p, now)
	if stage == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.terminal {
		fmt.Fprintln(s.w, progressText(p, now))
		return
	}
	at, total := barOf(p)
	s.block.draw(at, total, stage, text)
}

// barOf is what the bar shows: bytes while the file is read, pages while the list is, rows
// while they are created, look-ups, and contacts that are deleted.
func barOf(p progress.Snapshot) (at, total int64) {
	switch p.Phase {
	case progress.Listing:
		return int64(p.PagesRead), int64(p.Pages)
	case progress.Creating, progress.Ending:
		return int64(p.Settled.Rows), int64(p.ToSettle)
	case progress.Undoing:
		return int64(p.Undone), int64(p.ToUndo)
	case progress.Resolving:
		return int64(p.Resolved), int64(p.ToResolve)
	}
	return p.Bytes, p.BytesTotal
}

// share is how much of a file has been read, always in MB, so that the length of the
// progress line changes little.
func share(n, total int64) string {
	if total <= 0 {
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%d%% of %.1f MB", 100*min(n, total)/total, float64(total)/1e6)
}

// rate shows requests a minute without false precision.
func rate(perMinute float64) string {
	if perMinute < 100 && perMinute != math.Trunc(perMinute) {
		return strconv.FormatFloat(perMinute, 'f', 1, 64)
	}
	return human.Number(int(math.Round(perMinute)))
}

// clock is the time of day at d after now, with the date if that is another day.
func clock(now time.Time, d time.Duration) string {
	at := now.Add(d).Local()
	if isToday(now, at) {
		return "at " + clockAt(now, at)
	}
	return "on " + clockAt(now, at)
}

// clockAt is a time of day, with the date if that is another day.
func clockAt(now, at time.Time) string {
	if isToday(now, at) {
		return at.Local().Format("15:04")
	}
	return at.Local().Format("Mon 2 Jan at 15:04")
}

func isToday(now, at time.Time) bool {
	return at.Local().YearDay() == now.Local().YearDay() && at.Sub(now) < 24*time.Hour
}
