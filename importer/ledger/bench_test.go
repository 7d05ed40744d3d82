package ledger

import (
	"testing"
	"time"

	"sent-import/importer/outcome"
)

// benchRows is the size of a large contact file that a person would still
// call a list.
const benchRows = 60_000

// e164Rows are rows as most files have them: cells in E.164.
func e164Rows(n int) []outcome.Row {
	rows := pendingRows(n)
	for i := range rows {
		rows[i].Input = rows[i].Phone
	}
	return rows
}

// BenchmarkPlan writes rows as a plan does: 4,096 in a commit.
func BenchmarkPlan(b *testing.B) {
	rows := e164Rows(benchRows)
	for b.Loop() {
		b.StopTimer()
		l := openTest(b, b.TempDir())
		b.StartTimer()
		planTest(b, l, "bench", rows)
		b.StopTimer()
		closeTest(b, l)
		b.StartTimer()
	}
	b.ReportMetric(float64(benchRows*b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkClaimSettle claims rows in batches of 512 and settles each of
// them, as a run without any network does.
func BenchmarkClaimSettle(b *testing.B) {
	rows := e164Rows(benchRows)
	for b.Loop() {
		b.StopTimer()
		l := openTest(b, b.TempDir())
		job := planTest(b, l, "bench", rows)
		run := startTest(b, l, job)
		b.StartTimer()
		claimAndSettle(b, l, run, job)
		b.StopTimer()
		closeTest(b, l)
		b.StartTimer()
	}
	b.ReportMetric(float64(benchRows*b.N)/b.Elapsed().Seconds(), "rows/s")
}

func claimAndSettle(b *testing.B, l *Ledger, run *Run, job Job) {
	b.Helper()
	var batch []Task
	var last <-chan error
	flush := func() {
		if len(batch) == 0 {
			return
		}
		if err := run.Claim(batch, testTime); err != nil {
			b.Fatal(err)
		}
		for _, t := range batch {
			last = run.Settle(t, createdOutcome(t.Number), nil, testTime.Add(time.Second))
		}
		batch = batch[:0]
	}
	for t, err := range l.Untouched(job) {
		if err != nil {
			b.Fatal(err)
		}
		if batch = append(batch, t); len(batch) == 512 {
			flush()
		}
	}
	flush()
	if err := <-last; err != nil {
		b.Fatal(err)
	}
}

// BenchmarkRows reads the rows as a report does.
func BenchmarkRows(b *testing.B) {
	l := openTest(b, b.TempDir())
	job := planTest(b, l, "bench", e164Rows(benchRows))
	run := startTest(b, l, job)
	claimAndSettle(b, l, run, job)
	for b.Loop() {
		n := 0
		for row, err := range l.Rows(job) {
			if err != nil {
				b.Fatal(err)
			}
			if row.Row.Reason == outcome.ReasonCreated {
				n++
			}
		}
		if n != benchRows {
			b.Fatalf("got %d created rows, want %d", n, benchRows)
		}
	}
	b.ReportMetric(float64(benchRows*b.N)/b.Elapsed().Seconds(), "rows/s")
	closeTest(b, l)
}
