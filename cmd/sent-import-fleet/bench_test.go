//go:build fleet && linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/fleet/engine"
	"sent-import/importer/simulator"
	"sent-import/importer/testenv/pgtest"
)

const (
	benchAccounts = 200
	benchRows     = 250
	benchSlots    = 20 // of each of two workers
)

// asOneProcess is the variable that makes the test's binary import the lists of a directory
// into an API, as many at a time as two workers do, with one ledger in a file.
const asOneProcess = "SENT_IMPORT_FLEET_TEST_ONE"

// BenchmarkAgainstOneProcess has two workers import the lists of 200 accounts, and one
// process with SQLite do the same: how much of its speed is left, and what part of a core
// PostgreSQL takes for a thousand requests a second. The API has no limit and answers at
// once, so the processor is what is measured.
func BenchmarkAgainstOneProcess(b *testing.B) {
	unlimited := func(o *simulator.Options) { o.Unlimited, o.Latency, o.NoHistory = true, nil, true }
	for range b.N {
		one := newRig(b, shared, benchAccounts, 0, unlimited)
		for n, ref := range one.refs {
			one.file(ref, n%7, benchRows)
		}
		alone := one.importAlone()
		own := ownCluster(b, pgtest.Network{})
		r := newRig(b, own, benchAccounts, 0, unlimited)
		for n, ref := range r.refs {
			r.addFast(ref, n%7)
		}
		r.exec("DROP TRIGGER log_lease ON pools")
		before, began := serverTime(b, own.URL()), time.Now()
		for _, name := range names[:2] {
			r.worker(name, "--slots", strconv.Itoa(benchSlots))
		}
		r.finished(10 * time.Minute)
		took, share := time.Since(began), serverTime(b, own.URL())-before
		requests := float64(len(r.seen()))
		b.ReportMetric(alone.Seconds()/took.Seconds(), "of-one-process")
		b.ReportMetric(requests/took.Seconds(), "requests/s")
		b.ReportMetric(float64(len(one.seen()))/alone.Seconds(), "alone-requests/s")
		b.ReportMetric(share.Seconds()/(requests/1000), "server-cores/1000-requests/s")
		b.ReportMetric(float64(r.number(`SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()`))/requests, "commits/request")
	}
}

// addFast hands a list over that is sent as fast as the API answers.
func (r *rig) addFast(ref string, nth int) {
	r.t.Helper()
	ctx := context.Background()
	file := r.file(ref, nth, benchRows)
	in, err := r.store().PutInput(ctx, file)
	if err == nil {
		_, err = r.enqueueWith(ctx, ref, filepath.Base(file), in, engine.Settings{Rate: "unlimited"})
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

// importAlone is how long one process takes for all lists.
func (r *rig) importAlone() time.Duration {
	r.t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), asOneProcess+"="+r.dir, "SENT_DM_BASE_URL="+r.server.URL)
	began := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		r.t.Fatalf("one process: %v: %s", err, out)
	}
	return time.Since(began)
}

// oneProcess imports the lists below a directory.
func oneProcess(dir string) error {
	lists, err := filepath.Glob(filepath.Join(dir, "lists", "*.csv"))
	if err != nil {
		return err
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	slots := make(chan struct{}, 2*benchSlots) // as many as there are slots
	for _, list := range lists {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			ref, _, _ := strings.Cut(filepath.Base(list), "-")
			failed := importOne(dir, list, ref)
			mu.Lock()
			defer mu.Unlock()
			err = errors.Join(err, failed)
		})
	}
	all.Wait()
	return err
}

// importOne imports a list. Of so many runs that begin at once in one directory, some meet a
// lock file that another one has just removed: the same again goes on.
func importOne(dir, list, ref string) error {
	o := importer.Options{
		Input: list, State: filepath.Join(dir, "state"), BaseURL: os.Getenv("SENT_DM_BASE_URL"), Key: ref + "-w0", Rate: "unlimited",
	}
	result, err := importer.Run(context.Background(), o)
	if errors.Is(err, fs.ErrNotExist) {
		result, err = importer.Run(context.Background(), o)
	}
	if err != nil {
		return err
	}
	return result.Close()
}

// serverTime is the time of processors that a PostgreSQL has used so far: its main process,
// the processes that have ended, and those that have not.
func serverTime(t testing.TB, address string) time.Duration {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(u.Query().Get("host"), "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	main, _, _ := strings.Cut(string(text), "\n")
	all, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	var ticks int64
	for _, file := range all {
		stat, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		_, rest, _ := strings.Cut(string(stat), ") ")
		f := strings.Fields(rest) // from the third field on: state, parent, …
		switch {
		case filepath.Base(filepath.Dir(file)) == main:
			ticks += sum(f[11:15])
		case f[1] == main:
			ticks += sum(f[11:13])
		}
	}
	return time.Duration(ticks) * time.Second / ticksPerSecond
}

// ticksPerSecond is Linux's USER_HZ, which is the same everywhere.
const ticksPerSecond = 100

func sum(fields []string) (n int64) {
	for _, f := range fields {
		v, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			panic(fmt.Sprintf("no number in /proc: %q", f))
		}
		n += v
	}
	return n
}
