package importer

import (
	"fmt"
	"iter"
	"time"

	"sent-import/importer/gateway"
	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/serverclock"
)

// UndoCounts is the number of contacts by what an undo has made of them.
type UndoCounts = outcome.UndoCounts

// UndoState is how far the undo of a job is.
type UndoState struct {
	Counts   UndoCounts
	Started  time.Time
	Finished time.Time // zero: contacts are left to be deleted, and the same call goes on
}

// undoState is how far the undo of the job is; nil if it is not undone.
func (s *session) undoState() (*UndoState, error) {
	state, err := s.ledger.Undo(s.job.entry)
	if err != nil || state.StartedAt.IsZero() {
		return nil, err
	}
	u := &UndoState{Started: state.StartedAt, Finished: state.FinishedAt}
	for row, err := range s.ledger.UndoRows(s.job.entry) {
		if err != nil {
			return nil, err
		}
		u.Counts.Add(row.Row.Result)
	}
	return u, nil
}

// undoneRows are the rows whose contacts an undo has deleted, or is about to delete, by
// their numbers; none where state is nil.
func (s *session) undoneRows(state *UndoState) (gone map[int]bool, err error) {
	gone = make(map[int]bool)
	if state == nil {
		return gone, nil
	}
	for row, err := range s.ledger.UndoRows(s.job.entry) {
		if err != nil {
			return nil, err
		}
		if r := row.Row.Result; r != outcome.UndoChanged && r != outcome.UndoFailed {
			gone[row.Number] = true
		}
	}
	return gone, nil
}

// UndoRows reads what became of each contact of a job that is undone, in file order.
func (r *Result) UndoRows() iter.Seq2[outcome.UndoRow, error] {
	s := r.session
	return func(yield func(outcome.UndoRow, error) bool) {
		for row, err := range s.ledger.UndoRows(s.job.entry) {
			if !yield(row.Row, err) || err != nil {
				return
			}
		}
	}
}

// awaitDeletions waits until no deletion of an undo can be carried out any more whose answer
// was lost: it would take a contact away that is created now.
func (s *session) awaitDeletions(g *gateway.Gateway) error {
	last, err := s.ledger.LastLostDelete(s.job.entry)
	if err != nil || last.IsZero() {
		return err
	}
	left := min(time.Until(last.Add(s.o.grace())), s.o.grace()+serverclock.LeaseTime)
	if left > 0 {
		s.notes.tell(fmt.Sprintf("A deletion of an undo got no answer, and may still be carried out: the first contact is created in %d s.", int(left.Round(time.Second).Seconds())))
	}
	return gateway.Pause(g.Context(), left)
}

// refuseUndone returns an error if an undo of the job with that id, or of another reading of
// its file, is not complete: what it has created is being deleted. id is that of any generation.
func (s *session) refuseUndone(id string) error {
	open, err := s.ledger.OpenUndo(ledger.Job{
		ID: id, Input: s.input.File, BaseURL: s.baseURL(), Account: s.account.id, Profile: s.o.Profile, Sandbox: s.o.Sandbox,
	})
	if err != nil || open == "" {
		return err
	}
	return fmt.Errorf("job %s of this file is being undone, and its contacts are not all deleted yet: finish that first with sent-import undo %s", open, open)
}

// isUndone reports whether the job was undone, or since it was planned another one of the
// same file, so that the file is imported anew, and tells people.
func (s *session) isUndone(entry ledger.Job) (bool, error) {
	if entry.Sandbox {
		return false, nil
	}
	id, at, err := s.ledger.UndoneSince(entry)
	if err != nil || at.IsZero() {
		return false, err
	}
	s.notes.keep(fmt.Sprintf("Job %s of this file was undone on %s: the file is imported anew, with new keys.",
		id, at.Local().Format(time.DateTime)))
	return true, nil
}
