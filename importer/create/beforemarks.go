package create

import (
	"sent-import/importer/ledger"
	"sent-import/importer/sent"
)

// beforeMarks returns the contact with the updated_at that it had before jobs of this
// ledger marked it: a mark changes it, and that says nothing about who created, or
// restored, the contact.
func beforeMarks(l *ledger.Ledger, j ledger.Job, c sent.Contact) (sent.Contact, error) {
	patches, err := l.Patches(j, c.ID)
	for i := 0; err == nil && i < len(patches); i++ {
		p := patches[i]
		before := c.WithUpdatedAt(p.Before)
		if (p.After == "" || c.WasUpdatedAt(p.After)) && before.UpdatedAt.Before(c.UpdatedAt) {
			c, i = before, -1 // that may be the mark of another job
		}
	}
	return c, err
}
