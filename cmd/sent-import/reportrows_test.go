package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"testing"

	"sent-import/importer/simulator"
)

// contradicts says how a row of report.csv contradicts the server.
func contradicts(row map[string]string, contact simulator.Contact, there bool) string {
	switch status, reason := row["status"], row["reason"]; {
	case status == "failed" || status == "pending":
		return status + ", although nothing stood in its way at last"
	case status == "invalid":
		return ""
	case !there:
		return reason + ", and the server does not have it"
	case status == "created" && (contact.Commits != 1 || contact.ID != row["contact_id"]):
		return fmt.Sprintf("%s, and the server has it with %d commits", reason, contact.Commits)
	case reason == "already_exists" && contact.Commits != 0:
		return "already_exists, and this job created it"
	}
	return ""
}

func readReport(t *testing.T, path string) (rows []map[string]string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, record := range records[1:] {
		row := make(map[string]string)
		for i, name := range records[0] {
			row[name] = record[i]
		}
		rows = append(rows, row)
	}
	return rows
}
