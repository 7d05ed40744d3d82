//go:build fleet

package importer_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sent-import/importer"
	"sent-import/importer/ledger/postgres"
	"sent-import/importer/simulator"
	"sent-import/importer/testenv/pgtest"
)

// TestSameReportInPostgres imports random lists with cells of any bytes, in steps and over
// faults, with the ledger in a file and in PostgreSQL: in the end every row is the same, and so
// are the counts.
func TestSameReportInPostgres(t *testing.T) {
	cluster, err := pgtest.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cluster.Close() })
	for i := range max(1, *promiseSeeds/3) {
		seed := *promiseFirst + uint64(i)
		schema := fmt.Sprintf("same%d", seed)
		migrated(t, cluster, schema).Close()
		var one, other []string
		synctest.Test(t, func(t *testing.T) { one = reportOf(t, seed, nil) })
		synctest.Test(t, func(t *testing.T) {
			db, err := postgres.Open(context.Background(), cluster.URL("search_path="+schema), postgres.Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(db.Close)
			other = reportOf(t, seed, db)
		})
		for n := range max(len(one), len(other)) {
			if n >= len(one) || n >= len(other) || one[n] != other[n] {
				t.Errorf("seed %d, line %d of %d and %d: from the file\n%s\nfrom PostgreSQL\n%s", seed, n, len(one), len(other), at(one, n), at(other, n))
				break
			}
		}
	}
}

func at(lines []string, n int) string {
	if n < len(lines) {
		return lines[n]
	}
	return "nothing"
}

// reportOf is what a report has of a random list after some runs, of which the first are cut
// short: its rows and counts.
// db is where the ledger is; nil: in a file.
func reportOf(t *testing.T, seed uint64, db *postgres.DB) (report []string) {
	rnd := rand.New(rand.NewPCG(seed, 0x5a3e))
	file, existing := anyList(rnd)
	random := simulator.Random(seed, map[simulator.Fault]float64{
		{Kind: simulator.Internal}: 0.1, {Kind: simulator.Reset, After: true}: 0.1, {Kind: simulator.TooMany, RetryAfter: "3"}: 0.1,
	})
	faults := func(r simulator.Request) simulator.Fault {
		if r.Operation == simulator.Create && strings.HasSuffix(r.Phone, refusedDigit) {
			return simulator.Fault{Kind: simulator.Failure, Status: 400, Code: "VALIDATION_002"}
		}
		return random(r)
	}
	g := scenario{
		server: simulator.Options{Existing: existing, Faults: faults},
		file:   file,
		o: importer.Options{
			Existing: []string{existingOff, existingList}[rnd.IntN(2)], Attempts: 2, MaxInvalid: importer.Limit{Percent: 100}, ResolveDuplicates: rnd.IntN(2) == 0,
			Reading: importer.Reading{Region: "US", Encoding: []string{"utf-8", "windows-1252"}[rnd.IntN(2)], OptOut: []string{"", "mark"}[rnd.IntN(2)]},
		},
	}.begin(t)
	g.write(file)
	for n := range 4 {
		if n < 3 {
			g.o.MaxRequests = importer.NewBudget(6)
		} else {
			g.o.MaxRequests = nil
		}
		if db != nil {
			g.o.Ledger = takeOver(t, db, "pool")
		}
		told := g.run()
		time.Sleep(time.Minute)
		if n < 3 {
			continue // how far it is depends on what was claimed ahead
		}
		for _, r := range told.rows {
			r.SettledAt, r.RequestID, r.Attempts = time.Time{}, "", 0 // of the order of requests
			report = append(report, fmt.Sprintf("%q", fmt.Sprintf("%+v", r)))
		}
		report = append(report, fmt.Sprintf("%+v %v", told.Counts, told.Reasons))
	}
	return report
}

// refusedDigit ends the numbers that the API refuses.
const refusedDigit = "3"

// anyList is a list whose cells may be anything, and the numbers of it that are there already.
func anyList(rnd *rand.Rand) (file string, existing []string) {
	odd := []string{"", "12345", "a\x00b", "\x00", "\x01base64:AAAA", "\x01base64:", "\"quoted \"\"cell\"\"\"", "=1+1", "'+1", strings.Repeat("9", 5000), "é", "日本", "\U0001F600", "\u202e+1",
		"+\uff11\uff14\uff11\uff15", "4.47E+11", "\\N", "null", "%", "_", "$1", "?", "?1", "\r", "a\tb", "\u0000\u200b"}
	odd = append(odd, "\xff", "\xed\xa0\x80", "caf\xe9") // no UTF-8
	var b strings.Builder
	b.WriteString("name\x01,phone,opted out\n")
	for i := range 20 + rnd.IntN(30) {
		cell := odd[rnd.IntN(len(odd))]
		if rnd.IntN(3) > 0 {
			cell = number(rnd.IntN(40))
			if rnd.IntN(4) == 0 && !strings.HasSuffix(cell, refusedDigit) {
				existing = append(existing, cell)
			}
		}
		fmt.Fprintf(&b, "n%d%s,%s,%s\n", i, odd[rnd.IntN(len(odd))], cell, []string{"", "", "no", "yes", "?"}[rnd.IntN(5)])
	}
	return b.String(), existing
}
