package storage

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"io"
)

// Query reads all rows that a query finds. scan fills in an item, which is zero.
// A value that does not fit is [ErrDamaged].
func Query[T any](db *DB, query string, scan func(*Row, *T) error, args ...any) ([]T, error) {
	return QueryPage(db, 0, query, scan, args...)
}

// QueryPage does the same where so many rows are expected: there is room for them at once.
func QueryPage[T any](db *DB, size int, query string, scan func(*Row, *T) error, args ...any) (items []T, err error) {
	if size > 0 {
		items = make([]T, 0, size)
	}
	err = eachRow(db, query, args, func(row *Row) error {
		var none T
		items = append(items, none)
		return scan(row, &items[len(items)-1])
	})
	if err != nil {
		return nil, err
	}
	return items, nil
}

// eachRow gives the rows that a query finds. They come from the driver itself: database/sql
// takes a lock for each row, and copies each value once more, which is a tenth of what a row
// costs.
func eachRow(db *DB, query string, args []any, do func(*Row) error) error {
	conn, err := db.read.Conn(background())
	if err != nil {
		return err
	}
	defer conn.Close()
	values := make([]driver.NamedValue, len(args))
	for i, arg := range args {
		values[i].Ordinal = i + 1
		if values[i].Value, err = driver.DefaultParameterConverter.ConvertValue(arg); err != nil {
			return err
		}
	}
	return conn.Raw(func(c any) error {
		rows, err := c.(driver.QueryerContext).QueryContext(background(), query, values)
		if err != nil {
			return err
		}
		defer rows.Close()
		row := &Row{values: make([]driver.Value, len(rows.Columns()))}
		for {
			switch err := rows.Next(row.values); err {
			case nil:
			case io.EOF:
				return nil
			default:
				return err
			}
			if err := do(row); err != nil {
				return err
			}
		}
	})
}

// ScanOne reads the only column of a row.
func ScanOne[T any](r *Row, value *T) error { return r.Scan(value) }

// Row holds the values of one row that a query found. Its Scan supports the few
// types that the ledger stores: database/sql's own turns a number into text and
// parses that again, for every column.
type Row struct {
	values []driver.Value // int64, string or nil
}

// Scan copies the values into dest, a pointer for each column. A value of
// another type than dest's is [ErrDamaged]; its text is not in the error, since
// it may be a cell of the user's.
func (r *Row) Scan(dest ...any) error {
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

// ScanOrZero does the same, and takes NULL for the zero value: coalesce in the query makes
// a text of each NULL, which takes more time.
func (r *Row) ScanOrZero(dest ...any) error {
	for i, v := range r.values {
		if v == nil && i < len(dest) {
			r.values[i] = zeroOf(dest[i])
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
