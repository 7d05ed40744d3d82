package undo

import (
	"errors"

	"sent-import/importer/gateway"
	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/sent"
)

// ending is the result of a row, with a message for people. UndoPending settles nothing:
// what is on the disk stands, and the next undo goes on there.
type ending struct {
	result  outcome.UndoResult
	message string
}

// The messages.
const (
	deletedBefore = "an earlier request of this undo had deleted it, and its answer was lost"
	changedSince  = "kept: somebody has changed it since the import, or has made it anew"
	byUpdateAlone = "kept: the answer to its creation was lost, and only the date of its last change says that the import has created it"
	inheritedNow  = "it is inherited from the organization, which alone can delete it"
)

// decide takes a row to its ending, as far as that comes.
func (u *Undoer) decide(row ledger.UndoRow) (ending, error) {
	if row.Intended {
		u.o.Run.LostDelete(now())
	}
	if job, ok := u.again[row.Number]; ok {
		return ending{outcome.UndoChanged, "kept: job " + job + ", which is newer, has created it again"}, nil
	}
	if u.o.Changed == Keep {
		end, err := u.inspect(row)
		if err != nil || end != (ending{}) {
			return end, err
		}
	}
	if err := u.o.Run.IntendDelete(row.Number, now()); err != nil {
		return ending{}, err
	}
	return u.delete(row)
}

// inspect asks for the contact, and returns the zero value if it is to be deleted.
func (u *Undoer) inspect(row ledger.UndoRow) (end ending, err error) {
	var found sent.Verdict
	err = u.insist(func() (err error) {
		found, err = u.g.ContactByID(row.Number, row.Row.ContactID)
		return err
	})
	switch {
	case errors.Is(err, gateway.ErrNoAnswer):
		return ending{result: outcome.UndoPending}, nil
	case err != nil:
		return end, err
	case found.Kind == sent.Absent && row.Intended:
		return ending{outcome.UndoDeleted, deletedBefore}, nil
	case found.Kind == sent.Absent:
		return ending{result: outcome.UndoGone}, nil
	case found.Contact.Inherited:
		return ending{outcome.UndoFailed, inheritedNow}, nil
	case row.Dates.UpdatedAlone:
		return ending{outcome.UndoChanged, byUpdateAlone}, nil
	}
	changed, err := u.changed(row, found.Contact)
	if err == nil && changed {
		end = ending{outcome.UndoChanged, changedSince}
	}
	return end, err
}

// delete deletes the contact of a row whose intent is on the disk.
func (u *Undoer) delete(row ledger.UndoRow) (ending, error) {
	var v sent.Verdict
	lost := row.Intended
	err := u.insist(func() (err error) {
		var unanswered bool
		v, unanswered, err = u.g.Delete(row.Number, row.Row.ContactID)
		lost = lost || unanswered
		return err
	})
	if lost || err != nil {
		u.o.Run.LostDelete(now())
	}
	switch {
	case errors.Is(err, gateway.ErrNoAnswer):
		return u.unanswered(row, v)
	case err != nil:
		return ending{}, err
	case v.Kind == sent.Absent && lost:
		return ending{outcome.UndoDeleted, deletedBefore}, nil
	case v.Kind == sent.Absent:
		return ending{result: outcome.UndoGone}, nil
	case v.Kind == sent.Rejected:
		return ending{outcome.UndoFailed, v.Message}, nil
	}
	return ending{result: outcome.UndoDeleted}, nil
}

// unanswered ends a row whose deletion gets no answer, while others do: the contact itself
// tells whether it was carried out.
func (u *Undoer) unanswered(row ledger.UndoRow, last sent.Verdict) (ending, error) {
	found, err := u.g.ContactByID(row.Number, row.Row.ContactID)
	switch {
	case errors.Is(err, gateway.ErrNoAnswer):
		return ending{result: outcome.UndoPending}, nil
	case err != nil:
		return ending{}, err
	case found.Kind == sent.Absent:
		return ending{outcome.UndoDeleted, deletedBefore}, nil
	}
	return ending{outcome.UndoFailed, "every attempt failed, and the contact is there; last: " + last.Message}, nil
}

// rounds is how many rounds of attempts a request gets no answer in, outside of an outage,
// before it is given up.
const rounds = 2

// insist asks until there is an answer. The error is gateway.ErrNoAnswer where this
// request alone gets none.
func (u *Undoer) insist(ask func() error) error {
	for round := 1; ; round++ {
		before := u.g.OutageState().Count
		err := ask()
		if !errors.Is(err, gateway.ErrNoAnswer) {
			return err
		}
		if err := u.g.AskForAnything(); err != nil {
			return err
		}
		if u.g.OutageState().Count != before {
			round = 0
		} else if round >= rounds {
			return gateway.ErrNoAnswer
		}
	}
}
