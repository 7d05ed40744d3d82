package importer

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
)

// alterLedger runs a statement behind the ledger's back.
func alterLedger(t *testing.T, state, statement string, args ...any) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(state, ledger.FileName))
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(t.Context(), statement, args...)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

// A job whose options or layout can't be read is damaged, by name. The other
// jobs are still shown, and other files are still imported.
func TestAttack23DamagedTexts(t *testing.T) {
	for _, column := range []string{"meaning", "layout", "id", "generation", "created_at"} {
		scenario{rows: 3}.play(t, func(t *testing.T, g *stage) {
			broken := g.run()
			g.write("phone\n" + number(5) + "\n")
			whole := g.run()
			value := any(`{"header":["x"`)
			if column == "id" {
				value = "../x"
			}
			if column == "generation" || column == "created_at" {
				value = int64(1) << 60
			}
			alterLedger(t, g.o.State, "UPDATE jobs SET "+column+" = ? WHERE id = ?", value, broken.Job.ID)

			jobs, err := Jobs(g.o.State)
			if err != nil || len(jobs) != 2 {
				t.Fatalf("%s: got %d jobs and %v, want both", column, len(jobs), err)
			}
			for _, j := range jobs {
				if damaged := j.ID != whole.Job.ID; damaged != errors.Is(j.Damaged, ledger.ErrDamaged) {
					t.Errorf("%s: job %s: got the damage %v", column, j.ID, j.Damaged)
				}
			}
			g.write("phone\n" + number(6) + "\n")
			if r := g.run(); r.Reasons[outcome.ReasonCreated] != 1 {
				t.Errorf("%s: got %v of another file, want it imported", column, r.Reasons)
			}
			if column == "id" {
				return // it is nobody's any more
			}
			_, err = Report(g.o.State, broken.Job.ID)
			if !errors.Is(err, ledger.ErrDamaged) || !strings.Contains(err.Error(), broken.Job.ID) {
				t.Errorf("%s: report: got %v, want damage of job %s", column, err, broken.Job.ID)
			}
			g.write("phone\n" + number(0) + "\n" + number(1) + "\n" + number(2) + "\n")
			if r := g.runUntil(t.Context()); !errors.Is(r.err, ledger.ErrDamaged) || !strings.Contains(r.err.Error(), broken.Job.ID) {
				t.Errorf("%s: run: got %v, want damage of job %s", column, r.err, broken.Job.ID)
			}
		})
	}
}

// TestDamagedTextNeverPanics puts strange texts into every column of text that
// the ledger has, and reads all that there is.
func TestDamagedTextNeverPanics(t *testing.T) {
	scenario{rows: 3, file: "12\n"}.play(t, func(t *testing.T, g *stage) {
		g.o.MaxInvalid = Limit{Percent: 100}
		g.run()
		file, err := os.ReadFile(filepath.Join(g.o.State, ledger.FileName))
		if err != nil {
			t.Fatal(err)
		}
		for _, column := range textColumns(t, g.o.State) {
			for _, text := range []string{"", "{", `{"header":5}`, `{"delimiter":"ab"}`, "\xff\x00\x1b[2J\n", "-1/2,../x"} {
				state := t.TempDir()
				if err := os.WriteFile(filepath.Join(state, ledger.FileName), file, 0o600); err != nil {
					t.Fatal(err)
				}
				table, name, _ := strings.Cut(column, ".")
				alterLedger(t, state, fmt.Sprintf("UPDATE OR IGNORE %s SET %s = ?", table, name), text)
				readEverything(t, state)
			}
		}
	})
}

// textColumns are the columns of text, each as table.column, that may hold any.
func textColumns(t *testing.T, state string) (columns []string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(state, ledger.FileName))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), `SELECT m.name || '.' || c.name FROM sqlite_schema m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND c.type = 'TEXT' AND c.name <> 'state'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var column string
		if err := rows.Scan(&column); err != nil {
			t.Fatal(err)
		}
		columns = append(columns, column)
	}
	if err := rows.Err(); err != nil || len(columns) < 20 {
		t.Fatalf("got %d columns of text and %v", len(columns), err)
	}
	return columns
}

// readEverything lists the jobs, and reads and reports each. It may find
// damage, and nothing else.
func readEverything(t *testing.T, state string) {
	t.Helper()
	jobs, err := Jobs(state)
	if err != nil || len(jobs) != 1 {
		t.Fatalf("got %d jobs and %v, want one", len(jobs), err)
	}
	r, err := Report(state, jobs[0].ID)
	if err != nil {
		if !errors.Is(err, ledger.ErrDamaged) && !errors.Is(err, ErrNoJob) {
			t.Errorf("report: %v", err)
		}
		return
	}
	for _, err := range r.Rows(context.Background()) {
		if err != nil && !errors.Is(err, ledger.ErrDamaged) && !errors.Is(err, ErrInputChanged) {
			t.Errorf("rows: %v", err)
		}
	}
	if err := r.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}
