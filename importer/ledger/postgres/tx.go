package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"sent-import/importer/ledger/storage"
)

// Tx gathers the statements of a transaction, which are sent together at its end: see
// [storage.Tx].
type Tx struct {
	// BeforeStep, when set by a test, is called before every statement, when it is
	// gathered, and before every commit. It stays set.
	BeforeStep func(step string) error

	db         *DB
	statements []*statement
	gathering  map[string]*statement // the last statements, those for many rows, by their texts
	endings    []ending
}

type ending struct {
	last      func(storage.Tx) error
	committed func()
}

// statement is one that waits to be sent.
type statement struct {
	query string // in the words of package ledger
	args  []any  // of all its rows, one after the other
	rows  int    // that it has to change; anyRows: however many
	each  bool   // ExecRow's: args are those of rows
	id    *int64 // of the row that it inserts; nil: it is not asked for
}

const anyRows = -1

// mostGathered is how many rows one statement changes at most: the memory of an array.
const mostGathered = 2000

func (tx *Tx) reset() {
	clear(tx.statements)
	tx.statements, tx.gathering, tx.endings = tx.statements[:0], nil, tx.endings[:0]
}

// gather makes all writes of a group, without sending them.
func (tx *Tx) gather(group []storage.Pending) error {
	tx.reset()
	if err := tx.step("BEGIN"); err != nil {
		return err
	}
	for _, g := range group {
		if err := g.Run(tx); err != nil {
			return err
		}
	}
	for _, e := range tx.endings {
		if err := e.last(tx); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) step(text string) error {
	if tx.BeforeStep == nil {
		return nil
	}
	return tx.BeforeStep(text)
}

// Exec runs one statement.
func (tx *Tx) Exec(query string, args ...any) error { return tx.add(anyRows, nil, query, args) }

// ExecRows runs one statement that has to change exactly n rows.
func (tx *Tx) ExecRows(n int, query string, args ...any) error { return tx.add(n, nil, query, args) }

// Insert runs one statement that inserts a row into jobs.
func (tx *Tx) Insert(id *int64, query string, args ...any) error { return tx.add(1, id, query, args) }

func (tx *Tx) add(rows int, id *int64, query string, args []any) error {
	if err := tx.step(query); err != nil {
		return err
	}
	tx.gathering = nil
	s := &statement{query: query, rows: rows, id: id}
	for _, a := range args {
		s.args = append(s.args, toArgument(a))
	}
	tx.statements = append(tx.statements, s)
	return nil
}

// ExecRow gathers the statement with others of its text.
func (tx *Tx) ExecRow(query string, args ...any) error {
	s := tx.gathering[query]
	if s == nil || s.rows == mostGathered {
		if err := tx.step(query); err != nil {
			return err
		}
		s = &statement{query: query, each: true}
		if tx.gathering == nil {
			tx.gathering = make(map[string]*statement)
		}
		tx.gathering[query] = s
		tx.statements = append(tx.statements, s)
	}
	s.rows++
	for _, a := range args {
		s.args = append(s.args, toArgument(a))
	}
	return nil
}

// Gathers is true: a statement of its own costs a row several times the change of it.
func (tx *Tx) Gathers() bool { return true }

// AtEnd has last called when all writes of the transaction are made, and committed
// when it is on the disk.
func (tx *Tx) AtEnd(last func(storage.Tx) error, committed func()) {
	tx.endings = append(tx.endings, ending{last, committed})
}

// queue adds the statement to a batch.
func (s *statement) queue(ctx context.Context, db *DB, conn *pgx.Conn, b *pgx.Batch) error {
	if !s.each || s.rows == 1 {
		text := db.texts.of(s.query)
		if s.id != nil {
			text += " RETURNING job"
		}
		b.Queue(text, s.args...)
		return nil
	}
	m, err := db.manyOf(ctx, conn, s.query)
	if err != nil {
		return err
	}
	b.Queue(m.text, s.columns(m.types)...)
	return nil
}

// manyOf is a statement for many rows. The server says of which types its parameters are.
func (db *DB) manyOf(ctx context.Context, conn *pgx.Conn, query string) (many, error) {
	if m, ok := db.texts.many.Load(query); ok {
		return m.(many), nil
	}
	described, err := conn.Prepare(ctx, "", db.texts.of(query))
	if err != nil {
		return many{}, err
	}
	m := newMany(query, described.ParamOIDs)
	db.texts.many.Store(query, m)
	return m, nil
}

// columns are the arguments of all rows as an array for each parameter.
func (s *statement) columns(types []uint32) []any {
	columns := make([]any, len(types))
	for p, oid := range types {
		if oid == pgtype.Int8OID || oid == pgtype.Int4OID {
			columns[p] = intColumn(s.args, p, len(types))
		} else {
			columns[p] = textColumn(s.args, p, len(types))
		}
	}
	return columns
}

func textColumn(args []any, p, params int) []pgtype.Text {
	column := make([]pgtype.Text, 0, len(args)/params)
	for i := p; i < len(args); i += params {
		text, valid := args[i].(string)
		column = append(column, pgtype.Text{String: text, Valid: valid})
	}
	return column
}

func intColumn(args []any, p, params int) []pgtype.Int8 {
	column := make([]pgtype.Int8, 0, len(args)/params)
	for i := p; i < len(args); i += params {
		n, valid := args[i].(int64)
		column = append(column, pgtype.Int8{Int64: n, Valid: valid})
	}
	return column
}

// result reads what the server says of the statement, and checks it.
func (s *statement) result(results pgx.BatchResults) error {
	if s.id != nil {
		return results.QueryRow().Scan(s.id)
	}
	tag, err := results.Exec()
	if err == nil && s.rows != anyRows && tag.RowsAffected() != int64(s.rows) {
		err = fmt.Errorf("%w: %d rows were to be changed, and %d were there to be changed", storage.ErrDamaged, s.rows, tag.RowsAffected())
	}
	return err
}
