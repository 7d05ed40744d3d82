package importer_test

import (
	"archive/zip"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"sent-import/importer"
)

func zipped(t *testing.T, text string) string {
	t.Helper()
	var b strings.Builder
	w := zip.NewWriter(&b)
	f, err := w.Create("list.csv")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestZippedFile: a zip is read out of order, by the plan and again by the
// report, and its bytes are compared with the job's all the same.
func TestZippedFile(t *testing.T) {
	r, err := checkText(t, zipped(t, "name,phone\nAnn,+14155550100\nBob,none\n"), importer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Counts.Rows != 2 || r.Counts.Pending != 1 || r.Counts.Invalid != 1 {
		t.Errorf("got %+v, want a row that can be sent and one that is invalid", r.Counts)
	}
	for row, err := range r.Rows(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if row.Number == 2 && !slices.Equal(row.Record, []string{"Bob", "none"}) {
			t.Errorf("got %q, want the user's cells", row.Record)
		}
	}
	if err := os.WriteFile(r.Job.InputPath, []byte(zipped(t, "name,phone\nEve,+14155550100\nBob,none\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	var last error
	for _, err := range r.Rows(t.Context()) {
		last = err
	}
	if !errors.Is(last, importer.ErrInputChanged) {
		t.Errorf("got %v for another file in its place, want ErrInputChanged", last)
	}
}
