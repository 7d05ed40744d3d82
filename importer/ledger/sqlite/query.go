package sqlite

import (
	"database/sql/driver"
	"io"

	"sent-import/importer/ledger/storage"
)

// Each gives the rows that a query finds: see [storage.Store]. They come from the driver itself: database/sql
// takes a lock for each row, and copies each value once more, which is a tenth of what a row
// costs.
func (db *DB) Each(query string, args []any, do func(*storage.Row) error) error {
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
		row := &storage.Row{Values: make([]driver.Value, len(rows.Columns()))}
		for {
			switch err := rows.Next(row.Values); err {
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
