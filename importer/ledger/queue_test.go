package ledger

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"sent-import/importer/outcome"
	"sent-import/importer/serverclock"
	"sent-import/importer/testenv"
)

// TestClaimSettle follows rows from claim to outcome.
func TestClaimSettle(t *testing.T) {
	l := openTest(t, t.TempDir())
	job := planTest(t, l, "job", []outcome.Row{pendingRow(1), invalidRow(2, "no"), pendingRow(3), duplicateRow(4, 1), pendingRow(5)})
	run := startTest(t, l, job)
	doubt, tasks := tasksOf(t, l, job)
	wantNumbers(t, "InDoubt", doubt)
	wantNumbers(t, "Untouched", tasks, 1, 3, 5)
	want := Task{Number: 3, Line: 4, Phone: testPhone(3), KeyNumber: 1,
		Before: outcome.Outcome{Status: outcome.Pending, Reason: outcome.NotAttempted}}
	if !reflect.DeepEqual(tasks[1], want) {
		t.Errorf("a new task: got %+v, want %+v", tasks[1], want)
	}
	if tasks[1].InDoubt() {
		t.Error("a new task is in doubt")
	}

	must(t, "Claim", run.Claim(tasks[:2], testTime))
	doubt, tasks = tasksOf(t, l, job)
	wantNumbers(t, "InDoubt after a claim", doubt, 1, 3)
	wantNumbers(t, "Untouched after a claim", tasks, 5)
	want.Before = outcome.Outcome{Status: outcome.Pending, Reason: outcome.Unresolved, Attempts: 1}
	want.ClaimedRun, want.ClaimedAt = 1, testTime
	if !reflect.DeepEqual(doubt[1], want) || !doubt[1].InDoubt() {
		t.Errorf("a claimed task: got %+v, want %+v", doubt[1], want)
	}

	must(t, "BurnKey", run.BurnKey(doubt[0], 2, testTime))
	must(t, "Settle", <-run.Settle(doubt[0], createdOutcome(1), nil, testTime))
	spans := serverclock.Spans{{Run: 1, From: testTime, To: testTime.Add(time.Second)}, {Run: 0, From: testTime.Add(time.Minute), To: testTime.Add(time.Hour)}}
	must(t, "Settle", <-run.Settle(doubt[1], failedOutcome(), spans, testTime))
	doubt, tasks = tasksOf(t, l, job)
	wantNumbers(t, "InDoubt after settling", doubt, 3)
	wantNumbers(t, "Untouched after settling", tasks, 5)
	want.Before, want.ClaimedRun, want.ClaimedAt, want.Spans = failedOutcome(), 0, time.Time{}, spans
	if !reflect.DeepEqual(doubt[0], want) {
		t.Errorf("a failed task: got %+v, want %+v", doubt[0], want)
	}
	row := rowsOf(t, l, job)[0]
	wantRow := Row{Row: pendingRow(1), KeyNumber: 2}
	wantRow.Row.Outcome = createdOutcome(1)
	if !reflect.DeepEqual(row, wantRow) {
		t.Errorf("a created row: got %+v, want %+v", row, wantRow)
	}
}

// TestClaimForgetsFailure: a row that failed and is claimed again shows nothing
// of the failure, and counts the attempt.
func TestClaimForgetsFailure(t *testing.T) {
	l := openTest(t, t.TempDir())
	job := planTest(t, l, "job", pendingRows(2))
	run := startTest(t, l, job)
	_, tasks := tasksOf(t, l, job)
	must(t, "Claim", run.Claim(tasks, testTime))
	must(t, "Settle", <-run.Settle(tasks[0], failedOutcome(), nil, testTime))
	must(t, "Settle", <-run.Settle(tasks[1], failedOutcome(), serverclock.Spans{{Run: 1, From: testTime, To: testTime}}, testTime))
	doubt, tasks := tasksOf(t, l, job)
	wantNumbers(t, "failed with no doubt", tasks, 1)
	wantNumbers(t, "failed in doubt", doubt, 2)
	must(t, "Claim", run.Claim(tasks, testTime))
	must(t, "Reclaim", run.Reclaim(doubt[0], doubt[0].Spans, testTime))
	for _, r := range rowsOf(t, l, job) {
		want := outcome.Outcome{Status: outcome.Pending, Reason: outcome.Unresolved, Attempts: 4}
		if r.Row.Outcome != want {
			t.Errorf("row %d: got %+v, want %+v", r.Row.Number, r.Row.Outcome, want)
		}
	}
}

// TestWrongClaims: what does not fit the row is an error, and changes nothing.
func TestWrongClaims(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(run, other *Run, tasks []Task) error
	}{
		{"claim a claimed row", func(run, _ *Run, tasks []Task) error { return run.Claim(tasks[:1], testTime) }},
		{"claim a claimed row among others", func(run, _ *Run, tasks []Task) error { return run.Claim(tasks[:3], testTime) }},
		{"claim a row twice", func(run, _ *Run, tasks []Task) error {
			return run.Claim([]Task{tasks[2], tasks[2]}, testTime)
		}},
		{"claim a settled row", func(run, _ *Run, tasks []Task) error { return run.Claim(tasks[1:2], testTime) }},
		{"claim no row of the job", func(run, _ *Run, _ []Task) error { return run.Claim([]Task{{Number: 99}}, testTime) }},
		{"claim a row in doubt", func(run, _ *Run, tasks []Task) error { return run.Claim(tasks[3:4], testTime) }},
		{"reclaim an untouched row", func(run, _ *Run, tasks []Task) error { return run.Reclaim(tasks[2], nil, testTime) }},
		{"reclaim a settled row", func(run, _ *Run, tasks []Task) error { return run.Reclaim(tasks[1], nil, testTime) }},
		{"settle a settled row", func(run, _ *Run, tasks []Task) error {
			return <-run.Settle(tasks[1], failedOutcome(), nil, testTime)
		}},
		{"settle an unclaimed row", func(run, _ *Run, tasks []Task) error {
			return <-run.Settle(tasks[2], createdOutcome(3), nil, testTime)
		}},
		{"settle another run's row", func(_, other *Run, tasks []Task) error {
			return <-other.Settle(tasks[0], createdOutcome(1), nil, testTime)
		}},
		{"settle no row of the job", func(run, _ *Run, _ []Task) error {
			return <-run.Settle(Task{Number: 99}, createdOutcome(1), nil, testTime)
		}},
		{"burn the key of an unclaimed row", func(run, _ *Run, tasks []Task) error { return run.BurnKey(tasks[2], 2, testTime) }},
		{"burn the key of another run's row", func(_, other *Run, tasks []Task) error { return other.BurnKey(tasks[0], 2, testTime) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			l := openTest(t, dir)
			job := planTest(t, l, "job", pendingRows(5))
			run, other := startTest(t, l, job), startTest(t, l, job)
			_, tasks := tasksOf(t, l, job)
			// Row 1 is claimed, row 2 settled, row 4 in doubt; rows 3 and 5 are untouched.
			must(t, "Claim", run.Claim([]Task{tasks[0], tasks[1], tasks[3]}, testTime))
			must(t, "Settle", <-run.Settle(tasks[1], createdOutcome(2), nil, testTime))
			must(t, "Settle", <-run.Settle(tasks[3], failedOutcome(), serverclock.Spans{{Run: 1, From: testTime, To: testTime}}, testTime))
			before := mustDump(t, l)
			if err := c.do(run, other, tasks); !errors.Is(err, ErrDamaged) {
				t.Errorf("got %v, want %v", err, ErrDamaged)
			}
			if got := mustDump(t, l); got != before {
				t.Errorf("the ledger says\n%s\nwant\n%s", got, before)
			}
			closeTest(t, l)
			if got := mustDump(t, openTest(t, dir)); got != before {
				t.Errorf("opened again, the ledger says\n%s\nwant\n%s", got, before)
			}
		})
	}
}

// TestClaimAnyOrder: the tasks of a claim need not follow each other.
func TestClaimAnyOrder(t *testing.T) {
	l := openTest(t, t.TempDir())
	job := planTest(t, l, "job", pendingRows(2000))
	run := startTest(t, l, job)
	_, tasks := tasksOf(t, l, job)
	must(t, "Claim", run.Claim(nil, testTime))
	must(t, "Claim", run.Claim([]Task{tasks[7], tasks[2], tasks[1999]}, testTime))
	doubt, tasks := tasksOf(t, l, job)
	wantNumbers(t, "InDoubt", doubt, 3, 8, 2000)
	must(t, "Claim", run.Claim([]Task{tasks[8], tasks[11], tasks[10]}, testTime)) // as many as from the first to the last
	doubt, tasks = tasksOf(t, l, job)
	wantNumbers(t, "InDoubt", doubt, 3, 8, 11, 13, 14, 2000)
	must(t, "Claim", run.Claim(tasks, testTime))
	if _, tasks = tasksOf(t, l, job); len(tasks) != 0 {
		t.Errorf("got %d untouched rows, want none", len(tasks))
	}
}

// TestOtherJob: a run touches only its own job.
func TestOtherJob(t *testing.T) {
	l := openTest(t, t.TempDir())
	mine, other := planTest(t, l, "mine", pendingRows(3)), planTest(t, l, "other", pendingRows(3))
	run := startTest(t, l, mine)
	_, tasks := tasksOf(t, l, mine)
	must(t, "Claim", run.Claim(tasks, testTime))
	must(t, "Settle", <-run.Settle(tasks[0], createdOutcome(1), nil, testTime))
	doubt, untouched := tasksOf(t, l, other)
	wantNumbers(t, "InDoubt of the other job", doubt)
	wantNumbers(t, "Untouched of the other job", untouched, 1, 2, 3)
}

// TestDurableOnReturn takes what a power loss would leave right after each
// call, and another reader's view.
func TestDurableOnReturn(t *testing.T) {
	dir := t.TempDir()
	l := openTest(t, dir)
	beside := openTest(t, dir)
	check := func(after string, find func(Task) bool) {
		t.Helper()
		for name, at := range map[string]string{"a power loss": imageOf(t, dir).put(t), "another reader": ""} {
			reader := beside
			if at != "" {
				reader = openTest(t, at)
			}
			job, err := reader.Job("job1")
			must(t, "Job", err)
			doubt, untouched := tasksOf(t, reader, job)
			if !slices.ContainsFunc(append(doubt, untouched...), find) {
				t.Errorf("after %s, %s shows %+v and %+v", after, name, doubt, untouched)
			}
		}
	}
	job := planTest(t, l, "job1", pendingRows(2))
	check("the plan", func(k Task) bool { return k.Number == 1 && !k.InDoubt() })
	run := startTest(t, l, job)
	_, tasks := tasksOf(t, l, job)
	must(t, "Claim", run.Claim(tasks[:1], testTime))
	check("Claim", func(k Task) bool { return k.Number == 1 && k.ClaimedRun == 1 && k.ClaimedAt.Equal(testTime) })
	must(t, "BurnKey", run.BurnKey(tasks[0], 2, testTime))
	check("BurnKey", func(k Task) bool { return k.Number == 1 && k.KeyNumber == 2 })
	spans := serverclock.Spans{{Run: 1, From: testTime, To: testTime.Add(time.Minute)}}
	must(t, "Reclaim", run.Reclaim(tasks[0], spans, testTime))
	check("Reclaim", func(k Task) bool { return k.Number == 1 && len(k.Spans) == 1 && k.ClaimedRun == 1 })
	must(t, "Settle", <-run.Settle(tasks[0], failedOutcome(), spans, testTime))
	check("Settle", func(k Task) bool { return k.Number == 1 && k.Before == failedOutcome() && k.ClaimedRun == 0 })
}

// modelRow is a row of the model that TestQueueModel compares the ledger with.
type modelRow struct {
	task    Task
	settled bool // created, duplicate or invalid: not work
}

type model struct {
	l     *Ledger
	job   Job
	run   *Run
	rnd   *rand.Rand
	rows  map[int]*modelRow
	clock time.Time
}

// TestQueueModel does random things to the queue and to a model of it. What
// the two queues give must be, at any time, the model's unsettled rows: each in
// exactly one of them, as the model has it.
func TestQueueModel(t *testing.T) {
	t.Parallel()
	for seed := range uint64(testenv.Size(4, 1)) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			m := newModel(t, t.TempDir(), rand.New(rand.NewPCG(seed, 7)))
			for range 120 {
				m.step(t)
				m.check(t)
				if m.rnd.IntN(25) == 0 {
					m.die(t)
				}
			}
		})
	}
}

func newModel(t *testing.T, dir string, rnd *rand.Rand) *model {
	t.Helper()
	m := &model{l: openTest(t, dir), rnd: rnd, rows: make(map[int]*modelRow), clock: testTime}
	var rows []outcome.Row
	for n := 1; n <= 40; n++ {
		switch rnd.IntN(5) {
		case 0:
			rows = append(rows, invalidRow(n, ""))
		case 1:
			rows = append(rows, duplicateRow(n, 1))
		default:
			r := pendingRow(n)
			rows = append(rows, r)
			m.rows[n] = &modelRow{task: Task{Number: n, Line: r.Line, Phone: r.Phone, Before: r.Outcome, KeyNumber: 1}}
		}
	}
	m.job = planTest(t, m.l, "model", rows)
	m.run = startTest(t, m.l, m.job)
	return m
}

// die is a kill, and the next run.
func (m *model) die(t *testing.T) {
	t.Helper()
	m.l = openTest(t, imageOf(t, m.l.Dir()).put(t))
	m.run = startTest(t, m.l, m.job)
}

// pick returns some rows for which which holds, in file order.
func (m *model) pick(n int, which func(Task) bool) []*modelRow {
	var list []*modelRow
	for _, number := range slices.Sorted(maps.Keys(m.rows)) {
		if r := m.rows[number]; !r.settled && which(r.task) {
			list = append(list, r)
		}
	}
	m.rnd.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	list = list[:min(n, len(list))]
	slices.SortFunc(list, func(a, b *modelRow) int { return cmp.Compare(a.task.Number, b.task.Number) })
	return list
}

func (m *model) mine(k Task) bool { return k.ClaimedRun == m.run.Number }

func (m *model) step(t *testing.T) {
	t.Helper()
	m.clock = m.clock.Add(time.Duration(m.rnd.IntN(5000)) * time.Millisecond)
	switch m.rnd.IntN(4) {
	case 0:
		m.claim(t)
	case 1:
		m.reclaim(t)
	case 2:
		for _, r := range m.pick(1, m.mine) {
			r.task.KeyNumber++
			must(t, "BurnKey", m.run.BurnKey(r.task, r.task.KeyNumber, m.clock))
		}
	case 3:
		m.settle(t)
	}
}

func (m *model) claimed(r *modelRow) {
	r.task.ClaimedRun, r.task.ClaimedAt = m.run.Number, m.clock
	r.task.Before = outcome.Outcome{Status: outcome.Pending, Reason: outcome.Unresolved, Attempts: r.task.Before.Attempts + 1}
}

func (m *model) claim(t *testing.T) {
	t.Helper()
	var tasks []Task
	for _, r := range m.pick(1+m.rnd.IntN(6), func(k Task) bool { return !k.InDoubt() }) {
		tasks = append(tasks, r.task)
		m.claimed(r)
	}
	must(t, "Claim", m.run.Claim(tasks, m.clock))
}

func (m *model) reclaim(t *testing.T) {
	t.Helper()
	for _, r := range m.pick(2, func(k Task) bool { return k.InDoubt() && !m.mine(k) }) {
		spans := append(slices.Clone(r.task.Spans), serverclock.Span{Run: 1, From: m.clock.Add(-time.Second), To: m.clock})
		must(t, "Reclaim", m.run.Reclaim(r.task, spans, m.clock))
		m.claimed(r)
		r.task.Spans = spans
	}
}

func (m *model) settle(t *testing.T) {
	t.Helper()
	var results []<-chan error
	for _, r := range m.pick(1+m.rnd.IntN(4), m.mine) {
		o, spans := createdOutcome(r.task.Number), serverclock.Spans(nil)
		switch m.rnd.IntN(4) {
		case 0:
			o = failedOutcome()
		case 1:
			o, spans = failedOutcome(), append(slices.Clone(r.task.Spans), serverclock.Span{Run: 2, From: m.clock, To: m.clock})
		case 2:
			o = outcome.Outcome{Status: outcome.Pending, Reason: outcome.NotAttempted}
		}
		results = append(results, m.run.Settle(r.task, o, spans, m.clock))
		r.settled = o.Status == outcome.Created
		r.task.Before, r.task.Spans, r.task.ClaimedRun, r.task.ClaimedAt = o, spans, 0, time.Time{}
	}
	for _, result := range results {
		must(t, "Settle", <-result)
	}
}

func (m *model) check(t *testing.T) {
	t.Helper()
	doubt, untouched := tasksOf(t, m.l, m.job)
	seen := make(map[int]bool)
	for _, queue := range [][]Task{doubt, untouched} {
		if !slices.IsSorted(numbersOf(queue)) {
			t.Fatalf("got rows %v, want them in file order", numbersOf(queue))
		}
		for _, k := range queue {
			want := m.rows[k.Number]
			if seen[k.Number] || want == nil || want.settled || !reflect.DeepEqual(k, want.task) {
				t.Fatalf("got %+v (seen before: %t), want %+v", k, seen[k.Number], want)
			}
			seen[k.Number] = true
		}
	}
	if slices.ContainsFunc(untouched, Task.InDoubt) || slices.ContainsFunc(doubt, func(k Task) bool { return !k.InDoubt() }) {
		t.Fatal("a row is in the wrong queue")
	}
	for n, r := range m.rows {
		if !r.settled && !seen[n] {
			t.Fatalf("row %d is not settled and in no queue: %+v", n, r.task)
		}
	}
}
