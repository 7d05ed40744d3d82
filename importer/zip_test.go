package importer_test

import (
	"archive/zip"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"sent-import/importer"
	"sent-import/importer/outcome"
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

// A zip has more behind the file than is needed to read it: its directory, and what macOS
// adds. The digest of the whole is compared all the same, by the plan and by the report.
func TestZipWithMoreBehindTheFile(t *testing.T) {
	var b strings.Builder
	w := zip.NewWriter(&b)
	file, err := w.Create("list.csv")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.Write([]byte("phone\n+14155550100\nnone\n")); err != nil {
		t.Fatal(err)
	}
	added, err := w.CreateHeader(&zip.FileHeader{Name: "__MACOSX/._list.csv"}) // not compressed
	if err != nil {
		t.Fatal(err)
	}
	if _, err := added.Write(make([]byte, 1<<20)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	scenario{}.play(t, func(t *testing.T, g *stage) {
		if err := os.WriteFile(g.file, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		r := g.run()
		r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 1, outcome.PhoneMissing: 1})
		result, err := importer.Report(g.o.State, r.Job.ID)
		if err != nil {
			t.Fatal(err)
		}
		defer result.Close()
		for _, err := range result.Rows(t.Context()) {
			if err != nil {
				t.Error(err)
			}
		}
	})
}
