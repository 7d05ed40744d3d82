package ledger

import (
	"database/sql/driver"
	"errors"
)

// statements runs statements on a connection, each prepared once. It talks to
// the driver: the way through database/sql costs a fifth more for statements as
// short as a settle, of which there may be thousands a second.
type statements struct {
	conn     driver.ConnPrepareContext // set while it may be used
	prepared map[string]driver.StmtExecContext
	args     []driver.NamedValue // of the last statement; its memory is used again
}

// exec runs one statement that finds nothing. The driver has copied the args
// when it returns.
func (s *statements) exec(query string, args []any) (driver.Result, error) {
	stmt := s.prepared[query]
	if stmt == nil {
		made, err := s.conn.PrepareContext(background(), query)
		if err != nil {
			return nil, err
		}
		stmt = made.(driver.StmtExecContext)
		s.prepared[query] = stmt
	}
	s.args = s.args[:0]
	for i, a := range args {
		if n, ok := a.(int); ok { // the one type of ours that drivers don't take
			a = int64(n)
		}
		s.args = append(s.args, driver.NamedValue{Ordinal: i + 1, Value: a})
	}
	return stmt.ExecContext(background(), s.args)
}

func (s *statements) close() error {
	var errs []error
	for _, stmt := range s.prepared {
		errs = append(errs, stmt.(driver.Stmt).Close())
	}
	return errors.Join(errs...)
}
