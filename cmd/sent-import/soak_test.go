//go:build !windows

package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"sent-import/importer/simulator"
)

var (
	soakFor  = flag.Duration("soak.for", 0, "how long TestSoak begins new rounds; 0: a few rounds")
	soakSeed = flag.Uint64("soak.seed", 0, "seed of the first round; 0: from the clock")
)

// TestSoak imports random files into random servers, with the real program in a
// process of its own, which is killed, interrupted and stopped at random
// moments. Then it runs the same command to its end and compares every row of the
// report with the server. Rounds follow each other for the time of -soak.for, or there
// are a few of them; a round that fails names its seed.
func TestSoak(t *testing.T) {
	t.Parallel()
	if *soakSeed == 0 {
		*soakSeed = uint64(time.Now().UnixNano())
	}
	rounds := soakRounds
	if *soakFor == 0 {
		rounds = fewRounds
	}
	var all soakSums
	var next atomic.Uint64
	next.Store(*soakSeed)
	began := time.Now()
	var pool sync.WaitGroup
	for range rounds {
		pool.Go(func() {
			for again := true; again; again = time.Since(began) < *soakFor && !t.Failed() {
				seed := next.Add(1) - 1
				t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) { newSoak(t, seed, &all).round() })
			}
		})
	}
	pool.Wait()
	t.Logf("%d rounds, %d rows, %d runs: %d killed, %d interrupted, %d stopped and continued; %d requests, %d faults; largest process %d MiB",
		all.rounds, all.rows, all.runs, all.kills, all.interrupts, all.suspends, all.requests, all.faults, all.maxRSS>>10)
}

// How many rounds run at once: they mostly wait.
const (
	soakRounds = 6
	fewRounds  = 2 // in the normal tests, which have to be quick
)

// soakSums is what all rounds have done.
type soakSums struct {
	mu                                              sync.Mutex
	rounds, rows, runs, kills, interrupts, suspends int
	requests, faults                                int64
	maxRSS                                          int64 // KiB
}

// count adds what a round did.
func (s *soakSums) count(add func(*soakSums)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	add(s)
}

// soak is one round.
type soak struct {
	t      *testing.T
	rnd    *rand.Rand
	all    *soakSums
	dir    string
	file   string
	rows   int
	valid  map[string]bool
	sim    *simulator.Server
	server *httptest.Server
	calm   *atomic.Bool    // no more faults; shared by the jobs of a round
	taken  map[string]bool // numbers that another job of the round has created
	marks  bool            // the files say who opted out, and they are to be marked
	out    map[string]bool // numbers that have opted out; shared by the jobs of a round
	listed map[string]bool // those of them that the job's file names
	flags  []string
	story  []string

	limited bool // the server has a limit, which may change
	died    bool // the last run was killed, or left at once, maybe before it saved what it knew about the clocks
}

func newSoak(t *testing.T, seed uint64, all *soakSums) *soak {
	s := &soak{t: t, rnd: rand.New(rand.NewPCG(seed, 77)), all: all, dir: t.TempDir(), valid: make(map[string]bool), calm: new(atomic.Bool), out: make(map[string]bool), listed: make(map[string]bool)}
	s.marks = s.rnd.IntN(2) == 0
	s.writeFile()
	s.startServer(seed)
	s.flags = []string{
		"run", s.file, "--base-url", s.server.URL, "--state", filepath.Join(s.dir, "state"), "--report", filepath.Join(s.dir, "report"),
		"--rate", []string{"unlimited", "100/s", "auto"}[s.rnd.IntN(3)], "--timeout", "1s", "--attempts", fmt.Sprint(1 + s.rnd.IntN(3)),
		"--concurrency", fmt.Sprint(s.rnd.IntN(20)), "--max-invalid", "100%", "--outage", "20s",
	}
	if s.marks {
		s.flags = append(s.flags, "--opt-out", "mark")
	}
	return s
}

// mood is what may change from one run of a job to the next.
func (s *soak) mood() []string {
	flags := []string{"--existing", []string{"auto", "list", "list", "off"}[s.rnd.IntN(4)]}
	if s.rnd.IntN(2) == 0 {
		flags = append(flags, "--resolve-duplicates")
	}
	if slices.Contains(s.flags, "auto") && s.rnd.IntN(2) == 0 {
		flags = append(flags, "--reserve", "20%")
	}
	if s.rnd.IntN(2) == 0 {
		flags = append(flags, "--drain", []string{"0s", "50ms", "500ms"}[s.rnd.IntN(3)])
	}
	if s.limited && s.rnd.IntN(3) == 0 {
		s.sim.SetRateLimit([]int{3000, 6000, 12000}[s.rnd.IntN(3)])
	}
	// If the clock is set before and after a run that died before it saved the clock's
	// value, no program can know that value.
	if s.rnd.IntN(4) == 0 && !s.died {
		step := []time.Duration{30 * time.Second, -30 * time.Second, time.Hour, -time.Hour}[s.rnd.IntN(4)]
		s.tell("the server's clock steps by %s", step)
		s.sim.StepClock(step)
	}
	return flags
}

func (s *soak) writeFile() {
	var b strings.Builder
	b.WriteString("name,phone,opted out\n")
	s.rows = 1 + s.rnd.IntN(200)
	repeat := 1
	if s.rnd.IntN(6) == 0 { // a plan long enough to be killed in
		repeat = 100
	}
	for i := range s.rows * repeat {
		number := fmt.Sprintf("+1415555%04d", 100+i%s.rows)
		switch {
		case i%17 == 3:
			fmt.Fprintf(&b, "c%d,none,\n", i)
		case i%19 == 5:
			fmt.Fprintf(&b, "c%d,%s,,surplus\n", i, number)
		default:
			fmt.Fprintf(&b, "c%d,%s,%s\n", i, number, s.optOut(number, 4))
			s.valid[number] = true
		}
	}
	s.rows *= repeat
	s.file = filepath.Join(s.dir, "contacts.csv")
	if err := os.WriteFile(s.file, []byte(b.String()), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// optOut is the cell that says whether the number, which the job's file holds, has opted
// out: once in n times.
func (s *soak) optOut(number string, n int) string {
	if !s.marks || s.rnd.IntN(n) > 0 {
		return "no"
	}
	s.out[number], s.listed[number] = true, true
	return "yes"
}

func (s *soak) startServer(seed uint64) {
	faults, err := simulator.ParseFaults(fmt.Sprintf(
		"seed=%d,500-before:2%%,500-after:2%%,503-after:1%%,reset-before:2%%,reset-after:3%%,hang-before:0.5%%,hang-after:1%%,cut:1%%,html:1%%,html-before=403:1%%,html-after=403:1%%,html-before=404:0.5%%,html-after=404:0.5%%,html=401:0.5%%,html=429@list:1%%,html=403@me:15%%,500@me:15%%,bare=403@me:15%%,bare=403@list:2%%,empty-after:1%%,noid:1%%,wrongnumber@post:1%%,wrongnumber@lookup:1%%,500@list:3%%,reset@list:2%%,cut@list:2%%,hang@list:1%%,429=1@list:1%%,429=1:1%%,429=soon:0.1%%,service:1%%,slow=1500ms:1%%,late=2s:1%%,500@update:3%%,500-after@update:3%%,reset-after@update:3%%,hang-after@update:1%%,cut@update:2%%,empty-after@update:2%%,noid@update:1%%,html=403@update:1%%,429=1@update:1%%,late=2s@update:1%%,500@retrieve:5%%,reset@retrieve:5%%,500@delete:3%%,500-after@delete:3%%,reset@delete:1%%,reset-after@delete:3%%,hang-after@delete:1%%,cut-after@delete:1%%,empty@delete:1%%,empty-after@delete:2%%,html=403@delete:1%%,html-after=404@delete:1%%,html=404@delete:1%%,429=1@delete:1%%,slow=1500ms@delete:1%%,late=2s@delete:1%%", seed))
	if err != nil {
		s.t.Fatal(err)
	}
	o := simulator.Options{
		Seed: seed, RateLimit: []int{0, 6000}[s.rnd.IntN(2)], BucketSize: 200, CacheErrors: s.rnd.IntN(3) == 0,
		ClockOffset: []time.Duration{0, 3 * time.Hour, -3 * time.Hour}[s.rnd.IntN(3)],
		Faults: func(r simulator.Request) simulator.Fault {
			if s.calm.Load() {
				return simulator.Fault{}
			}
			return faults(r)
		},
	}
	s.limited = o.RateLimit > 0
	o.Unlimited = !s.limited
	if s.rnd.IntN(3) == 0 {
		o.NoReplays = true
	}
	s.oddClocks(&o)
	o.NewestFirst, o.PageSizeMax = s.rnd.IntN(2) == 0, []int{0, 7, 20}[s.rnd.IntN(3)]
	for i := range s.rnd.IntN(300) { // contacts that the file does not hold
		o.Existing = append(o.Existing, fmt.Sprintf("+1415556%04d", 100+i))
	}
	latency := time.Duration(s.rnd.IntN(40)) * time.Millisecond
	o.Latency = func(simulator.Request) time.Duration { return latency }
	n := 0
	for i := range s.rows {
		number := fmt.Sprintf("+1415555%04d", 100+i)
		if !s.valid[number] {
			continue
		}
		switch n++; {
		case n%9 == 0:
			o.Existing = append(o.Existing, number)
		case n%13 == 0:
			o.Deleted = append(o.Deleted, number)
		default:
			continue
		}
		if s.rnd.IntN(6) == 0 {
			o.OptedOut, s.out[number] = append(o.OptedOut, number), true
		}
	}
	s.sim = simulator.New(o)
	s.server = httptest.NewUnstartedServer(s.sim)
	s.server.Listener = s.badConnections(s.server.Listener)
	s.server.Start()
	s.t.Cleanup(func() {
		s.server.CloseClientConnections()
		s.sim.Close()
		s.server.Close()
	})
}

// oddClocks gives the proxy, the servers and the database clocks of their own.
func (s *soak) oddClocks(o *simulator.Options) {
	o.ProxyOffset = []time.Duration{0, 2 * time.Second, -40 * time.Second, 2 * time.Minute}[s.rnd.IntN(4)]
	o.DateOffset = []time.Duration{0, 0, 0, 90 * time.Second}[s.rnd.IntN(4)]
	if s.rnd.IntN(4) == 0 {
		o.ClockOffsets = []time.Duration{0, 90 * time.Second}
	}
	o.TimeLayout = []string{"", "", time.RFC3339}[s.rnd.IntN(3)]
	o.ContactsOffset = []time.Duration{0, 0, -6 * time.Second, -3 * time.Hour}[s.rnd.IntN(4)]
	if s.rnd.IntN(6) == 0 {
		o.ContactsLayout = "2006-01-02 15:04:05"
	}
	s.tell("clocks: proxy %s, Date %s, servers %v, contacts %s as %q, times as %q",
		o.ProxyOffset, o.DateOffset, o.ClockOffsets, o.ContactsOffset, o.ContactsLayout, o.TimeLayout)
}

// badConnections limits the server's connections in some rounds. In some it makes one
// in three idle connections dead when it is used again, while there are faults.
func (s *soak) badConnections(l net.Listener) net.Listener {
	if most := 1 + s.rnd.IntN(12); most <= 4 {
		l = simulator.FewConnections(l, func() int {
			if s.calm.Load() {
				return 0
			}
			return most
		})
	}
	if s.rnd.IntN(3) == 0 {
		var kept atomic.Int64
		l = simulator.DyingConnections(l, func() bool { return !s.calm.Load() && kept.Add(1)%3 == 0 })
	}
	return l
}

func (s *soak) tell(format string, args ...any) {
	s.story = append(s.story, time.Now().Format("15:04:05.000 ")+fmt.Sprintf(format, args...))
}

// round disturbs some runs, lets the last ones end, and compares. Sometimes another job
// follows that shares numbers with the first; always if too few creations of the first
// have shown how contacts are dated.
func (s *soak) round() {
	s.disturb()
	s.end()
	if s.rnd.IntN(3) == 0 || !s.complete() {
		other := s.other()
		other.disturb()
		other.end()
		s.story = other.story
		s.end()
		other.story = s.story
		other.end() // its rows may have waited for the first job's lost requests
		s.compare()
		other.taken = s.created()
		other.compare()
	} else {
		s.compare()
	}
	stats := s.sim.Stats()
	s.all.count(func(all *soakSums) {
		all.rounds++
		all.requests += stats.Requests
		for _, n := range stats.Faults {
			all.faults += n
		}
		all.rows += s.rows
	})
}

// disturb starts some runs that do not finish.
func (s *soak) disturb() {
	s.calm.Store(false)
	for n := 1 + s.rnd.IntN(8); n > 0 && !s.complete(); n-- {
		s.disturbed()
	}
}

// end lets runs finish.
func (s *soak) end() {
	s.calm.Store(true)
	for n := 0; n < 5 && !s.complete(); n++ { // a loaded machine can still be slower than the timeout
		s.run(nil, s.mood()...)
	}
}

// other is another job of the same ledger, which shares some numbers with this one and
// has enough others.
func (s *soak) other() *soak {
	o := *s
	o.dir, o.valid, o.listed, o.rows = filepath.Join(s.dir, "other"), make(map[string]bool), make(map[string]bool), 0
	o.file = filepath.Join(o.dir, "others.csv")
	var b strings.Builder
	b.WriteString("phone,opted out\n")
	add := func(number string) {
		b.WriteString(number + "," + o.optOut(number, 3) + "\n")
		o.valid[number] = true
		o.rows++
	}
	for _, number := range slices.Sorted(maps.Keys(s.valid)) {
		if s.rnd.IntN(3) == 0 {
			add(number)
		}
	}
	for i := range 60 {
		add(fmt.Sprintf("+1415557%04d", 100+i))
	}
	if err := errors.Join(os.Mkdir(o.dir, 0o700), os.WriteFile(o.file, []byte(b.String()), 0o600)); err != nil {
		s.t.Fatal(err)
	}
	o.flags = slices.Clone(s.flags)
	for i, flag := range o.flags {
		switch flag {
		case "run":
			o.flags[i+1] = o.file
		case "--report":
			o.flags[i+1] = filepath.Join(o.dir, "report")
		}
	}
	o.tell("another job begins")
	return &o
}

// created are the numbers that the report calls created.
func (s *soak) created() map[string]bool {
	numbers := make(map[string]bool)
	for _, row := range readReport(s.t, filepath.Join(s.dir, "report", "report.csv")) {
		if row["status"] == "created" {
			numbers[row["phone"]] = true
		}
	}
	return numbers
}

// disturbed starts a run and does something to it at a random moment: after so
// many requests, or after some time, which also hits the plan and the report.
func (s *soak) disturbed() {
	var moment <-chan struct{}
	if s.rnd.IntN(2) == 0 {
		moment = s.afterRequests(uint64(s.sim.Stats().Requests) + 1 + uint64(s.rnd.IntN(40)))
	} else {
		moment = afterTime(time.Duration(s.rnd.IntN(600)) * time.Millisecond)
	}
	what := s.rnd.IntN(12)
	first := []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP}[s.rnd.IntN(3)]
	flags := s.mood()
	if s.rnd.IntN(4) == 0 {
		flags = append(flags, "--max-duration", fmt.Sprintf("%dms", 1+s.rnd.IntN(1500)))
	}
	s.run(func(cmd *exec.Cmd, done <-chan struct{}) {
		select {
		case <-moment:
		case <-done:
			return
		}
		switch what {
		case 0:
			s.signal(cmd, first, 0)
		case 1:
			s.signal(cmd, first, time.Millisecond)
		case 3:
			s.signal(cmd, first, sameSignal+100*time.Millisecond)
		case 2:
			s.tell("stopped for longer than a timeout, then killed or continued")
			s.all.count(func(all *soakSums) { all.suspends++ })
			_ = cmd.Process.Signal(syscall.SIGSTOP)
			<-afterTime(1500 * time.Millisecond)
			_ = cmd.Process.Signal(syscall.SIGCONT)
		default:
			s.tell("killed")
			s.all.count(func(all *soakSums) { all.kills++ })
			_ = cmd.Process.Kill()
		}
	}, flags...)
}

// signal sends a signal, and SIGTERM after it unless that is to come after 0.
func (s *soak) signal(cmd *exec.Cmd, first syscall.Signal, another time.Duration) {
	s.tell("%s, and another after %v", first, another)
	s.all.count(func(all *soakSums) { all.interrupts++ })
	_ = cmd.Process.Signal(first)
	if another > 0 {
		<-afterTime(another)
		_ = cmd.Process.Signal(syscall.SIGTERM)
	}
}

func (s *soak) afterRequests(n uint64) <-chan struct{} {
	reached := make(chan struct{}) // closed below
	go func() {
		defer close(reached)
		_ = s.sim.Await(s.t.Context(), n) // ends with the test at the latest
	}()
	return reached
}

func afterTime(d time.Duration) <-chan struct{} {
	passed := make(chan struct{}) // closed by the timer
	time.AfterFunc(d, func() { close(passed) })
	return passed
}

// run runs the program once, with more flags, and returns its exit code, -1 if
// it was killed.
func (s *soak) run(disturb func(*exec.Cmd, <-chan struct{}), flags ...string) int {
	s.t.Helper()
	cmd := watched(s.t, slices.Concat(s.flags, flags)...)
	asUsersHaveIt(cmd)
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	s.tell("run begins with %s", strings.Join(flags, " "))
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	done := make(chan struct{}) // closed below
	gone := make(chan struct{}) // closed below
	go func() {
		defer close(gone)
		if disturb != nil {
			disturb(cmd, done)
		}
	}()
	_ = cmd.Wait() // the exit code says it
	close(done)
	<-gone
	rss := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss
	s.all.count(func(all *soakSums) {
		all.runs++
		all.maxRSS = max(all.maxRSS, rss)
	})
	code := cmd.ProcessState.ExitCode()
	s.tell("run ends with %d", code)
	s.died = code != exitOK && code != exitRowsLeft && code != exitStopped
	switch code {
	case -1, exitOK, exitRowsLeft, exitStopped, exitInterrupted + int(syscall.SIGINT), exitInterrupted + int(syscall.SIGTERM), exitInterrupted + int(syscall.SIGHUP):
	default:
		s.fail("a run ended with exit code %d:\n%s", code, out.String())
	}
	return code
}

// soakSummary is what the soak reads of summary.json.
type soakSummary struct {
	Complete bool           `json:"complete"`
	Counts   map[string]int `json:"counts"`
}

// summary reads summary.json, which is whole whenever it is there.
func (s *soak) summary() (summary soakSummary) {
	data, err := os.ReadFile(filepath.Join(s.dir, "report", "summary.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return summary
	}
	if err == nil {
		err = json.Unmarshal(data, &summary)
	}
	if err != nil {
		s.fail("summary.json: %v", err)
	}
	return summary
}

func (s *soak) complete() bool { return s.summary().Complete }

// compare compares report.csv and summary.json with the server.
func (s *soak) compare() {
	if !s.complete() {
		s.fail("the job does not come to its end")
	}
	truth := s.sim.Truth()
	holds := truth.ByPhone("acct", "")
	for number := range s.valid {
		if c, ok := holds[number]; !ok || c.Commits > 1 {
			s.fail("%s: on the server %t, commits %d", number, ok, c.Commits)
		}
	}
	for number, c := range holds {
		if c.OptOut != s.out[number] {
			s.fail("%s: opted out %t, and on the server %t", number, s.out[number], c.OptOut)
		}
	}
	counts := make(map[string]int)
	rows := readReport(s.t, filepath.Join(s.dir, "report", "report.csv"))
	for _, row := range rows {
		counts[row["status"]]++
		contact, there := holds[row["phone"]]
		if s.taken[row["phone"]] {
			contact.Commits = 0 // by this job
		}
		if why := contradicts(row, contact, there); why != "" {
			s.fail("line %s (%s): %s", row["line"], row["phone"], why)
		}
		if marked := strings.HasPrefix(row["message"], "marked as opted out"); marked != (s.listed[row["phone"]] && row["reason"] != "in_file" && row["status"] != "invalid") {
			s.fail("line %s (%s): opted out %t, and it says %q", row["line"], row["phone"], s.listed[row["phone"]], row["message"])
		}
	}
	counts["rows"] = len(rows)
	for class, n := range s.summary().Counts {
		if counts[class] != n {
			s.fail("summary.json counts %d %s, report.csv has %d", n, class, counts[class])
		}
	}
	if len(rows) != s.rows {
		s.fail("the report has %d rows, the file %d", len(rows), s.rows)
	}
}

func (s *soak) fail(format string, args ...any) {
	s.t.Helper()
	s.t.Errorf(format, args...)
	s.t.Log(strings.Join(s.flags, " "))
	for _, line := range s.story {
		s.t.Log(line)
	}
	s.t.FailNow()
}
