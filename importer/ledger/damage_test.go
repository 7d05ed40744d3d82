//go:build !fleet

package ledger

import (
	"bytes"
	"database/sql"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sent-import/importer/ledger/storage"
	"sent-import/importer/outcome"
)

// pageBytes is the size of SQLite's pages.
const pageBytes = 4096

// damageRows is enough for a tree of two levels.
const damageRows = 300

// history is a ledger that was in use, in the state that a kill leaves.
type history struct {
	closed   image    // after a clean close, before the last part
	killed   image    // at the end, with a log
	dumps    []string // after each commit of the log; the first is of closed
	logBytes []int    // the log's length after each commit; the first is 0
}

func makeHistory(tb testing.TB) history {
	tb.Helper()
	dir := tb.TempDir()
	l := openTest(tb, dir)
	rows := pendingRows(damageRows)
	for i := range rows {
		rows[i].Input = strings.Repeat("x", i%40)
	}
	job := planTest(tb, l, "damage", rows)
	closeTest(tb, l)

	h := history{closed: imageOf(tb, dir), logBytes: []int{0}}
	l = openTest(tb, dir)
	h.dumps = []string{mustDump(tb, l)}
	mark := func() {
		h.dumps = append(h.dumps, mustDump(tb, l))
		h.logBytes = append(h.logBytes, len(imageOf(tb, dir).log))
	}
	must(tb, "RememberAccount", l.RememberAccount("f", "u", "account"))
	mark()
	run := startTest(tb, l, job)
	mark()
	_, tasks := tasksOf(tb, l, job)
	for from := 0; from < damageRows; from += damageRows / 5 {
		must(tb, "Claim", run.Claim(tasks[from:from+damageRows/5], testTime))
		mark()
		must(tb, "Settle", <-run.Settle(tasks[from+50], createdOutcome(from+51), nil, testTime))
		mark()
	}
	h.killed = imageOf(tb, dir)
	return h
}

// last is what the ledger says in the end.
func (h history) last() string { return h.dumps[len(h.dumps)-1] }

// meet opens a damaged ledger, reads everything, and closes it. It returns what
// the ledger says, or the error, which must be ErrDamaged; the files must then
// be as they were.
func meet(t *testing.T, i image) (string, error) {
	t.Helper()
	dir := i.put(t)
	l, err := Open(dir)
	text := ""
	if err == nil {
		text, err = dump(l)
		closeTest(t, l)
	}
	if err == nil {
		return text, nil
	}
	if !errors.Is(err, ErrDamaged) {
		t.Errorf("got %v, want %v", err, ErrDamaged)
	}
	if !imageOf(t, dir).equal(i) {
		t.Errorf("the files were changed, although the ledger is damaged (%v)", err)
	}
	return "", err
}

// wantWholeOr checks that a damaged ledger is reported, or says exactly what
// it said before.
func wantWholeOr(t *testing.T, what string, i image, want string) (damaged bool) {
	t.Helper()
	got, err := meet(t, i)
	if err == nil && got != want {
		t.Errorf("%s: the ledger says something else than before, and no error", what)
	}
	return err != nil
}

// TestDamage damages one ledger in many ways.
func TestDamage(t *testing.T) {
	t.Parallel()
	h := makeHistory(t)
	for name, test := range map[string]func(*testing.T, history){
		"file":              testDamagedFile,
		"file cut":          testCutFile,
		"file missing":      testMissingFile,
		"pages lost":        testPagesLost,
		"bytes garbled":     testBytesGarbled,
		"log harmless":      testHarmlessLogs,
		"log cut":           testCutLog,
		"log garbled":       testGarbledLog,
		"met late":          testLateDamage,
		"set aside":         testSetAside,
		"set aside, killed": testSetAsideKilled,
	} {
		t.Run(name, func(t *testing.T) { test(t, h) })
	}
}

// testDamagedFile puts something else in the place of the file and its log.
func testDamagedFile(t *testing.T, h history) {
	foreign := foreignImage(t, "CREATE TABLE t (x); INSERT INTO t VALUES (1)")
	for _, c := range []struct {
		name string
		i    image
	}{
		{"empty file", image{noLog: true}},
		{"empty file beside a log", image{log: h.killed.log}},
		{"one byte", image{main: []byte("S"), noLog: true}},
		{"one byte beside a log", image{main: []byte("S"), log: h.killed.log}},
		{"text", image{main: []byte(strings.Repeat("no database\n", 1000)), noLog: true}},
		{"text beside a log", image{main: []byte(strings.Repeat("no database\n", 1000)), log: h.killed.log}},
		{"zeros", image{main: make([]byte, len(h.closed.main)), noLog: true}},
		{"only the head", image{main: h.closed.main[:100], noLog: true}},
		{"only the first page", image{main: h.closed.main[:pageBytes], noLog: true}},
		{"half", image{main: h.closed.main[:len(h.closed.main)/2], noLog: true}},
		{"the first page zeroed", image{main: zeroed(h.closed.main, 0, pageBytes), noLog: true}},
		{"the log begins with garbage", image{main: h.killed.main, log: garbled(h.killed.log, 0, 32)}},
		{"the log's head is zeroed", image{main: h.killed.main, log: zeroed(h.killed.log, 0, 32)}},
		{"the log is text", image{main: h.killed.main, log: []byte(strings.Repeat("no log\n", 1000))}},
		{"a foreign database", foreign},
		{"a foreign database beside a log", image{main: foreign.main, log: h.killed.log}},
		{"an empty database", foreignImage(t, "VACUUM")},
		{"an empty database of another program", foreignImage(t, "PRAGMA application_id = 7")},
		{"a database with our mark and nothing in it", foreignImage(t, "PRAGMA application_id = 1398369648")},
		{"tables are missing", foreignImage(t, "PRAGMA application_id = 1398369648; PRAGMA user_version = 1; CREATE TABLE t (x)")},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := meet(t, c.i); err == nil {
				t.Error("got no error")
			}
		})
	}
}

// foreignImage is a database that is not a ledger, in the journal mode that
// SQLite has by default.
func foreignImage(tb testing.TB, statements string) image {
	tb.Helper()
	dir := tb.TempDir()
	db, err := sql.Open("sqlite", filepath.Join(dir, FileName))
	must(tb, "open", err)
	_, err = db.Exec(statements)
	must(tb, "exec", errors.Join(err, db.Close()))
	return imageOf(tb, dir)
}

// testHarmlessLogs: what a power loss leaves is no damage.
func testHarmlessLogs(t *testing.T, h history) {
	for name, log := range map[string][]byte{
		"no bytes":                        {},
		"created, and nothing synced":     make([]byte, 3*pageBytes),
		"the head cut":                    h.killed.log[:20],
		"the head only":                   h.killed.log[:walHeaderBytes],
		"the first transaction torn":      h.killed.log[:h.logBytes[1]-1],
		"the first transaction scrambled": garbled(h.killed.log[:h.logBytes[1]], walHeaderBytes+100, 300),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := meet(t, image{main: h.killed.main, log: log})
			if err != nil || got != h.dumps[0] {
				t.Errorf("got %v, want what the file says without the log", err)
			}
		})
	}
	t.Run("whole", func(t *testing.T) {
		if got, err := meet(t, h.killed); err != nil || got != h.last() {
			t.Errorf("got %v, want what was written last", err)
		}
	})
}

// testCutFile cuts the main file at many places.
func testCutFile(t *testing.T, h history) {
	for at := 1; at < len(h.closed.main); at += len(h.closed.main)/25 + 1 {
		if !wantWholeOr(t, "cut", image{main: h.closed.main[:at], noLog: true}, h.dumps[0]) {
			t.Errorf("cut at %d of %d bytes: got no error", at, len(h.closed.main))
		}
		wantWholeOr(t, "cut beside a log", image{main: h.killed.main[:at], log: h.killed.log}, h.last())
	}
}

// testPagesLost replaces each page of the main file by zeros, by noise and by
// another page.
func testPagesLost(t *testing.T, h history) {
	pages := len(h.closed.main) / pageBytes
	found := 0
	for p := range pages {
		at := p * pageBytes
		moved := bytes.Clone(h.closed.main)
		copy(moved[at:at+pageBytes], h.closed.main[(p+1)%pages*pageBytes:])
		for what, main := range map[string][]byte{
			"zeroed":  zeroed(h.closed.main, at, pageBytes),
			"garbled": garbled(h.closed.main, at, pageBytes),
			"another": moved,
		} {
			if wantWholeOr(t, what, image{main: main, noLog: true}, h.dumps[0]) {
				found++
			}
		}
	}
	if found < pages { // pages that the log replaces or nobody reads are few
		t.Errorf("damage in a page was found %d times in %d pages", found, pages)
	}
}

// testBytesGarbled flips bytes all over the main file. Inside a value that
// can't be noticed; it must end, in damage or in rows, without a panic.
func testBytesGarbled(t *testing.T, h history) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 40 {
		at := rnd.IntN(len(h.closed.main) - 8)
		_, _ = meet(t, image{main: garbled(h.closed.main, at, 1+rnd.IntN(8)), noLog: true})
	}
}

// testCutLog cuts the log at many places: that is what a kill in the middle of
// a write leaves. What a whole transaction wrote is there, and nothing of a cut
// one.
func testCutLog(t *testing.T, h history) {
	for at := 0; at <= len(h.killed.log); at += 1 + len(h.killed.log)/40 {
		want := ""
		for i, end := range h.logBytes {
			if end <= at {
				want = h.dumps[i]
			}
		}
		got, err := meet(t, image{main: h.killed.main, log: h.killed.log[:at]})
		if err != nil || got != want {
			t.Errorf("cut at %d: got %v, want the state after the last whole transaction", at, err)
		}
	}
}

// testGarbledLog damages the log in every transaction. Only in the last ones
// may it pass for a power loss, and then it undoes whole transactions.
func testGarbledLog(t *testing.T, h history) {
	const atLast = 3
	commits := len(h.logBytes) - 1
	rnd := rand.New(rand.NewPCG(3, 4))
	for n := 1; n <= commits; n++ {
		for range 4 {
			at := h.logBytes[n-1] + rnd.IntN(h.logBytes[n]-h.logBytes[n-1]-4)
			if n == 1 {
				at = rnd.IntN(h.logBytes[1] - 4)
			}
			got, err := meet(t, image{main: h.killed.main, log: garbled(h.killed.log, at, 4)})
			if err == nil && n <= commits-atLast {
				t.Errorf("byte %d, in transaction %d of %d: got no error", at, n, commits)
			}
			if err == nil && got != h.dumps[n-1] {
				t.Errorf("byte %d, in transaction %d: got neither an error nor the state before it", at, n)
			}
		}
	}
}

// testLateDamage meets the damage in the middle of a run: from then on nothing
// is written any more.
func testLateDamage(t *testing.T, h history) {
	dir := image{main: zeroed(h.closed.main, len(h.closed.main)-3*pageBytes, 3*pageBytes), noLog: true}.put(t)
	l := openTest(t, dir)
	must(t, "RememberAccount", l.RememberAccount("g", "u", "x")) // nobody has met it yet
	image := imageOf(t, dir)
	_, found := dump(l)
	if !errors.Is(found, ErrDamaged) {
		t.Fatalf("dump: got %v, want %v", found, ErrDamaged)
	}
	if err := l.RememberAccount("h", "u", "x"); !errors.Is(err, ErrDamaged) {
		t.Errorf("a write after damage was met: got %v, want %v", err, ErrDamaged)
	}
	closeTest(t, l)
	if !imageOf(t, dir).equal(image) {
		t.Error("the files were changed after the damage was met")
	}
}

// testMissingFile: the log alone is damage, and stays.
func testMissingFile(t *testing.T, h history) {
	dir := t.TempDir()
	log := filepath.Join(dir, FileName+walSuffix)
	must(t, "WriteFile", os.WriteFile(log, h.killed.log, 0o600))
	if _, err := Open(dir); !errors.Is(err, ErrDamaged) {
		t.Errorf("got %v, want %v", err, ErrDamaged)
	}
	got, err := os.ReadFile(log)
	if err != nil || !bytes.Equal(got, h.killed.log) {
		t.Errorf("the log was changed (%v)", err)
	}
	if _, err := os.Stat(filepath.Join(dir, FileName)); err == nil {
		t.Error("a new ledger was begun")
	}
}

// TestValuesNoVersionWrites writes values into a sound file that no version writes. No
// error may quote it.
func TestValuesNoVersionWrites(t *testing.T) {
	const secret = "s3cret"
	unstrict := `PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'STRICT, WITHOUT', 'WITHOUT');
		UPDATE sqlite_schema SET sql = replace(replace(sql, 'STRICT', ''), ' NOT NULL', ''); PRAGMA writable_schema = RESET;`
	for name, statements := range map[string]string{
		"a row is gone":          "DELETE FROM rows WHERE number = 7",
		"the last row is gone":   "DELETE FROM rows WHERE number = (SELECT max(number) FROM rows)",
		"all rows are gone":      "DELETE FROM rows",
		"a row too many":         "INSERT INTO rows (job, number, line, input, status, reason) VALUES (1, 21, 22, '', 'pending', 'not_attempted')",
		"another status":         "UPDATE rows SET status = '" + secret + "' WHERE number = 7",
		"another reason":         "UPDATE rows SET reason = '" + secret + "' WHERE number = 7",
		"status against reason":  "UPDATE rows SET status = 'created' WHERE number = 7",
		"no number":              "UPDATE rows SET phone = NULL WHERE number = 7",
		"a number of zero":       "UPDATE rows SET phone = 0 WHERE number = 7",
		"a number of 16 digits":  "UPDATE rows SET phone = 1000000000000000 WHERE number = 7",
		"windows":                "UPDATE rows SET windows = '" + secret + "' WHERE number = 7",
		"half a span":            "UPDATE rows SET windows = '5/' WHERE number = 7",
		"a span of no run":       "UPDATE rows SET windows = '0@5/6' WHERE number = 7",
		"clocks":                 "UPDATE runs SET offsets = '" + secret + "'",
		"datings":                "UPDATE runs SET datings = '1/2/" + secret + "'",
		"a table is gone":        "DROP TABLE rows",
		"a column is gone":       "ALTER TABLE rows DROP COLUMN windows",
		"text for an integer":    unstrict + "UPDATE rows SET line = '" + secret + "' WHERE number = 7",
		"text for the number":    unstrict + "UPDATE rows SET phone = '" + secret + "' WHERE number = 7",
		"nothing for an integer": unstrict + "UPDATE rows SET attempts = NULL WHERE number = 7",
		"text for a job's time":  unstrict + "UPDATE jobs SET created_at = '" + secret + "'",
		"text for a bool":        unstrict + "UPDATE jobs SET sandbox = '" + secret + "'",
		"text for a run's time":  unstrict + "UPDATE runs SET started_at = '" + secret + "'",
		"an account of nothing":  unstrict + "UPDATE accounts SET account = NULL",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			l := openTest(t, dir)
			job := planTest(t, l, "job", pendingRows(20))
			startTest(t, l, job)
			must(t, "RememberAccount", l.RememberAccount("f", "u", "a"))
			closeTest(t, l)
			alter(t, dir, statements)
			_, err := meet(t, imageOf(t, dir))
			if err == nil {
				t.Fatal("got no error")
			}
			if strings.Contains(err.Error(), secret) && !strings.Contains(name, "another") {
				t.Errorf("the error quotes the value: %v", err)
			}
		})
	}
}

// TestRowsOutOfOrder: a page that gives rows in another order must not be read
// for ever.
func TestRowsOutOfOrder(t *testing.T) {
	l := openTest(t, t.TempDir())
	pages := 0
	next := func(after int) ([]Row, error) {
		if pages++; pages > 3 {
			t.Fatal("read on after rows out of order")
		}
		rows := make([]Row, page)
		for i := range rows {
			rows[i].Row.Number = after + i + 1
		}
		if pages == 2 {
			rows[5].Row.Number = 1
		}
		return rows, nil
	}
	var last error
	n := 0
	for _, err := range paged(l, "read rows", next, func(r Row) int { return r.Row.Number }) {
		if last = err; err == nil {
			n++
		}
	}
	if !errors.Is(last, ErrDamaged) || n != page+5 {
		t.Errorf("got %d rows and %v, want %d and %v", n, last, page+5, ErrDamaged)
	}
}

func testSetAside(t *testing.T, h history) {
	damaged := image{main: zeroed(h.killed.main, 0, pageBytes), log: h.killed.log}
	dir := damaged.put(t)
	if _, err := Open(dir); !errors.Is(err, ErrDamaged) {
		t.Fatalf("Open: got %v, want %v", err, ErrDamaged)
	}
	var names []string
	for range 3 { // in the same second
		name, err := SetAside(dir, testTime)
		must(t, "SetAside", err)
		names = append(names, filepath.Base(name))
		must(t, "restore", os.WriteFile(filepath.Join(dir, FileName), damaged.main, 0o600))
		must(t, "restore", os.WriteFile(filepath.Join(dir, FileName+walSuffix), damaged.log, 0o600))
	}
	want := []string{"ledger.db.damaged-20310506T070809Z", "ledger.db.damaged-20310506T070809Z-2", "ledger.db.damaged-20310506T070809Z-3"}
	for i, name := range names {
		if name != want[i] {
			t.Errorf("got the name %s, want %s", name, want[i])
		}
		main, err1 := os.ReadFile(filepath.Join(dir, name))
		log, err2 := os.ReadFile(filepath.Join(dir, name+walSuffix))
		if err := errors.Join(err1, err2); err != nil || !damaged.equal(image{main: main, log: log}) {
			t.Errorf("%s is not what was set aside (%v)", name, err)
		}
	}
	_, err := SetAside(dir, testTime.Add(time.Hour))
	must(t, "SetAside", err)
	jobs, err := openTest(t, dir).Jobs()
	if err != nil || len(jobs) != 0 {
		t.Errorf("after setting aside: got %d jobs, %v, want a new ledger", len(jobs), err)
	}
}

// testSetAsideKilled stops between the renames: what is left must not be a file
// without what its log says. Setting aside again then ends it.
func testSetAsideKilled(t *testing.T, h history) {
	dir := h.killed.put(t)
	must(t, "WriteFile", os.WriteFile(filepath.Join(dir, FileName+indexSuffix), nil, 0o600))
	inTheWay := filepath.Join(dir, FileName+".damaged-20310506T070809Z"+indexSuffix)
	must(t, "MkdirAll", os.MkdirAll(filepath.Join(inTheWay, "x"), 0o700))
	if _, err := SetAside(dir, testTime); err == nil {
		t.Fatal("SetAside with something in the way: got no error")
	}
	if _, err := Open(dir); !errors.Is(err, ErrDamaged) {
		t.Errorf("Open: got %v, want %v", err, ErrDamaged)
	}
	_, err := SetAside(dir, testTime.Add(time.Second))
	must(t, "SetAside", err)
	closeTest(t, openTest(t, dir))
	if _, err := SetAside(filepath.Join(dir, "nowhere"), testTime); err == nil {
		t.Error("SetAside in a directory that is not there: got no error")
	}
}

// zeroed is b with n bytes from at on replaced by zeros.
func zeroed(b []byte, at, n int) []byte {
	b = bytes.Clone(b)
	clear(b[at : at+n])
	return b
}

// garbled is b with n bytes from at on replaced by others.
func garbled(b []byte, at, n int) []byte {
	b = bytes.Clone(b)
	rnd := rand.New(rand.NewPCG(uint64(at), uint64(n)))
	for i := range n {
		b[at+i] ^= byte(1 + rnd.IntN(255))
	}
	return b
}

// FuzzOpen opens files of any bytes.
func FuzzOpen(f *testing.F) {
	dir := f.TempDir()
	l := openTest(f, dir)
	job := planTest(f, l, "fuzz", []outcome.Row{pendingRow(1), invalidRow(2, ""), duplicateRow(3, 1)})
	run := startTest(f, l, job)
	_, tasks := tasksOf(f, l, job)
	must(f, "Claim", run.Claim(tasks, testTime))
	killed := imageOf(f, dir)
	closeTest(f, l)
	closed := imageOf(f, dir)
	f.Add(closed.main, []byte(nil), false)
	f.Add(killed.main, killed.log, true)
	f.Add([]byte("SQLite format 3\x00"), []byte(nil), true)
	f.Fuzz(func(t *testing.T, main, log []byte, withLog bool) {
		i := image{main: main, noLog: !withLog}
		if withLog {
			i.log = log
		}
		_, _ = meet(t, i)
	})
}

// A row beyond the job's, which only damage makes, is found without counting up
// to it, and dropped with its job. No other row is.
func TestRowBeyondTheJob(t *testing.T) {
	for _, number := range []int{4, math.MaxInt} {
		l := openTest(t, t.TempDir())
		other := planTest(t, l, "other", pendingRows(3))
		for _, id := range []string{"dropped", "counted"} {
			job := planTest(t, l, id, pendingRows(3))
			must(t, "damage", storage.Write(l.db, func(tx storage.Tx) error {
				return tx.ExecRows(1, `UPDATE rows SET number = ? WHERE job = ? AND number = 2`, number, job.pk)
			}))
			if id == "dropped" {
				must(t, "Drop", l.Drop(job))
				left, err := storage.Query(l.db, `SELECT DISTINCT job FROM rows`, storage.ScanOne[int64])
				if err != nil || len(left) != 1 || left[0] != other.pk {
					t.Errorf("row %d: after the drop, got rows of the jobs %v and %v, want job %d's", number, left, err, other.pk)
				}
			} else if _, err := l.ReasonCounts(job); !errors.Is(err, ErrDamaged) {
				t.Errorf("row %d: got %v, want damage", number, err)
			}
		}
	}
}
