package importer_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/serverclock"
	"sent-import/importer/simulator"
)

var promiseSeeds = flag.Int("promise.seeds", 12, "random worlds that TestPromise tries")
var promiseFirst = flag.Uint64("promise.first", 1, "the first of them")

// TestPromise makes random files, servers and accidents, interrupts and kills
// runs at random moments, runs the same again until it ends, and compares every
// row of the report with what the simulator holds. Each world runs in virtual
// time: hours of waiting cost none.
func TestPromise(t *testing.T) {
	for i := range *promiseSeeds {
		seed := *promiseFirst + uint64(i)
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { newWorld(t, seed).play() })
		})
	}
}

// world is one random situation.
type world struct {
	t      *testing.T
	seed   uint64
	rnd    *rand.Rand
	dir    string // of the state
	file   string
	rows   int
	valid  map[string]bool // the numbers that the file holds
	before map[string]bool // those of them that the account holds from the start
	marks  bool            // the file says who opted out, and they are to be marked
	out    map[string]bool // the numbers that have opted out: by the file, by another job's, or from the start
	listed map[string]bool // those of them that the file names
	above  map[string]bool // the numbers of inherited contacts, which can't be marked
	server *simulator.Server
	calm   atomic.Bool // no more faults: the last runs come to an end

	others   int          // contacts that the file does not hold
	restless bool         // others come and go while the list is read
	meddled  atomic.Int64 // how often

	o       importer.Options
	telling sync.Mutex
	story   []string // what happened, for the reader of a failure; guarded by telling
	limited bool     // the server has a limit, which may change
	few     int      // connections that the server takes; 0: all
	dying   int64    // of so many requests on a kept connection one finds it dead; 0: none
	kept    atomic.Int64

	killed func() // takes the ledger from a run that is killed, where that is not a file to be copied; nil: it is one
}

func newWorld(t *testing.T, seed uint64) *world {
	w := &world{
		t: t, seed: seed, rnd: rand.New(rand.NewPCG(seed, 0x5e27)), dir: newState(t),
		valid: make(map[string]bool), before: make(map[string]bool), out: make(map[string]bool), listed: make(map[string]bool), above: make(map[string]bool),
	}
	w.marks = w.chance(2)
	w.writeFile()
	w.restless = w.chance(2)
	w.few, w.dying = []int{0, 0, 0, 2}[w.rnd.IntN(4)], []int64{0, 0, 3, 1}[w.rnd.IntN(4)]
	w.makeServer()
	w.o = importer.Options{
		Input: w.file, State: w.dir, BaseURL: "http://localhost", Key: "key", Rate: []string{"auto", "auto", "unlimited", "3000/m"}[w.rnd.IntN(4)], Concurrency: []int{0, 1, 2, 8}[w.rnd.IntN(4)], Attempts: 1 + w.rnd.IntN(5), Timeout: time.Duration(5+w.rnd.IntN(55)) * time.Second, MaxInvalid: importer.Limit{Percent: 100}, Notice: func(text string) { w.tell("notice: %s", text) }, Reading: importer.Reading{Region: "US"},
	}
	if w.marks {
		w.o.Reading.OptOut = "mark"
	}
	return w
}

func (w *world) tell(format string, args ...any) {
	w.telling.Lock()
	defer w.telling.Unlock()
	w.story = append(w.story, time.Now().Format("15:04:05.000 ")+fmt.Sprintf(format, args...))
}

// chance is true once in n times.
func (w *world) chance(n int) bool { return w.rnd.IntN(n) == 0 }

func (w *world) writeFile() {
	var b strings.Builder
	b.WriteString("name,phone,opted out\n")
	w.rows = 1 + w.rnd.IntN(60)
	if w.chance(3) {
		w.rows += 2 * fewestToList // enough for the list to be thought of
	}
	for i := range w.rows {
		digits := fmt.Sprintf("415555%04d", 100+w.rnd.IntN(2*w.rows))
		out := ""
		if w.marks && w.chance(4) {
			out = "yes"
		}
		switch w.rnd.IntN(12) {
		case 0:
			fmt.Fprintf(&b, "c%d,,%s\n", i, out) // missing
		case 1:
			fmt.Fprintf(&b, "c%d,12345,%s\n", i, out) // too short
		case 2:
			fmt.Fprintf(&b, "c%d,+1%s,%s,surplus\n", i, digits, out) // malformed
		case 3:
			fmt.Fprintf(&b, "c%d,(%s) %s-%s,%s\n", i, digits[:3], digits[3:6], digits[6:], out)
			w.lists("+1"+digits, out)
		default:
			fmt.Fprintf(&b, "c%d,+1%s,%s\n", i, digits, out)
			w.lists("+1"+digits, out)
		}
	}
	w.file = filepath.Join(w.t.TempDir(), "contacts.csv")
	if err := os.WriteFile(w.file, []byte(b.String()), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// lists says that the file has a row with the number.
func (w *world) lists(phone, out string) {
	w.valid[phone] = true
	if out != "" {
		w.out[phone], w.listed[phone] = true, true
	}
}

func (w *world) makeServer() {
	o := simulator.Options{
		Seed:        w.seed,
		RateLimit:   []int{200, 600, 6000, 0}[w.rnd.IntN(4)],
		Algorithm:   simulator.Algorithm(w.rnd.IntN(3)),
		RateHeaders: simulator.RateHeaders(w.rnd.IntN(3)),
		CacheErrors: w.chance(3),
		ClockOffset: []time.Duration{0, 0, 5 * time.Hour, -7 * time.Hour}[w.rnd.IntN(4)],
	}
	o.TimeLayout = []string{"", time.RFC3339, "2006-01-02T15:04:05.000000-07:00", "2006-01-02T15:04:05"}[w.rnd.IntN(4)]
	w.oddClocks(&o)
	if w.chance(4) {
		o.NoReplays = true
	}
	if w.chance(3) {
		o.MeStatus = http.StatusNotFound
	}
	o.LookupSingle = w.chance(3)
	o.NewestFirst = w.chance(2)
	o.PageSizeMax = []int{0, 0, 7, 30}[w.rnd.IntN(4)]
	latency := time.Duration(w.rnd.IntN(300)) * time.Millisecond
	o.Latency = func(r simulator.Request) time.Duration {
		if r.Operation == simulator.List {
			w.meddle()
		}
		return latency
	}
	w.limited = o.RateLimit > 0
	o.Unlimited = !w.limited
	known := []int{8, 8, 2}[w.rnd.IntN(3)] // many of them, as every night, or few
	for phone := range sortedSet(w.valid) {
		switch w.rnd.IntN(known) {
		case 0:
			o.Existing, w.before[phone] = append(o.Existing, phone), true
		case 1:
			if w.chance(4) && !w.listed[phone] {
				o.Inherited, w.above[phone] = append(o.Inherited, phone), true
			} else {
				o.Deleted = append(o.Deleted, phone)
			}
		}
	}
	for _, phone := range slices.Concat(o.Existing, o.Deleted) {
		if w.chance(6) {
			o.OptedOut, w.out[phone] = append(o.OptedOut, phone), true
		}
	}
	w.others = w.rnd.IntN(200)
	o.Existing = append(o.Existing, many(0, w.others)...)
	w.rnd.Shuffle(len(o.Existing), func(i, j int) { o.Existing[i], o.Existing[j] = o.Existing[j], o.Existing[i] })
	o.Faults = w.faults()
	w.server = simulator.New(o)
	w.t.Cleanup(func() { w.server.Close() })
}

// oddClocks gives the proxy, the servers and the database clocks of their own.
func (w *world) oddClocks(o *simulator.Options) {
	o.ProxyOffset = []time.Duration{0, 3 * time.Second, -40 * time.Second, 2 * time.Minute}[w.rnd.IntN(4)]
	o.DateOffset = []time.Duration{0, 0, 0, 90 * time.Second, -2 * time.Second}[w.rnd.IntN(5)]
	if w.chance(4) {
		o.ClockOffsets = []time.Duration{0, 90 * time.Second}
	}
	o.ContactsOffset = []time.Duration{0, 0, 0, -6 * time.Second, -3 * time.Hour, 300 * time.Millisecond}[w.rnd.IntN(6)]
	if w.chance(6) {
		o.ContactsLayout = "2006-01-02 15:04:05"
	}
	w.tell("clocks: server %s, %v, proxy %s, Date %s, contacts %s as %q, times as %q",
		o.ClockOffset, o.ClockOffsets, o.ProxyOffset, o.DateOffset, o.ContactsOffset, o.ContactsLayout, o.TimeLayout)
}

// meddle has somebody else create and delete contacts, so that the pages of the
// list move.
func (w *world) meddle() {
	if !w.restless {
		return
	}
	n := int(w.meddled.Add(1))
	w.server.Insert("acct", "", many(1000+n, 1)[0], time.Now())
	if n%3 == 0 && n/3 < w.others {
		w.server.Delete("acct", "", many(n/3, 1)[0])
		w.server.Delete("acct", "", many(1000+n, 1)[0])
	}
}

// connections are those of a bad network, until the world is calm: few, or dead
// when they are used again.
func (w *world) connections(l net.Listener) net.Listener {
	few := func() int {
		if w.calm.Load() {
			return 0
		}
		return w.few
	}
	dies := func() bool { return w.dying > 0 && !w.calm.Load() && w.kept.Add(1)%w.dying == 0 }
	return simulator.DyingConnections(simulator.FewConnections(l, few), dies)
}

// faults is a plan of a random mixture, which ends when the world is calm.
func (w *world) faults() simulator.FaultPlan {
	kinds := []simulator.Fault{
		{Kind: simulator.Internal}, {Kind: simulator.Internal, After: true},
		{Kind: simulator.BadGateway}, {Kind: simulator.Unavailable, After: true}, {Kind: simulator.Timeout504, After: true},
		{Kind: simulator.Reset}, {Kind: simulator.Reset, After: true},
		{Kind: simulator.Hang}, {Kind: simulator.Hang, After: true},
		{Kind: simulator.Cut, After: true}, {Kind: simulator.Empty}, {Kind: simulator.Empty, After: true},
		{Kind: simulator.Foreign, After: true}, {Kind: simulator.Page}, {Kind: simulator.Status200},
		{Kind: simulator.TooMany}, {Kind: simulator.TooMany, RetryAfter: "soon"}, {Kind: simulator.TooMany, RetryAfter: "date+30s"},
		{Kind: simulator.TooMany, RetryAfter: "-1"}, {Kind: simulator.TooMany, RetryAfter: "none"},
		{Kind: simulator.Service}, {Kind: simulator.InFlight},
		{Kind: simulator.Page, Status: 403}, {Kind: simulator.Page, Status: 403, After: true}, {Kind: simulator.Page, Status: 404, After: true},
		{Kind: simulator.Page, Status: 401, After: true}, {Kind: simulator.Page, Status: 429, After: true, RetryAfter: "3600"},
		{Kind: simulator.Failure, Status: 503, Code: "SERVICE_009", After: true, RetryAfter: "20"},
		{Kind: simulator.WrongNumber}, {Kind: simulator.NoID},
		{Kind: simulator.Slow, Delay: 20 * time.Second}, {Kind: simulator.Late, Delay: 70 * time.Second},
	}
	rates := make(map[simulator.Fault]float64)
	total := []float64{0, 0.05, 0.3, 0.6}[w.rnd.IntN(4)]
	for range 1 + w.rnd.IntN(6) {
		f := kinds[w.rnd.IntN(len(kinds))]
		if f.Kind != simulator.WrongNumber { // what a page shows of a number is believed
			some := simulator.OnCreate | simulator.OnLookup | simulator.OnUpdate
			reads := some | simulator.OnList | simulator.OnRetrieve
			f.On = []simulator.Scope{some, reads, reads | simulator.OnMe}[w.rnd.IntN(3)]
		}
		rates[f] = total / 6
	}
	random := simulator.Random(w.seed, rates)
	down := time.Duration(w.rnd.IntN(600)) * time.Second
	outage := simulator.During(down, down+time.Duration(w.rnd.IntN(300))*time.Second, simulator.Fault{Kind: simulator.Unavailable})
	withOutage := w.chance(4)
	return func(r simulator.Request) simulator.Fault {
		if w.calm.Load() {
			return simulator.Fault{}
		}
		if withOutage {
			if f := outage(r); f.Kind != simulator.None {
				return f
			}
		}
		return random(r)
	}
}

// play interrupts and kills runs for a while, and then lets the last ones end.
func (w *world) play() {
	if w.chance(3) {
		w.importBefore()
	}
	for n := range w.rnd.IntN(5) {
		if w.chance(4) {
			pause := time.Duration(w.rnd.IntN(30)) * time.Hour
			w.tell("%s pass", pause)
			time.Sleep(pause) // virtual: longer than idempotency keys live
		}
		w.changeMind()
		w.run(n, w.randomEnd())
	}
	w.changeMind()
	w.o.MaxDuration = 0
	w.calm.Store(true)
	time.Sleep(2 * time.Minute) // virtual: what the server has in flight ends
	for n := range 4 {
		if result := w.run(100+n, ending{}); result != nil && result.Complete() {
			w.compare()
			w.rerun()
			return
		}
		if n == 1 { // maybe too few creations have shown how contacts are dated
			w.importOther(many(5000, 2*serverclock.Enough))
		}
	}
	w.fail("the job does not come to its end")
}

// importBefore has another job create some of the numbers, right before the first
// run.
func (w *world) importBefore() {
	var some []string
	for phone := range sortedSet(w.valid) {
		if w.chance(3) {
			some = append(some, phone)
		}
	}
	w.calm.Store(true)
	w.importOther(some)
	w.calm.Store(false)
}

// importOther imports numbers as another job of the same ledger.
func (w *world) importOther(numbers []string) {
	w.tell("another job imports %d numbers", len(numbers))
	transport, closePipe := simulator.Pipe(w.server, w.connections)
	defer closePipe()
	o := w.o
	o.Input, o.Transport = filepath.Join(w.t.TempDir(), "other.csv"), transport
	content := "phone,opted out\n"
	for _, phone := range numbers {
		out := ""
		if w.marks && w.chance(3) && !w.above[phone] {
			out, w.out[phone] = "yes", true
		}
		content += phone + "," + out + "\n"
	}
	if err := os.WriteFile(o.Input, []byte(content), 0o600); err != nil {
		w.t.Fatal(err)
	}
	result, err := importer.Run(w.t.Context(), o)
	if err == nil && !result.Counts.Complete() {
		w.fail("the other job: %+v, %v", result.Counts, result.Stopped)
	}
	if err == nil {
		err = result.Close()
	}
	if err != nil {
		w.fail("the other job: %v", err)
	}
}

// changeMind gives other options that may change from run to run.
func (w *world) changeMind() {
	w.o.Existing = []string{existingAuto, existingList, existingList, existingOff}[w.rnd.IntN(4)]
	w.o.ResolveDuplicates = w.chance(2)
	if w.o.MaxDuration = 0; w.chance(3) {
		w.o.MaxDuration = time.Duration(1+w.rnd.IntN(60_000)) * time.Millisecond
	}
	w.o.Drain = []time.Duration{importer.NoDrain, time.Second, 10 * time.Second, importer.DefaultDrain}[w.rnd.IntN(4)]
	if w.o.Reserve = ""; w.o.Rate == "auto" && w.chance(2) {
		w.o.Reserve = []string{"20%", "40"}[w.rnd.IntN(2)]
	}
	if w.limited && w.chance(3) {
		w.server.SetRateLimit([]int{200, 600, 6000}[w.rnd.IntN(3)])
	}
	if w.chance(4) {
		w.server.StepClock([]time.Duration{30 * time.Second, -30 * time.Second, time.Hour, -time.Hour}[w.rnd.IntN(4)])
	}
	w.tell("existing %s, resolve %t, max duration %s, drain %s, reserve %s", w.o.Existing, w.o.ResolveDuplicates, w.o.MaxDuration, w.o.Drain, w.o.Reserve)
}

// ending is how a run ends before its end.
type ending struct {
	after time.Duration // 0: it doesn't
	kill  bool          // without a chance to settle anything
}

func (w *world) randomEnd() ending {
	switch w.rnd.IntN(4) {
	case 0:
		return ending{}
	case 1:
		return ending{after: time.Duration(w.rnd.IntN(20_000)) * time.Millisecond}
	}
	return ending{after: time.Duration(1+w.rnd.IntN(90_000)) * time.Millisecond, kill: true}
}

// run runs the importer once, and returns the counts if it was not killed.
func (w *world) run(n int, end ending) *outcome.Counts {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	transport, closePipe := simulator.Pipe(w.server, w.connections)
	defer closePipe()
	wire := &wire{next: transport, cut: make(chan struct{})}
	o := w.o
	o.Transport = wire
	w.tell("run %d begins", n)
	killed := make(chan string, 1)
	if end.after > 0 {
		timer := time.AfterFunc(end.after, func() {
			if !end.kill {
				w.tell("run %d is interrupted", n)
				cancel(errors.New("interrupted"))
				return
			}
			w.tell("run %d is killed", n)
			close(wire.cut)
			synctest.Wait() // nothing is being written now
			killed <- w.copyState()
			cancel(errors.New("killed"))
		})
		defer timer.Stop()
	}
	result, err := importer.Run(ctx, o)
	var counts *outcome.Counts
	if err == nil {
		counts = &result.Counts
		if result.Stopped != nil {
			w.tell("run %d stopped: %s", n, result.Stopped.Message)
		}
		if !counts.Adds() || counts.Rows != w.rows {
			w.fail("the counts don't add up: %+v for %d rows", *counts, w.rows)
		}
		if err := result.Close(); err != nil {
			w.fail("close: %v", err)
		}
	} else if ctx.Err() == nil {
		w.fail("run %d: %v", n, err)
	}
	select {
	case w.dir = <-killed: // the ledger as the kill left it
		w.o.State = w.dir
		return nil
	default:
		return counts
	}
}

// copyState copies the state directory: what a killed process leaves behind.
func (w *world) copyState() string {
	if w.killed != nil {
		w.killed()
		return w.dir
	}
	to := filepath.Join(w.t.TempDir(), "state")
	if err := copyState(to, w.dir); err != nil && !os.IsNotExist(err) {
		w.t.Error(err)
	}
	return to
}

// wire is the network of a process that can be killed: once it is cut, requests
// neither go out nor come back.
type wire struct {
	next http.RoundTripper
	cut  chan struct{} // closed by the kill
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	select {
	case <-w.cut:
		<-r.Context().Done()
		return nil, r.Context().Err()
	default:
	}
	type answer struct {
		response *http.Response
		err      error
	}
	got := make(chan answer, 1)
	go func() {
		response, err := w.next.RoundTrip(r)
		got <- answer{response, err}
	}()
	select {
	case a := <-got:
		return a.response, a.err
	case <-w.cut:
		<-r.Context().Done()
		if a := <-got; a.err == nil {
			a.response.Body.Close()
		}
		return nil, r.Context().Err()
	}
}

// compare holds every row against the server.
func (w *world) compare() {
	truth := w.server.Truth()
	holds := truth.ByPhone("acct", "")
	for phone := range w.valid {
		if c, ok := holds[phone]; !ok || c.Commits > 1 {
			w.fail("%s: on the server %t, commits %d", phone, ok, c.Commits)
		}
	}
	for phone, c := range holds {
		if c.OptOut != w.out[phone] {
			w.fail("%s: opted out %t, and on the server %t", phone, w.out[phone], c.OptOut)
		}
	}
	result, err := importer.Run(w.t.Context(), w.o)
	if err != nil {
		w.fail("run again for its rows: %v", err)
	}
	defer result.Close()
	firstLine := make(map[string]int)
	for row, err := range result.Rows(context.Background()) {
		if err != nil {
			w.fail("rows: %v", err)
		}
		if why := disagrees(row, holds, firstLine); why != "" {
			w.fail("row %d (%s): %s", row.Number, row.Phone, why)
		}
		if row.Reason != outcome.InFile && row.Phone != "" && strings.HasPrefix(row.Message, "marked as opted out") != w.listed[row.Phone] {
			w.fail("row %d (%s): opted out %t, and it says %q", row.Number, row.Phone, w.listed[row.Phone], row.Message)
		}
		if w.o.ResolveDuplicates && row.Reason == outcome.AlreadyExists && row.ContactID == "" && row.Message == "" {
			w.fail("row %d (%s): has no contact id", row.Number, row.Phone)
		}
		if row.Phone != "" && firstLine[row.Phone] == 0 {
			firstLine[row.Phone] = row.Line
		}
	}
	if len(firstLine) != len(w.valid) {
		w.fail("the report has %d numbers, the file %d", len(firstLine), len(w.valid))
	}
}

// disagrees says how a row contradicts the server; "" if it doesn't.
func disagrees(row outcome.Row, holds map[string]simulator.Contact, firstLine map[string]int) string {
	contact, there := holds[row.Phone]
	switch {
	case row.Phone == "" && row.Status != outcome.Invalid:
		return fmt.Sprintf("%s without a number", row.Status)
	case row.Phone == "":
		return ""
	case !there:
		return fmt.Sprintf("%s, and the server does not have it", row.Reason)
	case row.Reason == outcome.InFile && row.DuplicateOf != firstLine[row.Phone]:
		return fmt.Sprintf("in_file of line %d, and the first is line %d", row.DuplicateOf, firstLine[row.Phone])
	case row.Reason == outcome.InFile:
		return ""
	case row.Status == outcome.Created && contact.Commits != 1:
		return fmt.Sprintf("%s, and the contact was there before", row.Reason)
	case row.Reason == outcome.AlreadyExists && contact.Commits != 0 && (contact.Key == "" || sameKey(contact.Key, row.Key)):
		return "already_exists, and this job created it"
	case row.ContactID != "" && row.ContactID != contact.ID:
		return fmt.Sprintf("%s with another contact's id", row.Reason)
	case row.Status == outcome.Created && row.ContactID == "":
		return fmt.Sprintf("%s without an id", row.Reason)
	case row.Status == outcome.Created && contact.Key != "" && !sameKey(contact.Key, row.Key):
		return fmt.Sprintf("created with key %s, and the report says %s", contact.Key, row.Key)
	}
	return ""
}

// sameKey compares keys without the count of burnt ones.
func sameKey(a, b string) bool {
	base := func(s string) string { return s[:min(len(s), len("si1_")+40)] }
	return base(a) == base(b)
}

// rerun runs the finished job once more: it costs no request.
func (w *world) rerun() {
	before := w.server.Stats()
	counts := w.run(200, ending{})
	after := w.server.Stats()
	if before.Requests != after.Requests {
		w.fail("a finished job cost %d requests", after.Requests-before.Requests)
	}
	if counts == nil || !counts.Complete() {
		w.fail("a finished job is not finished: %+v", counts)
	}
}

// sortedSet goes through a set in order, so that a seed is a seed.
func sortedSet(set map[string]bool) iter.Seq[string] {
	return slices.Values(slices.Sorted(maps.Keys(set)))
}

func (w *world) fail(format string, args ...any) {
	w.t.Helper()
	w.t.Errorf(format, args...)
	w.telling.Lock()
	defer w.telling.Unlock()
	for _, line := range w.story {
		w.t.Log(line)
	}
	for _, r := range w.server.Truth().Requests {
		w.t.Logf("%+v", r)
	}
	w.t.FailNow()
}
