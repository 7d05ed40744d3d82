package importer_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sent-import/importer"
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

			jobs, err := importer.Jobs(g.o.State)
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
			_, err = importer.Report(g.o.State, broken.Job.ID)
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

// Rows of one job that can't be right stop no writing for another: neither a run whose
// report takes the place of the damaged job's, nor the forgetting of finished jobs.
func TestDamagedRowsStopNoOtherJob(t *testing.T) {
	scenario{rows: 3}.play(t, func(t *testing.T, g *stage) {
		old := g.run()
		g.write("phone\n" + number(5) + "\n")
		broken := g.run()
		alterLedger(t, g.o.State, "UPDATE rows SET reason = 'none' WHERE job = (SELECT job FROM jobs WHERE id = ?1); DELETE FROM counts", broken.Job.ID)
		g.write("phone\n" + number(6) + "\n")
		g.o.Report = func(string) (importer.ReportPlace, error) {
			claim := func(_ importer.JobInfo, before *importer.JobStatus) (string, error) {
				if before != nil {
					t.Errorf("got %+v for the damaged job, want nothing", before)
				}
				return "", nil
			}
			return importer.ReportPlace{Dir: t.TempDir(), Before: broken.Job.ID, Claim: claim}, nil
		}
		whole := g.run()
		whole.complete(t)
		time.Sleep(48 * time.Hour) // virtual
		if got := g.prune(47 * time.Hour); !slices.Equal(got, []string{whole.Job.ID, old.Job.ID}) {
			t.Errorf("got %v forgotten, want %s and %s", got, whole.Job.ID, old.Job.ID)
		}
		if got := g.jobIDs(); !slices.Equal(got, []string{broken.Job.ID}) {
			t.Errorf("got %v left, want %s", got, broken.Job.ID)
		}
	})
}

// TestDamagedTextNeverPanics puts strange texts into every column of text that
// the ledger has, and reads all that there is.
func TestDamagedTextNeverPanics(t *testing.T) {
	scenario{rows: 3, file: "12\n"}.play(t, func(t *testing.T, g *stage) {
		g.o.MaxInvalid = importer.Limit{Percent: 100}
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
	jobs, err := importer.Jobs(state)
	if err != nil || len(jobs) != 1 {
		t.Fatalf("got %d jobs and %v, want one", len(jobs), err)
	}
	r, err := importer.Report(state, jobs[0].ID)
	if err != nil {
		if !errors.Is(err, ledger.ErrDamaged) && !errors.Is(err, importer.ErrNoJob) {
			t.Errorf("report: %v", err)
		}
		return
	}
	for _, err := range r.Rows(context.Background()) {
		if err != nil && !errors.Is(err, ledger.ErrDamaged) && !errors.Is(err, importer.ErrInputChanged) {
			t.Errorf("rows: %v", err)
		}
	}
	if err := r.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

// One damaged job hides no other, whatever is wrong with which of the values that
// the list is made of: each such job stands in one ledger beside a whole one.
func TestAttack23DamagedJobHidesNoOther(t *testing.T) {
	scenario{rows: 3}.play(t, func(t *testing.T, g *stage) {
		whole := g.run().Job.ID
		laxLedger(t, g.o.State)
		copies := damagedCopies(t, g.o.State, whole)
		jobs, err := importer.Jobs(g.o.State)
		if err != nil || len(jobs) != copies+1 {
			t.Fatalf("got %d jobs and %v, want %d", len(jobs), err, copies+1)
		}
		damage := 0
		for _, j := range jobs {
			if _, err := json.Marshal([]time.Time{j.Created, j.Finished}); err != nil {
				t.Errorf("job %q: %v", j.ID, err)
			}
			if j.Damaged != nil {
				damage++
			}
			if j.ID == whole && (j.Damaged != nil || j.Counts.Created != 3) {
				t.Errorf("the whole job: got %v and %v", j.Counts, j.Damaged)
			}
		}
		if damage < copies/3 {
			t.Errorf("got %d damaged jobs of %d", damage, copies)
		}
	})
}

// laxLedger has the tables of a ledger take any value.
func laxLedger(t *testing.T, state string) {
	t.Helper()
	alterLedger(t, state, `PRAGMA writable_schema = 1; UPDATE sqlite_schema SET sql =
		replace(replace(replace(replace(sql, 'STRICT, WITHOUT', 'WITHOUT'), ') STRICT', ')'), 'NOT NULL', ''), 'CHECK (state IN (''planning'', ''planned''))', '') WHERE type = 'table' AND name <> 'sqlite_sequence'`)
}

// damagedCopies copies the job for each value of each column, and damages that
// column of the copy. It returns how many copies there are.
func damagedCopies(t *testing.T, state, job string) (copies int) {
	t.Helper()
	values := []string{"NULL", "'{'", "9223372036854775807", "-9223372036854775808", "1.5", "CAST(X'ff0061' AS TEXT)"}
	tables := []string{"jobs", "runs", "counts", "rows", "listings", "reports"}
	columns := make(map[string][]string)
	for _, table := range tables {
		columns[table] = columnsOf(t, state, table)
	}
	var script strings.Builder
	copy := func(pk int, table, damaged, value string) {
		selected := slices.Clone(columns[table])
		for i, column := range selected {
			switch {
			case column == damaged:
				selected[i] = value
			case column == "job":
				selected[i] = strconv.Itoa(pk)
			case table == "jobs" && column == "id":
				selected[i] = fmt.Sprintf("'%020x'", pk)
			}
		}
		fmt.Fprintf(&script, "INSERT OR IGNORE INTO %s SELECT %s FROM %s WHERE job = (SELECT job FROM jobs WHERE id = '%s');\n", table, strings.Join(selected, ", "), table, job)
	}
	for _, table := range tables {
		for _, column := range columns[table] {
			if column == "job" || column == "id" { // another place, or another name
				continue
			}
			for _, value := range values {
				copies++
				for _, other := range tables {
					damaged := ""
					if other == table {
						damaged = column
					}
					if table != "rows" || other != "counts" { // the rows are to be counted
						copy(1000+copies, other, damaged, value)
					}
				}
			}
		}
	}
	alterLedger(t, state, script.String())
	return copies
}

func columnsOf(t *testing.T, state, table string) (names []string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(state, ledger.FileName))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var all string
	if err := db.QueryRowContext(t.Context(), `SELECT group_concat(name) FROM pragma_table_info(?)`, table).Scan(&all); err != nil {
		t.Fatal(err)
	}
	return strings.Split(all, ",")
}

// Where a job was sent to is the ledger's, and nobody has given it on the command
// line: what can't be is damage.
func TestAttack23DamagedTargetIsNoUsageError(t *testing.T) {
	for column, value := range map[string]string{"base_url": "garbage", "profile": "x y"} {
		scenario{rows: 1}.play(t, func(t *testing.T, g *stage) {
			job := g.run().Job.ID
			alterLedger(t, g.o.State, "UPDATE jobs SET "+column+" = ?", value)
			_, err := importer.Verify(t.Context(), job, g.o)
			if usage := (*importer.UsageError)(nil); errors.As(err, &usage) || !errors.Is(err, ledger.ErrDamaged) || !strings.Contains(err.Error(), job) {
				t.Errorf("%s: got %v, want damage of job %s", column, err, job)
			}
		})
	}
}
