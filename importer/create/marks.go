package create

import (
	"iter"

	"sent-import/importer/ledger"
	"sent-import/importer/retry"
	"sent-import/importer/sent"
)

// marks are the rows that the list may show and whose contacts are to be marked.
type marks map[int]struct{} // by their numbers

// load reads the rows from the ledger; most is 0 where there are none.
func (m *marks) load(rows iter.Seq2[ledger.Numbered, error], most int) error {
	*m = make(marks)
	if most == 0 {
		return nil
	}
	for row, err := range rows {
		if err != nil {
			return err
		}
		(*m)[row.Number] = struct{}{}
	}
	return nil
}

// settle is what a page of the list makes of a row.
func (m marks) settle(row int, contact sent.Contact, a sent.Answer) ledger.Listed {
	l := ledger.Listed{Number: row, ContactID: contact.ID, HTTPStatus: a.Status, RequestID: a.RequestID}
	if _, ok := m[row]; !ok {
		return l
	}
	if contact.OptOut {
		l.Message = retry.MarkedAlready
	} else {
		l.ToMark, l.UpdatedAt, l.Message = true, contact.UpdatedAtText, retry.MarkLeft
	}
	return l
}
