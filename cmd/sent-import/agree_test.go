package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
	"sent-import/report"
)

// table is a CSV file with a header.
type table struct {
	header []string
	rows   []map[string]string
}

func readTable(path string) (t table, err error) {
	f, err := os.Open(path)
	if err != nil {
		return t, err
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return t, fmt.Errorf("%s: %w", path, err)
	}
	if len(records) == 0 {
		return t, fmt.Errorf("%s has no header", path)
	}
	t.header = records[0]
	for _, record := range records[1:] {
		row := make(map[string]string, len(record))
		for i, cell := range record {
			row[t.header[i]] = cell
		}
		t.rows = append(t.rows, row)
	}
	return t, nil
}

// disagreement compares a report with what the simulator holds, row by row,
// and the counts with the rows. It returns one line for each difference, nil for
// none. rows is the number of rows in the file.
func disagreement(dir string, rows int, truth simulator.Truth) (wrong []string, err error) {
	t, err := readTable(filepath.Join(dir, report.ReportName))
	if err != nil {
		return nil, err
	}
	var summary report.Summary
	data, err := os.ReadFile(filepath.Join(dir, report.SummaryName))
	if err == nil {
		err = json.Unmarshal(data, &summary)
	}
	if err != nil {
		return nil, err
	}
	var counts outcome.Counts
	reasons := make(map[outcome.Reason]int)
	holds := truth.ByPhone("acct", summary.Profile)
	told := make(map[string]string) // number → reason of the row that is not in_file
	for _, row := range t.rows {
		counts.Add(outcome.Status(row["status"]), 1)
		reasons[outcome.Reason(row["reason"])]++
		contact, there := holds[row["phone"]]
		if why := refuted(row, contact, there); why != "" {
			wrong = append(wrong, fmt.Sprintf("line %s (%s, %s): %s", row["line"], row["phone"], row["reason"], why))
		}
		if reason := outcome.Reason(row["reason"]); reason != outcome.InFile && !leftOut(reason) && row["phone"] != "" {
			told[row["phone"]] = row["reason"]
		}
	}
	wrong = append(wrong, untold(truth, summary.Profile, told)...)
	return append(wrong, miscounted(summary, counts, reasons, rows)...), nil
}

// refuted says how the simulator contradicts a row of report.csv.
func refuted(row map[string]string, contact simulator.Contact, there bool) string {
	made := there && contact.Commits > 0
	switch status, reason := outcome.Status(row["status"]), outcome.Reason(row["reason"]); {
	case there && contact.Commits > 1:
		return fmt.Sprintf("it was created %d times", contact.Commits)
	case status == outcome.Created && !made:
		return "the account does not have it from this job"
	case status == outcome.Created && contact.ID != row["contact_id"]:
		return "the account has it with the id " + contact.ID + ", not " + row["contact_id"]
	case reason == outcome.AlreadyExists && (!there || made):
		return "it was not there before"
	case leftOut(reason):
		if made && reason == outcome.OptedOut {
			return "a request created it"
		}
	case status == outcome.Invalid && there:
		return "the account has it"
	case reason == outcome.NotAttempted && made:
		return "a request created it"
	}
	return ""
}

// leftOut reports whether nothing is sent for a row of that reason, whatever its number
// is: the account may have had the contact before, and another row may be clear.
func leftOut(r outcome.Reason) bool { return r == outcome.OptedOut || r == outcome.OptOutUnclear }

// untold names the contacts that requests created and that no row of the report
// mentions.
func untold(truth simulator.Truth, profile string, told map[string]string) (wrong []string) {
	for phone, contact := range truth.ByPhone("acct", profile) {
		reason, ok := told[phone]
		if contact.Commits > 0 && (!ok || outcome.Reason(reason).Status() == outcome.Invalid) {
			wrong = append(wrong, phone+" was created, and no row says so")
		}
	}
	return wrong
}

// miscounted compares the counts of summary.json with the rows.
func miscounted(s report.Summary, counts outcome.Counts, reasons map[outcome.Reason]int, rows int) (wrong []string) {
	if s.Counts != counts {
		wrong = append(wrong, fmt.Sprintf("summary.json counts %+v, report.csv has %+v", s.Counts, counts))
	}
	if !s.Counts.Adds() || s.Counts.Rows != rows || s.Input.Rows != rows {
		wrong = append(wrong, fmt.Sprintf("summary.json counts %+v and %d rows, the file has %d", s.Counts, s.Input.Rows, rows))
	}
	if fmt.Sprint(s.Reasons) != fmt.Sprint(reasons) {
		wrong = append(wrong, fmt.Sprintf("summary.json has the reasons %v, report.csv %v", s.Reasons, reasons))
	}
	return wrong
}

// mustAgree fails the test if the report in dir disagrees with the simulator.
func mustAgree(tb testing.TB, dir string, rows int, sim simulation) {
	tb.Helper()
	wrong, err := disagreement(dir, rows, sim.truth())
	if err != nil {
		tb.Fatal(err)
	}
	if len(wrong) > 0 {
		tb.Fatalf("report and simulator disagree:\n%s", strings.Join(wrong, "\n"))
	}
}
