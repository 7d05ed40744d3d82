package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"sent-import/importer"
)

// confirmed is what an answer to the question of undo does, and what was shown.
func confirmed(t *testing.T, c undoCmd, p importer.UndoPlan, answer string) (string, error) {
	t.Helper()
	var stderr strings.Builder
	a := &app{lines: newLines(io.Discard), ctx: t.Context(), stdin: strings.NewReader(answer), stdout: io.Discard, stderr: &stderr}
	err := c.confirm(a, &screen{w: &stderr, quit: make(chan struct{})}, p)
	return stderr.String(), err
}

// TestUndoAsks: only a yes deletes, and what is going to be deleted is shown before.
func TestUndoAsks(t *testing.T) {
	p := importer.UndoPlan{
		Account: importer.AccountInfo{ID: "acct_1", Name: "Acme"}, Profile: importer.ProfileInfo{ID: "p1"}, Contacts: 95, InDoubt: 2, Requests: 192, PerMinute: 195, Duration: time.Minute,
		Sharers: []importer.UndoSharer{{Job: "f00", File: "other.csv", Rows: 3}}, Remembered: time.Now().Add(time.Hour),
	}
	p.Job.ID, p.Job.InputName = "abc", "list.csv"
	for answer, want := range map[string]bool{"y\n": true, "Yes\n": true, " y ": true, "n\n": false, "\n": false, "": false, "yy\n": false} {
		shown, err := confirmed(t, undoCmd{Changed: "keep"}, p, answer)
		var exit *exitError
		if declined := errors.As(err, &exit) && exit.code == exitFailed; declined == want || want && err != nil {
			t.Errorf("%q: got %v", answer, err)
		}
		for _, words := range []string{"list.csv: job abc", "95 contacts", "account Acme (acct_1), profile p1", "192 requests", "195/min", "2 rows are in doubt",
			"other.csv (job f00) has 3", "Keep the state directory until", "--changed delete", "Delete 95 contacts? [y/N] "} {
			if !strings.Contains(shown, words) {
				t.Errorf("it does not say %q:\n%s", words, shown)
			}
		}
	}
	if shown, err := confirmed(t, undoCmd{Yes: true, Changed: "delete"}, p, ""); err != nil || strings.Contains(shown, "[y/N]") || !strings.Contains(shown, "are deleted as well") {
		t.Errorf("with --yes: got %v, %s", err, shown)
	}
	p.Contacts = 0
	if shown, _ := confirmed(t, undoCmd{}, p, ""); !strings.Contains(shown, "Look up 2 rows, and delete") {
		t.Errorf("with doubts alone: %s", shown)
	}
}

// TestUndoStopsAsking: a signal ends the question.
func TestUndoStopsAsking(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("a signal")
	cancel(why)
	in, out := io.Pipe()
	defer out.Close()
	if _, err := ask(ctx, in); !errors.Is(err, why) {
		t.Errorf("got %v, want %v", err, why)
	}
}
