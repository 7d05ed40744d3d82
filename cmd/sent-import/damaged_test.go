package main

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// A damaged job does not hide other jobs, and a command that needs the damaged one
// fails with exit code 1, since it is no usage error.
func TestDamagedJobIsSaid(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t, "--rate-limit=-1", "--latency=0s")
	s := newShell(t, "SENT_IMPORT_BASE_URL="+sim.url, "SENT_IMPORT_STATE=state")
	var ids [3]string
	for i := range ids {
		s.write("list.csv", fmt.Sprintf("phone\n+1415555010%d\n", i))
		s.run(0, "run", "--quiet", "list.csv")
		ids[i] = s.job("list.report")
	}
	whole, rowBroken, targetBroken := ids[0], ids[1], ids[2]
	db, err := sql.Open("sqlite", filepath.Join(s.dir, "state", "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(t.Context(), `UPDATE rows SET number = 9223372036854775807 WHERE job = (SELECT job FROM jobs WHERE id = ?1);
		UPDATE jobs SET profile = 'x y' WHERE id = ?2; DELETE FROM counts`, rowBroken, targetBroken)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}

	damage := rowBroken + ": the ledger is damaged"
	list, said := s.run(0, "jobs")
	if !hasLine(list, whole, "finished") || !hasLine(list, rowBroken, "damaged") || !strings.Contains(said, damage) {
		t.Errorf("jobs: got %s%s", list, said)
	}
	lines, _ := s.run(0, "jobs", "--json")
	if !hasLine(lines, whole, `"state":"finished"`) || !hasLine(lines, `"state":"damaged"`, damage) {
		t.Errorf("jobs --json: got %s", lines)
	}
	for _, id := range []string{rowBroken, targetBroken} {
		if _, said := s.run(exitFailed, "verify", id); !strings.Contains(said, id+": the ledger is damaged") {
			t.Errorf("verify: got %s", said)
		}
	}
	s.run(0, "verify", whole)
}

// hasLine reports whether a line of the text has both words.
func hasLine(text, one, other string) bool {
	for line := range strings.Lines(text) {
		if strings.Contains(line, one) && strings.Contains(line, other) {
			return true
		}
	}
	return false
}
