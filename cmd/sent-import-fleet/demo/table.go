package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"sent-import/importer/simulator"
)

const legend = `
CONTACTS  in the account, as the API counts them
TWICE     contacts that were created more than once
REPORTED  rows that the import's report calls created
AGREE     of these, rows whose number and id are those of a contact of the account
WORKER…   contacts that this worker has created
PAUSE     the longest time without a request
`

// table shows what happened. Its error says that the promise was not kept.
func (f *fleet) table(imports []string, victim string) error {
	t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	head := []string{"ACCOUNT", "CONTACTS", "TWICE", "REPORTED", "AGREE"}
	for w := range workers {
		head = append(head, strings.ToUpper(worker(w)))
	}
	fmt.Fprintln(t, strings.Join(append(head, "PAUSE"), "\t"))
	truth := f.api.sim.Truth()
	var sum tally
	for n, number := range imports {
		tally, err := f.compare(truth, account(n), number)
		if err != nil {
			return err
		}
		fmt.Fprintln(t, strings.Join(f.line(account(n), tally), "\t"))
		sum.add(tally)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Print(legend + "\n")
	fmt.Print(f.takeovers(victim, sum.recovered))
	if sum.kept < len(imports) {
		return errors.New("the accounts do not hold what the reports say")
	}
	fmt.Println("Every number is in its account once, and the reports say so, row by row.")
	return nil
}

// tally is what an account holds, and what the report of its import says.
type tally struct {
	contacts, twice            int
	reported, agree, recovered int
	kept                       int // accounts in which the promise is kept
}

func (t *tally) add(more tally) {
	t.recovered += more.recovered
	t.kept += more.kept
}

// compare compares the report of an import with the account, row by row.
func (f *fleet) compare(truth simulator.Truth, account, number string) (t tally, err error) {
	to := filepath.Join(f.dir, "out", number)
	if _, err := f.call("report", number, "--to", to); err != nil {
		return t, err
	}
	lines, err := readTable(filepath.Join(to, "report.csv"))
	if err != nil {
		return t, err
	}
	return counted(truth, account, lines), nil
}

// counted counts what an account holds and what the lines of report.csv say.
func counted(truth simulator.Truth, account string, lines []map[string]string) (t tally) {
	contacts := truth.ByPhone(account, "")
	t.contacts = len(contacts)
	for _, c := range contacts {
		if c.Commits > 1 {
			t.twice++
		}
	}
	for _, row := range lines {
		if row["status"] != "created" {
			continue
		}
		t.reported++
		if c, ok := contacts[row["phone"]]; ok && c.ID == row["contact_id"] {
			t.agree++
		}
		if row["reason"] == "recovered" {
			t.recovered++
		}
	}
	if t.contacts == rows && t.twice == 0 && t.reported == rows && t.agree == rows {
		t.kept = 1
	}
	return t
}

// readTable reads a CSV file with a header.
func readTable(path string) (table []map[string]string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	lines, err := csv.NewReader(file).ReadAll()
	if err != nil || len(lines) == 0 {
		return nil, errors.Join(err, fmt.Errorf("%s can't be read", path))
	}
	for _, line := range lines[1:] {
		row := make(map[string]string)
		for n, cell := range line {
			row[lines[0][n]] = cell
		}
		table = append(table, row)
	}
	return table, nil
}

// line is an account's line of the table.
func (f *fleet) line(account string, t tally) []string {
	f.api.mu.Lock()
	defer f.api.mu.Unlock()
	s := f.api.accounts[account]
	cells := []string{account}
	for _, n := range []int{t.contacts, t.twice, t.reported, t.agree} {
		cells = append(cells, strconv.Itoa(n))
	}
	for w := range workers {
		cells = append(cells, strconv.Itoa(s.created[worker(w)]))
	}
	return append(cells, seconds(s.longest))
}

// takeovers says how long the accounts of the killed worker were without one.
func (f *fleet) takeovers(victim string, recovered int) string {
	f.api.mu.Lock()
	defer f.api.mu.Unlock()
	var b strings.Builder
	fmt.Fprintf(&b, "%s was killed. When 15 seconds had passed since it renewed its lease last, another\nworker sent\n", victim)
	for n := range accounts {
		if s := f.api.accounts[account(n)]; s.victim == victim && !s.resumed.IsZero() {
			fmt.Fprintf(&b, "  the next request for %s %s after the kill\n", account(n), seconds(s.resumed.Sub(s.killed)))
		}
	}
	fmt.Fprintf(&b, "Contacts that were created, and whose answers were lost with the worker: %d. The reports\ncall them recovered.\n\n", recovered)
	return b.String()
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }
