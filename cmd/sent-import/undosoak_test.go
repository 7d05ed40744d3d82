//go:build !windows

package main

import (
	"flag"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/simulator"
)

var undoSoakRounds = flag.Int("soak.undos", 0, "how many rounds of TestUndoSoak; 0: one, in which nothing is waited for")

// TestUndoSoak imports random files into random servers, disturbed like those of TestSoak,
// lets somebody else change and delete some of the contacts, and undoes the import with the
// real program, which is killed, interrupted and stopped at random moments, while answers
// are lost. Then exactly the import's contacts are gone, but for those that were changed,
// and undo.csv agrees with the server row by row. At the end the file is imported again.
func TestUndoSoak(t *testing.T) {
	t.Parallel()
	if *soakSeed == 0 {
		*soakSeed = uint64(time.Now().UnixNano())
	}
	rounds, atOnce := 1, 1
	if *undoSoakRounds > 0 {
		rounds, atOnce = *undoSoakRounds, undosAtOnce
	}
	var all undoSums
	var next atomic.Uint64
	var pool sync.WaitGroup
	for range min(rounds, atOnce) {
		pool.Go(func() {
			for n := next.Add(1); n <= uint64(rounds); n = next.Add(1) {
				seed := *soakSeed + n
				t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
					u := &undoSoak{soak: newSoak(t, seed, &all.soak), all: &all, waits: *undoSoakRounds > 0}
					u.round()
				})
			}
		})
	}
	pool.Wait()
	t.Logf("%d rounds: %d contacts deleted, %d gone before, %d changed and kept, %d in doubt for good; %d in doubt in the second import; %d runs: %d killed, %d interrupted, %d stopped and continued; %d requests, %d faults, %d deletions without an answer",
		all.soak.rounds, all.deleted, all.gone, all.changed, all.unknown, all.again, all.soak.runs, all.soak.kills, all.soak.interrupts, all.soak.suspends, all.soak.requests, all.soak.faults, all.lost)
}

// undosAtOnce is how many rounds go on at once: most of the time they wait until lost
// requests are over.
const undosAtOnce = 40

// undoSums is what all rounds have done.
type undoSums struct {
	soak                                  soakSums
	deleted, gone, changed, unknown, lost int
	again                                 int // rows in doubt after a second import
}

// undoSoak is one round.
type undoSoak struct {
	soak  *soak
	all   *undoSums
	waits bool // rows in doubt may be left, whose lost requests are waited for

	job     string
	before  map[string]simulator.Contact // that the server held before the import
	touched map[string]bool              // by somebody else, after the import
	removed map[string]bool              // deleted by somebody else, after the import
}

func (u *undoSoak) round() {
	s := u.soak
	if !s.limited { // auto would be slow
		s.flags[slices.Index(s.flags, "--rate")+1] = "unlimited"
	}
	u.before = s.sim.Truth().ByPhone("acct", "")
	s.disturb()
	if !u.waits || s.rnd.IntN(2) == 0 || u.findJob() == "" {
		s.end()
	}
	u.job = u.findJob()
	u.meddle()
	undo := u.undoing()
	s.calm.Store(false)
	for n := s.rnd.IntN(6); n > 0; n-- {
		undo.disturbedBy(u.mood())
	}
	s.calm.Store(true)
	u.finish(undo)
	if u.isUndone() {
		u.compare()
		if u.waits || !s.limited { // it may have to wait for the next minute of the limit
			u.importAgain()
		}
	}
	stats := s.sim.Stats()
	s.all.count(func(all *soakSums) {
		all.rounds++
		all.requests += stats.Requests
		for _, n := range stats.Faults {
			all.faults += n
		}
	})
}

// isUndone reports whether there was something to undo. Otherwise nothing was created.
func (u *undoSoak) isUndone() bool {
	jobs, err := importer.Jobs(filepath.Join(u.soak.dir, "state"))
	if err != nil || len(jobs) == 0 {
		u.soak.fail("jobs: %v, %v", jobs, err)
	}
	if !jobs[0].Undone.IsZero() {
		return true
	}
	for number, c := range u.soak.sim.Truth().ByPhone("acct", "") {
		if c.Commits > 0 {
			u.soak.fail("nothing was undone, and %s is there", number)
		}
	}
	return false
}

// findJob is the id of the import; "" while it is not planned.
func (u *undoSoak) findJob() string {
	jobs, err := importer.Jobs(filepath.Join(u.soak.dir, "state"))
	if err != nil {
		u.soak.fail("jobs: %v", err)
	}
	if len(jobs) == 0 || !jobs[0].Planned {
		return ""
	}
	return jobs[0].ID
}

// meddle has somebody else change and delete contacts of the account, in another second
// than that of their creation, since dates may be in whole seconds; none that the import
// marks, since a change cannot be told from a mark whose answer was lost a moment before.
func (u *undoSoak) meddle() {
	u.touched, u.removed = make(map[string]bool), make(map[string]bool)
	<-afterTime(2100 * time.Millisecond) // late requests are over, too
	for number, c := range u.soak.sim.Truth().ByPhone("acct", "") {
		if !u.soak.valid[number] || u.soak.out[number] || u.soak.rnd.IntN(12) > 0 {
			continue
		}
		if c.Commits > 0 && u.soak.rnd.IntN(2) == 0 {
			u.soak.sim.Delete("acct", "", number)
			u.removed[number] = true
			continue
		}
		u.soak.sim.Touch("acct", "", number)
		u.touched[number] = true
	}
}

// undoing is the round with the program undoing the import.
func (u *undoSoak) undoing() *soak {
	o := *u.soak
	rates := []string{"unlimited", "100/s", "auto"} // which is slow where the server does not tell its limit
	if !o.limited {
		rates = rates[:2]
	}
	o.flags = []string{
		"undo", u.job, "--yes", "--state", filepath.Join(o.dir, "state"), "--report", filepath.Join(o.dir, "report"),
		"--rate", rates[o.rnd.IntN(len(rates))], "--timeout", "1s", "--outage", "20s",
	}
	o.tell("touched %v, deleted %v; the undo begins", u.touched, u.removed)
	return &o
}

func (u *undoSoak) mood() (flags []string) {
	if u.soak.rnd.IntN(2) == 0 {
		flags = append(flags, "--drain", []string{"0s", "50ms", "500ms"}[u.soak.rnd.IntN(3)])
	}
	if u.soak.rnd.IntN(4) == 0 {
		flags = append(flags, "--max-duration", fmt.Sprintf("%dms", 1+u.soak.rnd.IntN(1500)))
	}
	return flags
}

// disturbedBy starts a run and kills, stops or interrupts it at a random moment.
func (s *soak) disturbedBy(flags []string) {
	moment := afterTime(time.Duration(s.rnd.IntN(1500)) * time.Millisecond)
	if s.rnd.IntN(2) == 0 {
		moment = s.afterRequests(uint64(s.sim.Stats().Requests) + 1 + uint64(s.rnd.IntN(60)))
	}
	what := s.rnd.IntN(6)
	s.run(func(cmd *exec.Cmd, done <-chan struct{}) {
		select {
		case <-moment:
		case <-done:
			return
		}
		switch what {
		case 0:
			s.signal(cmd, syscall.SIGTERM, 0)
		case 1:
			s.signal(cmd, syscall.SIGINT, sameSignal+100*time.Millisecond)
		default:
			s.tell("killed")
			s.all.count(func(all *soakSums) { all.kills++ })
			_ = cmd.Process.Kill()
		}
	}, flags...)
}

// finish lets the undo come to its end.
func (u *undoSoak) finish(undo *soak) {
	code := exitStopped
	for n := 0; n < 5 && code == exitStopped; n++ {
		code = undo.run(nil)
	}
	u.soak.story = undo.story
	if code != exitOK && code != exitRowsLeft {
		u.soak.fail("the undo does not come to its end: %d", code)
	}
}

// compare compares undo.csv with the server.
func (u *undoSoak) compare() {
	s := u.soak
	truth := s.sim.Truth()
	holds := truth.ByPhone("acct", "")
	for number, c := range u.before {
		if now, there := holds[number]; !there || now.ID != c.ID || now.Commits != 0 {
			s.fail("%s was there before the import: now %t, %d commits", number, there, now.Commits)
		}
	}
	listed := make(map[string]string) // numbers in undo.csv, and their results
	for _, row := range readReport(s.t, filepath.Join(s.dir, "report", "undo.csv")) {
		number, result := row["phone"], row["result"]
		c, there := holds[number]
		if why := u.contradicts(row, c, there); why != "" {
			s.fail("line %s (%s) is %s: %s", row["line"], number, result, why)
		}
		if listed[number] != "" {
			s.fail("%s is in undo.csv twice", number)
		}
		listed[number] = result
	}
	for number, c := range holds {
		if result := listed[number]; c.Commits > 0 && result != "changed" && result != "failed" {
			s.fail("%s was created by the import, and is still there: %q; %v; %+v", number, result, u.reported(number), truth.OfPhone(number))
		}
	}
	s.all.mu.Lock()
	defer s.all.mu.Unlock()
	for _, r := range truth.Requests {
		if r.Operation == simulator.Delete && r.Committed && r.Status == 0 {
			u.all.lost++
		}
	}
	for _, result := range listed {
		*map[string]*int{"deleted": &u.all.deleted, "already_gone": &u.all.gone, "changed": &u.all.changed, "failed": &u.all.unknown}[result]++
	}
}

// reported is the row of a number in report.csv.
func (u *undoSoak) reported(number string) map[string]string {
	for _, row := range readReport(u.soak.t, filepath.Join(u.soak.dir, "report", "report.csv")) {
		if row["phone"] == number {
			return row
		}
	}
	return nil
}

// contradicts says how a row of undo.csv contradicts the server.
func (u *undoSoak) contradicts(row map[string]string, c simulator.Contact, there bool) string {
	number := row["phone"]
	switch row["result"] {
	case "deleted":
		switch {
		case there:
			return "the server has it"
		case u.touched[number]:
			return "somebody had changed it"
		}
	case "already_gone":
		if there || !u.removed[number] {
			return "nobody else has deleted it"
		}
	case "changed":
		alone := strings.Contains(row["message"], "only the date of its last change")
		switch {
		case !there || c.ID != row["contact_id"]:
			return "the server does not have it"
		case c.Commits == 0 && !alone: // somebody else's change looks like a restoration by a lost request
			return "the server had it before the import"
		case !u.touched[number] && !alone:
			return "nobody has changed it"
		}
	case "failed":
		if !strings.HasPrefix(row["message"], "it is not known whether the import has created it") {
			return row["message"]
		}
	default:
		return "that is no end"
	}
	return ""
}

// importAgain imports the file once more: each number is in the account then, and the report
// of the new generation agrees with the server. Where a request was lost although nothing
// disturbs the server, since the machine is slow, the clocks may not tell what it has done.
func (u *undoSoak) importAgain() {
	s := u.soak
	kept := s.sim.Truth().ByPhone("acct", "")
	for n := 0; n < 5 && (n == 0 || !s.complete()); n++ { // the summary of the undone job may call it complete
		s.run(nil, "--existing", "off")
	}
	holds := s.sim.Truth().ByPhone("acct", "")
	for number := range s.valid {
		if _, there := holds[number]; !there {
			s.fail("%s is not there after the second import", number)
		}
	}
	doubts := 0
	for _, row := range readReport(s.t, filepath.Join(s.dir, "report", "report.csv")) {
		if row["status"] == "failed" && row["reason"] == "outcome_unknown" {
			doubts++
			continue
		}
		c, there := holds[row["phone"]]
		c.Commits = 1
		if _, was := kept[row["phone"]]; was {
			c.Commits = 0
		}
		if why := contradicts(row, c, there); why != "" {
			s.fail("after the second import, line %s (%s): %s: %s; %+v", row["line"], row["phone"], why, row["message"], s.sim.Truth().OfPhone(row["phone"]))
		}
	}
	if id := u.findJob(); id == u.job || doubts == 0 && !s.complete() {
		s.fail("the file again is job %s, which was undone, or is not complete", id)
	}
	s.all.mu.Lock()
	defer s.all.mu.Unlock()
	u.all.again += doubts
}
