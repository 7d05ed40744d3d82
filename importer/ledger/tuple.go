package ledger

import (
	"database/sql"
	"fmt"

	"sent-import/importer/outcome"
)

// tuple holds the values of one row that a query found. Its Scan knows the few
// kinds that the ledger stores: database/sql's own turns a number into text and
// reads that again, for every column.
type tuple struct {
	values []any // int64, string or nil
	into   []any // where database/sql puts them: pointers to values
}

func newTuple(columns int) *tuple {
	r := &tuple{values: make([]any, columns), into: make([]any, columns)}
	for i := range r.values {
		r.into[i] = &r.values[i]
	}
	return r
}

// read takes the values of the row that rows has come to.
func (r *tuple) read(rows *sql.Rows) error { return rows.Scan(r.into...) }

// Scan copies the values into dest, a pointer for each column. A value of
// another kind than belongs there is [ErrDamaged]; its text is not in the
// error, as it may be a cell's.
func (r *tuple) Scan(dest ...any) error {
	if len(dest) != len(r.values) {
		return fmt.Errorf("%d columns are read into %d variables", len(r.values), len(dest))
	}
	for i, d := range dest {
		if !assign(d, r.values[i]) {
			return fmt.Errorf("%w: a value is not of the kind that belongs there", ErrDamaged)
		}
	}
	return nil
}

func assign(dest, value any) (ok bool) {
	switch d := dest.(type) {
	case *int:
		var n int64
		n, ok = value.(int64)
		*d = int(n)
	case *int64:
		*d, ok = value.(int64)
	case *sql.NullInt64:
		d.Int64, d.Valid = value.(int64)
		ok = d.Valid || value == nil
	case *bool:
		var n int64
		n, ok = value.(int64)
		*d, ok = n == 1, ok && (n == 0 || n == 1)
	case *string:
		*d, ok = value.(string)
	case *outcome.Status:
		var s string
		s, ok = value.(string)
		*d = outcome.Status(s)
	case *outcome.Reason:
		var s string
		s, ok = value.(string)
		*d = outcome.Reason(s)
	default:
		panic(fmt.Sprintf("ledger: no column is read into a %T", dest))
	}
	return ok
}
