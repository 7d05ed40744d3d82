package ledger

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"
)

func wantJob(tb testing.TB, what string, got Job, err error, want Job) {
	tb.Helper()
	if err != nil || !reflect.DeepEqual(got, want) {
		tb.Errorf("%s: got %+v, %v, want %+v", what, got, err, want)
	}
}

func TestJobLife(t *testing.T) {
	dir := t.TempDir()
	l := openTest(t, dir)
	given := testJob("abcdef")
	given.Planned, given.Rows, given.Layout, given.Sandbox = true, 9, "x", true // not for the caller to say
	job, err := l.CreateJob(given)
	must(t, "CreateJob", err)
	if job.Planned || job.Rows != 0 || job.Layout != "" || job.pk == 0 {
		t.Errorf("a new job: got %+v, want it unplanned", job)
	}
	found, err := l.Job("abcdef")
	wantJob(t, "a new job", found, err, job)

	must(t, "AddRows", <-l.AddRows(job, pendingRows(3)))
	job, err = l.FinishPlan(job, 3, "{}", nil)
	must(t, "FinishPlan", err)
	found, err = l.Job("abcdef")
	wantJob(t, "a planned job", found, err, job)
	if !job.Planned || job.Rows != 3 || job.Layout != "{}" || !job.CreatedAt.Equal(testTime) || !job.Sandbox {
		t.Errorf("a planned job: got %+v", job)
	}

	job, err = l.MoveInput(job, "/else/where.csv", "where.csv")
	must(t, "MoveInput", err)
	if job.Input.Path != "/else/where.csv" || job.Input.Name != "where.csv" || job.Input.SHA256 != "abc" {
		t.Errorf("a moved job: got %+v", job.Input)
	}
	job, err = l.Rename(job, "fedcba", 3, "account 9")
	must(t, "Rename", err)
	if job.ID != "fedcba-3" || job.Generation != 3 || job.Account != "account 9" {
		t.Errorf("a renamed job: got %+v", job)
	}
	before := mustDump(t, l)
	closeTest(t, l)

	l = openTest(t, dir)
	found, err = l.Job("fedcba-3")
	wantJob(t, "after opening again", found, err, job)
	if got := mustDump(t, l); got != before {
		t.Errorf("after opening again: got\n%s\nwant\n%s", got, before)
	}
	must(t, "Drop", l.Drop(job))
	if _, err := l.Job("fedcba-3"); !errors.Is(err, ErrNoJob) {
		t.Errorf("a dropped job: got %v, want %v", err, ErrNoJob)
	}
	var left int
	must(t, "count", rawTest(t, dir).QueryRow("SELECT (SELECT count(*) FROM rows) + (SELECT count(*) FROM runs)").Scan(&left))
	if left != 0 {
		t.Errorf("Drop left %d rows and runs", left)
	}
}

func TestFindJob(t *testing.T) {
	l := openTest(t, t.TempDir())
	for _, id := range []string{"aaaa1111", "aaaa2222", "bbbb1111", "bbbb1111-2", "cccc%___", "ab"} {
		_, err := l.CreateJob(testJob(id))
		must(t, "CreateJob", err)
	}
	for _, c := range []struct{ name, id, want string }{
		{"whole", "aaaa1111", "aaaa1111"},
		{"whole, and the beginning of another", "bbbb1111", "bbbb1111"},
		{"a later generation", "bbbb1111-2", "bbbb1111-2"},
		{"a beginning", "aaaa1", "aaaa1111"},
		{"the shortest beginning", "cccc", "cccc%___"},
		{"a beginning of two", "aaaa", ""},
		{"a beginning of two generations", "bbbb", ""},
		{"too short", "ccc", ""},
		{"short and whole", "ab", "ab"},
		{"empty", "", ""},
		{"another", "dddd1111", ""},
		{"longer", "aaaa11112", ""},
		{"a pattern", "aaaa1%", ""},
		{"a pattern of LIKE", "____", ""},
		{"other letters", "AAAA1111", ""},
		{"no ASCII", "aaaä", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			job, err := l.Job(c.id)
			if c.want == "" && !errors.Is(err, ErrNoJob) {
				t.Errorf("got %q, %v, want %v", job.ID, err, ErrNoJob)
			}
			if c.want != "" && (err != nil || job.ID != c.want) {
				t.Errorf("got %q, %v, want %q", job.ID, err, c.want)
			}
		})
	}
}

func TestNewest(t *testing.T) {
	l := openTest(t, t.TempDir())
	for _, g := range []int{2, 10, 9, 1} {
		job := testJob(GenerationID("aaaa", g))
		job.Generation = g
		_, err := l.CreateJob(job)
		must(t, "CreateJob", err)
	}
	_, err := l.CreateJob(testJob("aaaab"))
	must(t, "CreateJob", err)
	for id, want := range map[string]string{"aaaa": "aaaa-10", "aaaab": "aaaab"} {
		if job, err := l.Newest(id); err != nil || job.ID != want {
			t.Errorf("Newest(%q): got %q, %v, want %q", id, job.ID, err, want)
		}
	}
	if _, err := l.Newest("aaa"); !errors.Is(err, ErrNoJob) {
		t.Errorf("Newest of a beginning: got %v, want %v", err, ErrNoJob)
	}
}

func TestGenerationID(t *testing.T) {
	for _, c := range []struct {
		id         string
		generation int
		want       string
	}{{"a", 0, "a"}, {"a", 1, "a"}, {"a", 2, "a-2"}, {"a", 11, "a-11"}} {
		got := GenerationID(c.id, c.generation)
		if got != c.want || BaseID(got) != c.id {
			t.Errorf("GenerationID(%q, %d): got %q of %q, want %q", c.id, c.generation, got, BaseID(got), c.want)
		}
	}
}

func TestJobsNewestFirst(t *testing.T) {
	l := openTest(t, t.TempDir())
	for i, id := range []string{"second", "third", "third too", "first"} {
		job := testJob(id)
		job.CreatedAt = testTime.Add(time.Duration([]int{2, 3, 3, 1}[i]) * time.Hour)
		_, err := l.CreateJob(job)
		must(t, "CreateJob", err)
	}
	jobs, err := l.Jobs()
	must(t, "Jobs", err)
	var got []string
	for _, j := range jobs {
		got = append(got, j.ID)
	}
	if want := []string{"third too", "third", "second", "first"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestUnfinishedPlan: a plan that was killed is made again, and no other job changes.
func TestUnfinishedPlan(t *testing.T) {
	l := openTest(t, t.TempDir())
	other := planTest(t, l, "other", pendingRows(5))
	old, err := l.CreateJob(testJob("plan"))
	must(t, "CreateJob", err)
	must(t, "AddRows", <-l.AddRows(old, pendingRows(100)))

	job := planTest(t, l, "plan", pendingRows(2))
	if got := len(rowsOf(t, l, job)); got != 2 {
		t.Errorf("got %d rows, want the 2 of the second plan", got)
	}
	if got := len(rowsOf(t, l, other)); got != 5 {
		t.Errorf("got %d rows of the other job, want 5", got)
	}
	if _, err := l.FinishPlan(old, 100, "{}", nil); !errors.Is(err, ErrDamaged) {
		t.Errorf("FinishPlan of a job that was dropped: got %v, want %v", err, ErrDamaged)
	}
}

func TestCreatePlannedJobPanics(t *testing.T) {
	l := openTest(t, t.TempDir())
	planTest(t, l, "plan", nil)
	defer func() {
		if recover() == nil {
			t.Error("CreateJob for a planned job: got no panic")
		}
	}()
	_, _ = l.CreateJob(testJob("plan"))
}

func TestAccounts(t *testing.T) {
	dir := t.TempDir()
	l := openTest(t, dir)
	if _, known, err := l.Account("f", "u"); known || err != nil {
		t.Errorf("before: got %t, %v, want an unknown key", known, err)
	}
	must(t, "RememberAccount", l.RememberAccount("f", "u", "one"))
	must(t, "RememberAccount", l.RememberAccount("f", "other", ""))
	must(t, "RememberAccount", l.RememberAccount("g", "u", "three"))
	must(t, "RememberAccount", l.RememberAccount("g", "u", "four"))
	closeTest(t, l)
	l = openTest(t, dir)
	for _, c := range []struct {
		fingerprint, url, want string
		known                  bool
	}{{"f", "u", "one", true}, {"f", "other", "", true}, {"g", "u", "four", true}, {"g", "other", "", false}} {
		got, known, err := l.Account(c.fingerprint, c.url)
		if got != c.want || known != c.known || err != nil {
			t.Errorf("%s at %s: got %q, %t, %v, want %q, %t", c.fingerprint, c.url, got, known, err, c.want, c.known)
		}
	}
}

// TestUnknownJob: what is written about a job that is not there is an error,
// not nothing.
func TestUnknownJob(t *testing.T) {
	for name, do := range map[string]func(*Ledger, Job) error{
		"FinishPlan": func(l *Ledger, j Job) error { _, err := l.FinishPlan(j, 1, "", nil); return err },
		"Rename":     func(l *Ledger, j Job) error { _, err := l.Rename(j, "x", 1, ""); return err },
		"MoveInput":  func(l *Ledger, j Job) error { _, err := l.MoveInput(j, "x", "y"); return err },
		"Drop":       func(l *Ledger, j Job) error { return l.Drop(j) },
	} {
		l := openTest(t, t.TempDir())
		if err := do(l, testJob("never created")); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: got %v, want %v", name, err, ErrDamaged)
		}
	}
}

// Paths are bytes: what a column of text takes need not be UTF-8.
func TestAttack18PathsAreBytes(t *testing.T) {
	dir := t.TempDir()
	l := openTest(t, dir)
	job := planTest(t, l, "job", pendingRows(1))
	if got, err := l.ReportDir(job); got != "" || err != nil {
		t.Errorf("before: got %q, %v, want none", got, err)
	}
	const path, moved = "/caf\xe9/list\xff.csv", "/caf\xe9/other\xfe.csv"
	job, err := l.MoveInput(job, path, "list\xff.csv")
	must(t, "MoveInput", err)
	for _, to := range []string{"/\xe9t\xe9.report", "/\xe8.report"} {
		must(t, "MoveReport", l.MoveReport(job, to))
		if got, err := l.ReportDir(job); got != to || err != nil {
			t.Errorf("ReportDir: got %q, %v, want %q", got, err, to)
		}
	}
	must(t, "MoveInputs, another content", l.MoveInputs(path, moved, "00"))
	must(t, "MoveInputs", l.MoveInputs(path, moved, job.Input.SHA256))
	closeTest(t, l)
	l = openTest(t, dir)
	got, err := l.Job("job")
	must(t, "Job", err)
	if got.Input.Path != moved || got.Input.Name != "other\xfe.csv" {
		t.Errorf("got %q, %q, want the bytes of the path", got.Input.Path, got.Input.Name)
	}
	must(t, "Drop", l.Drop(got))
}
