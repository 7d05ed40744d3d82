package ledger

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"sent-import/importer/ledger/storage"
	"sent-import/importer/outcome"
	"sent-import/importer/printable"
)

// Job is one file's content under one target.
type Job struct {
	ID         string
	Generation int  // 1, and one more for each fresh start
	Planned    bool // every row is in the ledger; false during the plan, and after a kill in it
	BaseURL    string
	Profile    string // "" for none
	Sandbox    bool
	Account    string
	Input      Input
	Meaning    string // JSON: the options that decide what a row means
	Layout     string // JSON: header, delimiter and columns as the plan found them; "" before that
	Rows       int    // 0 until planned
	CreatedAt  time.Time
	Damaged    error // what in the ledger can't be right about this job; nil for nothing. Only Jobs returns such jobs

	pk int64
}

// Input is the file of a job.
type Input struct {
	Path   string // absolute
	Name   string // as people call it
	Bytes  int64
	SHA256 string // hex, of the file's bytes
}

// GenerationID is the id of a job's nth generation: the id itself for the
// first, then id-2, id-3 and so on.
func GenerationID(id string, generation int) string {
	if generation <= 1 {
		return id
	}
	return id + "-" + strconv.Itoa(generation)
}

// BaseID is the id of the first generation of a job, which all generations
// are locked by.
func BaseID(id string) string {
	base, _, _ := strings.Cut(id, "-")
	return base
}

const jobColumns = `job, id, generation, state, base_url, profile, sandbox, account,
	input_path, input_name, input_bytes, input_sha256, meaning, layout, row_count, created_at`

// scanJob reads a job. If a value has the wrong type, the values before it are set
// all the same, and Damaged says so: a damaged job must not hide the others.
func scanJob(s *storage.Row, j *Job) error {
	var state string
	var sandbox, created int64
	err := s.Scan(&j.pk, &j.ID, &j.Generation, &state, &j.BaseURL, &j.Profile, &sandbox, &j.Account,
		&j.Input.Path, &j.Input.Name, &j.Input.Bytes, &j.Input.SHA256, &j.Meaning, &j.Layout, &j.Rows, &created)
	j.Planned, j.Sandbox = state == "planned", sandbox == 1
	if j.Damaged = j.check(state, sandbox, created); j.Damaged == nil && err != nil {
		j.Damaged = fmt.Errorf("job %s: %w. Restore the ledger from a backup", printable.Path(j.ID), err)
	}
	if created >= 0 && created <= latestMillis {
		j.CreatedAt = fromMillis(created)
	}
	return nil
}

// latestMillis is the last moment of the year 9999: RFC 3339 can't express later
// times.
const latestMillis = 253_402_300_799_999

// check returns an error for values that no version writes. The id is checked most
// strictly, since it becomes part of file names.
func (j *Job) check(state string, sandbox, created int64) error {
	wrong := func(what string) error {
		return fmt.Errorf("job %s: %w: %s can't be right. Restore the ledger from a backup", printable.Path(j.ID), ErrDamaged, what)
	}
	switch {
	case j.ID == "" || len(j.ID) > 64 || filepath.Base(j.ID) != j.ID || printable.Text(j.ID) != j.ID:
		return wrong("its id")
	case j.Generation < 1 || j.ID != GenerationID(BaseID(j.ID), j.Generation):
		return wrong("its generation")
	case state != "planned" && state != "planning":
		return wrong("its state")
	case sandbox != 0 && sandbox != 1:
		return wrong("whether it is a rehearsal")
	case created < 0 || created > latestMillis:
		return wrong("its time")
	case j.Rows < 0 || j.Input.Bytes < 0:
		return wrong("one of its numbers")
	}
	return nil
}

// ErrNoJob says that the ledger has no job of that id.
var ErrNoJob = errors.New("no such job")

// ShortestPrefix is how many characters the beginning of an id must have to find a
// job, so that a typing error finds none.
const ShortestPrefix = 4

// Job finds a job by its id, or by a beginning of it, of at least 4 characters,
// that fits only one. Errors: [ErrNoJob].
func (l *Ledger) Job(id string) (Job, error) {
	found, err := l.jobs(`WHERE id = ?`, id)
	if err == nil && len(found) == 0 && len(id) >= ShortestPrefix {
		found, err = l.jobs(`WHERE substr(id, 1, ?) = ? LIMIT 2`, len(id), id)
	}
	switch {
	case err != nil:
		return Job{}, err
	case len(found) != 1:
		return Job{}, ErrNoJob
	}
	return found[0], found[0].Damaged
}

// Newest returns the newest generation of the job whose first generation is
// id. Errors: [ErrNoJob].
func (l *Ledger) Newest(id string) (Job, error) {
	found, err := l.jobs(`WHERE id = ? OR substr(id, 1, ?) = ? ORDER BY generation DESC LIMIT 1`, id, len(id)+1, id+"-")
	if err != nil {
		return Job{}, err
	}
	if len(found) == 0 {
		return Job{}, ErrNoJob
	}
	return found[0], found[0].Damaged
}

// Jobs returns every job, the newest first, including damaged ones: their Damaged
// says what is wrong.
func (l *Ledger) Jobs() ([]Job, error) {
	return l.jobs(`ORDER BY created_at DESC, job DESC`)
}

func (l *Ledger) jobs(rest string, args ...any) ([]Job, error) {
	jobs, err := storage.Query(l.db, `SELECT `+jobColumns+` FROM jobs `+rest, scanJob, args...)
	return jobs, l.wrap("read jobs", err)
}

// CreateJob writes a job whose plan is about to begin, and returns the job with its
// place in the ledger. An unfinished plan of the same id is dropped: its rows may be
// only a part of the file. The caller holds the job's lock.
func (l *Ledger) CreateJob(j Job) (Job, error) {
	found, err := l.jobs(`WHERE id = ?`, j.ID)
	if err != nil {
		return Job{}, err
	}
	for _, old := range found {
		if old.Planned {
			panic("ledger: CreateJob for a job that is planned: " + j.ID)
		}
		if err := l.Drop(old); err != nil {
			return Job{}, err
		}
	}
	err = storage.Write(l.db, func(tx storage.Tx) error {
		return tx.Insert(&j.pk, `INSERT INTO jobs (id, generation, state, base_url, profile, sandbox, account,
			input_path, input_name, input_bytes, input_sha256, meaning, layout, row_count, created_at)
			VALUES (?, ?, 'planning', ?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0, ?)`,
			j.ID, j.Generation, j.BaseURL, j.Profile, j.Sandbox, j.Account,
			j.Input.Path, j.Input.Name, j.Input.Bytes, j.Input.SHA256, j.Meaning, millis(j.CreatedAt))
	})
	j.Planned, j.Rows, j.Layout = false, 0, ""
	return j, l.wrap("write job", err)
}

// FinishPlan marks the job as planned: all its rows are in the ledger. counts is how many
// of them have each reason, so that ReasonCounts need not count them; nil: it counts.
func (l *Ledger) FinishPlan(j Job, rows int, layout string, counts map[outcome.Reason]int) (Job, error) {
	err := storage.Write(l.db, func(tx storage.Tx) error {
		if err := tx.ExecRows(1, `UPDATE jobs SET state = 'planned', row_count = ?, layout = ? WHERE job = ?`, rows, layout, j.pk); err != nil {
			return err
		}
		if counts == nil {
			return nil
		}
		return writeCounts(tx, j, counts, nil)
	})
	j.Planned, j.Rows, j.Layout = true, rows, layout
	return j, l.wrap("write job", err)
}

// Rename gives the job its id, generation and account when the account is known.
func (l *Ledger) Rename(j Job, id string, generation int, account string) (Job, error) {
	j.ID, j.Generation, j.Account = GenerationID(id, generation), generation, account
	err := storage.Write(l.db, func(tx storage.Tx) error {
		return tx.ExecRows(1, `UPDATE jobs SET id = ?, generation = ?, account = ? WHERE job = ?`, j.ID, j.Generation, j.Account, j.pk)
	})
	return j, l.wrap("rename job", err)
}

// MoveInput writes where the file of the job is now: a person may have moved it, and
// reports read the file there.
func (l *Ledger) MoveInput(j Job, path, name string) (Job, error) {
	err := storage.Write(l.db, func(tx storage.Tx) error {
		return tx.ExecRows(1, `UPDATE jobs SET input_path = ?, input_name = ? WHERE job = ?`, path, name, j.pk)
	})
	j.Input.Path, j.Input.Name = path, name
	return j, l.wrap("write job", err)
}

// ReportDir is where the runs of the job write its report; "" where that is not
// known.
func (l *Ledger) ReportDir(j Job) (string, error) {
	found, err := storage.Query(l.db, `SELECT dir FROM reports WHERE job = ?`, storage.ScanOne[string], j.pk)
	if err != nil || len(found) == 0 {
		return "", l.wrap("read job", err)
	}
	return found[0], nil
}

// MoveReport writes where the report of the job goes.
func (l *Ledger) MoveReport(j Job, dir string) error {
	return l.wrap("write job", storage.Write(l.db, func(tx storage.Tx) error {
		return tx.Exec(`INSERT INTO reports (job, dir) VALUES (?, ?) ON CONFLICT (job) DO UPDATE SET dir = excluded.dir`, j.pk, dir)
	}))
}

// MoveInputs writes that a file of that content was renamed, for every job whose
// input it is.
func (l *Ledger) MoveInputs(from, to, sha256 string) error {
	return l.wrap("write job", storage.Write(l.db, func(tx storage.Tx) error {
		return tx.Exec(`UPDATE jobs SET input_path = ?, input_name = ? WHERE input_path = ? AND input_sha256 = ?`,
			to, filepath.Base(to), from, sha256)
	}))
}

// dropStep is how many rows one commit deletes: a fraction of a second, after which
// the writes of other jobs get their turn.
const dropStep = 100_000

// Drop removes a job with its rows, runs and listing. A kill in between leaves a job
// that is not planned; the next plan of that job drops what is left.
func (l *Ledger) Drop(j Job) error { return l.dropInSteps(j, dropStep) }

func (l *Ledger) dropInSteps(j Job, step int) error {
	err := storage.Write(l.db, func(tx storage.Tx) error {
		return tx.ExecRows(1, `UPDATE jobs SET state = 'planning' WHERE job = ?`, j.pk)
	})
	var bounds []int
	if err == nil {
		bounds, err = storage.Query(l.db, `SELECT coalesce(max(number), 0) FROM rows WHERE job = ?`, storage.ScanOne[int], j.pk)
	}
	for to := 0; err == nil && to < min(bounds[0], maxNumber); {
		to += step
		err = storage.Write(l.db, func(tx storage.Tx) error {
			if err := tx.Exec(`DELETE FROM undone WHERE job = ? AND number <= ?`, j.pk, to); err != nil {
				return err
			}
			return tx.Exec(`DELETE FROM rows WHERE job = ? AND number <= ?`, j.pk, to)
		})
	}
	if err == nil { // with the rows whose numbers, in a damaged ledger, no plan gives
		err = storage.Write(l.db, func(tx storage.Tx) error {
			for _, table := range []string{"rows", "runs", "listings", "counts", "reports", "patches", "undone", "undos", "timelines", "jobs"} {
				if err := tx.Exec(`DELETE FROM `+table+` WHERE job = ?`, j.pk); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return l.wrap("drop job", err)
}
