package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"sent-import/importer/fleet/pool"
	"sent-import/importer/outcome"
	"sent-import/importer/printable"
	"sent-import/report/human"
)

// text shows accounts and imports to people: tables whose last columns are those that may be
// long, and below them in sentences why an import waits or was stopped.
func (v statusView) text(w io.Writer) error {
	if len(v.Pools) == 0 && len(v.Imports) == 0 {
		_, err := fmt.Fprintln(w, "Nothing is open.")
		return err
	}
	var reasons []string
	if len(v.Pools) > 0 {
		table := [][]string{{"ACCOUNT", "OPEN", "NOW", "REQUESTS", "LEFT", "WORKER"}}
		for _, p := range v.Pools {
			table = append(table, []string{printable.Text(p.KeyRef), human.Number(p.Open), currentText(p), rateText(p.PerMinute), leftText(p), holderText(p)})
		}
		if err := writeTable(w, table); err != nil {
			return err
		}
	}
	if len(v.Pools) > 0 && len(v.Imports) > 0 {
		fmt.Fprintln(w)
	}
	if len(v.Imports) > 0 {
		if err := writeTable(w, importTable(v.Imports)); err != nil {
			return err
		}
	}
	for _, i := range v.Imports {
		if why := whyText(i); why != "" {
			reasons = append(reasons, fmt.Sprintf("import %d: %s\n", i.ID, why))
		}
	}
	if len(reasons) > 0 {
		fmt.Fprint(w, "\n", strings.Join(reasons, ""))
	}
	_, err := fmt.Fprintf(w, "\n%s\n", v.sum())
	return err
}

// writeTable writes lines of cells below each other.
func writeTable(w io.Writer, table [][]string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, line := range table {
		fmt.Fprintln(t, strings.Join(line, "\t"))
	}
	return t.Flush()
}

// importTable is the table of imports. A class that no row has is left out, so that the usual
// table fits a terminal.
func importTable(imports []jsonImport) [][]string {
	var sum outcome.Counts
	for _, i := range imports {
		if c := i.Counts; c != nil {
			sum.Duplicate, sum.Invalid, sum.Failed = sum.Duplicate+c.Duplicate, sum.Invalid+c.Invalid, sum.Failed+c.Failed
		}
	}
	line := func(id, account, state string, rows, created, duplicate, invalid, failed, pending, file string) []string {
		cells := []string{id, account, state, rows, created}
		for _, class := range []struct {
			rows int
			cell string
		}{{sum.Duplicate, duplicate}, {sum.Invalid, invalid}, {sum.Failed, failed}} {
			if class.rows > 0 {
				cells = append(cells, class.cell)
			}
		}
		return append(cells, pending, file)
	}
	table := [][]string{line("IMPORT", "ACCOUNT", "STATE", "ROWS", "CREATED", "DUPLICATE", "INVALID", "FAILED", "PENDING", "FILE")}
	for _, i := range imports {
		id, account, file := fmt.Sprint(i.ID), printable.Text(i.KeyRef), printable.Path(i.Input)
		if c := i.Counts; c != nil {
			table = append(table, line(id, account, string(i.State), human.Number(c.Rows), human.Number(c.Created), human.Number(c.Duplicate),
				human.Number(c.Invalid), human.Number(c.Failed), human.Number(c.Pending), file))
		} else {
			table = append(table, line(id, account, string(i.State), "-", "-", "-", "-", "-", "-", file))
		}
	}
	return table
}

// whyText is why an import waits or was stopped; "" for nothing.
func whyText(i jsonImport) string {
	var parts []string
	if i.State == pool.Open && time.Until(i.NotBefore) > 0 {
		parts = append(parts, "waits until "+i.NotBefore.Local().Format(time.DateTime))
	}
	if i.State == pool.Open && i.Takeovers > 0 {
		parts = append(parts, fmt.Sprintf("its worker was lost %s without getting any further", human.Count(i.Takeovers, "time", "times")))
	}
	if i.State == pool.Stopped {
		parts = append(parts, "stopped")
	}
	if i.Reason != "" {
		parts = append(parts, printable.Line(i.Reason))
	}
	return strings.Join(parts, ": ")
}

// sum is the last line: what there is.
func (v statusView) sum() string {
	workers, held := make(map[string]bool), 0
	for _, p := range v.Pools {
		if p.Holder != "" {
			workers[p.Holder], held = true, held+1
		}
	}
	states := make(map[pool.State]int)
	for _, i := range v.Imports {
		states[i.State]++
	}
	var parts []string
	if n := len(v.Pools); n > 0 {
		parts = append(parts, fmt.Sprintf("%s, %s with a worker (%s)", human.Count(n, "account", "accounts"), human.Number(held), human.Count(len(workers), "worker", "workers")))
	}
	for _, state := range []pool.State{pool.Open, pool.Done, pool.Stopped, pool.Cancelled} {
		if n := states[state]; n > 0 {
			parts = append(parts, human.Count(n, "import", "imports")+" "+string(state))
		}
	}
	return strings.Join(parts, ", ") + "."
}

// silentAfter is how long a worker must not have renewed its lease for status to say so:
// every five seconds it should.
const silentAfter = pool.BeatTime + 2*time.Second

func holderText(p jsonPool) string {
	silent := pool.LeaseTime - time.Duration(p.LeaseSeconds*float64(time.Second))
	switch {
	case p.Holder != "" && silent > silentAfter:
		return fmt.Sprintf("%s (silent for %.0f s)", printable.Text(p.Holder), silent.Seconds())
	case p.Holder != "":
		return printable.Text(p.Holder)
	case p.Lost != "":
		return printable.Text(p.Lost) + " is lost"
	case time.Until(p.Due) > time.Second:
		return "waits until " + p.Due.Local().Format(time.DateTime)
	case p.Open == 0:
		return "-"
	}
	return "waits for a free worker"
}

func currentText(p jsonPool) string {
	if p.Import == 0 {
		return "-"
	}
	return fmt.Sprintf("import %d", p.Import)
}

func rateText(perMinute float64) string {
	if perMinute <= 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f/m", perMinute)
}

// leftText is how long the account's imports take. One that no worker has read yet takes
// some time, too.
func leftText(p jsonPool) string {
	if p.LeftSeconds == nil {
		return "-"
	}
	left := human.Estimated(time.Duration(*p.LeftSeconds * float64(time.Second)))
	if p.Unread > 0 {
		return "over " + left
	}
	return left
}

// text shows one import to people, with all that is known.
func (i jsonImport) text(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(t, "%s\t%s\n", name, value)
		}
	}
	line("import", fmt.Sprintf("%d, %s", i.ID, i.State))
	line("file", printable.Path(i.Input))
	line("account", printable.Text(i.KeyRef)+" at "+printable.Text(i.BaseURL))
	line("profile", printable.Text(i.Profile))
	if i.Sandbox {
		line("sandbox", "a rehearsal: nothing is created")
	}
	if c := i.Counts; c != nil {
		line("rows", fmt.Sprintf("%s: %s created, %s duplicate, %s invalid, %s failed, %s pending", human.Number(c.Rows),
			human.Number(c.Created), human.Number(c.Duplicate), human.Number(c.Invalid), human.Number(c.Failed), human.Number(c.Pending)))
	}
	line("requests", strings.TrimPrefix(rateText(i.PerMinute), "-"))
	line("why", whyText(i))
	line("enqueued", i.Enqueued.Local().Format(time.DateTime))
	line("changed", i.Changed.Local().Format(time.DateTime))
	line("job", printable.Text(i.Job))
	if i.ExitCode != nil {
		line("exit code", fmt.Sprint(*i.ExitCode))
	}
	line("next", i.next())
	return t.Flush()
}

// next is what to do about an import.
func (i jsonImport) next() string {
	fetch := ""
	if i.Report != "" {
		fetch = fmt.Sprintf("sent-import-fleet report %d --to DIR", i.ID)
	}
	again := ""
	switch i.State {
	case pool.Stopped:
		again = "mend what the reason names, and enqueue the file again: it goes on"
	case pool.Cancelled:
		again = "enqueue the file again: it goes on"
	case pool.Done:
		if i.Counts != nil && i.Counts.Failed > 0 {
			again = "enqueue the file again: failed rows are tried again"
		}
	}
	if fetch != "" && again != "" {
		return fetch + "; " + again
	}
	return fetch + again
}
