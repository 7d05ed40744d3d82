package outcome

// UndoResult is what became of a contact whose import was undone.
type UndoResult string

// The results. Scripts and saved reports rely on them.
const (
	UndoDeleted UndoResult = "deleted"      // by the undo
	UndoGone    UndoResult = "already_gone" // somebody else had deleted it before
	UndoChanged UndoResult = "changed"      // kept: somebody has changed it since, or it may be somebody else's
	UndoFailed  UndoResult = "failed"       // it is there, or may be
	UndoPending UndoResult = "pending"      // not tried yet, or the answer to its deletion is not known
)

// UndoRow is one contact of a job that is undone: one line of undo.csv.
type UndoRow struct {
	Line      int    // of its row, where the header's is 1
	Phone     string // E.164
	ContactID string // "" where it is not known, as it is not known whether the job has created it
	Result    UndoResult
	Message   string // for people, in one line; "" where the result says it all
}

// UndoCounts is the number of contacts by their results.
type UndoCounts struct {
	Contacts    int `json:"contacts"` // the sum of the others
	Deleted     int `json:"deleted"`
	AlreadyGone int `json:"already_gone"`
	Changed     int `json:"changed"`
	Failed      int `json:"failed"`
	Pending     int `json:"pending"`
}

// Add counts one contact more. It panics on a result that does not exist.
func (c *UndoCounts) Add(r UndoResult) {
	switch r {
	case UndoDeleted:
		c.Deleted++
	case UndoGone:
		c.AlreadyGone++
	case UndoChanged:
		c.Changed++
	case UndoFailed:
		c.Failed++
	case UndoPending:
		c.Pending++
	default:
		panic("outcome: no such result of an undo: " + string(r))
	}
	c.Contacts++
}

// Kept is how many contacts are still there although nothing more will be tried by
// itself.
func (c UndoCounts) Kept() int { return c.Changed + c.Failed }
