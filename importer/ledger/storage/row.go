package storage

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
)

// Row holds the values of one row that a query found. Its Scan supports the few
// types that the ledger stores: database/sql's own turns a number into text and
// parses that again, for every column.
type Row struct {
	Values []driver.Value // int64, string or nil
}

// Scan copies the values into dest, a pointer for each column. A value of
// another type than dest's is [ErrDamaged]; its text is not in the error, since
// it may be a cell of the user's.
func (r *Row) Scan(dest ...any) error {
	if len(dest) != len(r.Values) {
		return fmt.Errorf("%d columns are read into %d variables", len(r.Values), len(dest))
	}
	for i, d := range dest {
		if !assign(d, r.Values[i]) {
			return fmt.Errorf("%w: a value is not of the kind that belongs there", ErrDamaged)
		}
	}
	return nil
}

// ScanOrZero does the same, and takes NULL for the zero value: coalesce in the query makes
// a text of each NULL, which takes more time.
func (r *Row) ScanOrZero(dest ...any) error {
	for i, v := range r.Values {
		if v == nil && i < len(dest) {
			r.Values[i] = zeroOf(dest[i])
		}
	}
	return r.Scan(dest...)
}

func zeroOf(dest any) any {
	if _, ok := dest.(*string); ok {
		return ""
	}
	return int64(0)
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
	default:
		panic(fmt.Sprintf("storage: no column is read into a %T", dest))
	}
	return ok
}
