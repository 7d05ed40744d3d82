package postgres

import (
	"context"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"sent-import/importer/ledger/storage"
)

// Fence is the right of one holder to write what belongs to a pool. The zero Fence has none:
// a Store with it only reads.
type Fence struct {
	Pool  string // its name in the table pools
	Epoch int64  // of the pool, as its holder was given it
	// Valid, when set, says why no request may begin any more, or nil. It is asked before
	// each request, so it must not ask the server.
	Valid func() error
}

// ErrReadOnly is the error of a write without a fence.
var ErrReadOnly = errors.New("this ledger is only read here")

// Store is the ledger of a database as the holder of a fence writes it: see
// [storage.Store]. Its methods may be called from several goroutines.
type Store struct {
	db    *DB
	fence Fence
	dir   string
	tx    Tx // only the goroutine of the group uses it
	group *storage.Writer
}

// Store begins to write the ledger under a fence. dir is the directory of what belongs to
// it on this machine, such as a standard input that is kept. It must be closed.
func (db *DB) Store(f Fence, dir string) *Store {
	s := &Store{db: db, fence: f, dir: dir, tx: Tx{db: db}}
	s.group = storage.NewWriter(s.commit)
	return s
}

// Start hands a write over.
func (s *Store) Start(do func(storage.Tx) error) <-chan error {
	if s.fence.Pool == "" {
		return readOnly()
	}
	return s.group.Start(do)
}

// StartPatient hands a write over for which nobody waits.
func (s *Store) StartPatient(do func(storage.Tx) error) <-chan error {
	if s.fence.Pool == "" {
		return readOnly()
	}
	return s.group.StartPatient(do)
}

func readOnly() <-chan error {
	result := make(chan error, 1) // the error
	result <- ErrReadOnly
	return result
}

// Failure is why nothing more is written, or why no request may begin.
func (s *Store) Failure() error {
	if err := s.group.Failure(); err != nil || s.fence.Valid == nil {
		return err
	}
	return s.fence.Valid()
}

// Explain marks the server's errors with those of package storage.
func (s *Store) Explain(err error) error { return explain(err) }

// Lock makes sure that the fence stands: the lease of the pool is the right to run its
// jobs, and nothing has to be given back.
func (s *Store) Lock(string, time.Time) (release func() error, err error) {
	if err := storage.Write(s, func(storage.Tx) error { return nil }); err != nil {
		return nil, fmt.Errorf("lock job: %w", err)
	}
	return func() error { return nil }, nil
}

// SweepLocks does nothing: a lease leaves nothing behind.
func (s *Store) SweepLocks(func(id string) bool) {}

// Scope begins the names of lists: two accounts may have given the same one.
func (s *Store) Scope() string { return s.fence.Pool + "\n" }

// Dir is the directory of what belongs to the ledger on this machine.
func (s *Store) Dir() string { return s.dir }

// Notice is "": who can get at the database is its administrator's business.
func (s *Store) Notice() string { return "" }

// FreeBytes is 0: the server gives room back by itself.
func (s *Store) FreeBytes() (int64, error) { return 0, nil }

// Close commits what is queued. The DB stays open.
func (s *Store) Close() error {
	s.group.Close()
	return nil
}

// Each gives the rows that a query finds. They are gathered first, so that a query whose
// connection breaks can be made again.
func (s *Store) Each(query string, args []any, do func(*storage.Row) error) error {
	given := make([]any, len(args))
	for i, a := range args {
		given[i] = toArgument(a)
	}
	var found [][]driver.Value
	err := s.db.retry(func(ctx context.Context) error {
		found = found[:0]
		return s.db.withConn(ctx, func(conn *pgx.Conn) error {
			rows, err := conn.Query(ctx, s.db.texts.of(query), given...)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				values, err := valuesOf(conn.TypeMap(), rows.RawValues(), rows.FieldDescriptions())
				if err != nil {
					return err
				}
				found = append(found, values)
			}
			return rows.Err()
		})
	})
	if err != nil {
		return err
	}
	for _, values := range found {
		if err := do(&storage.Row{Values: values}); err != nil {
			return err
		}
	}
	return nil
}

// valuesOf are the values of a row as package storage has them. They come in the server's
// binary form (https://www.postgresql.org/docs/current/protocol-overview.html).
func valuesOf(types *pgtype.Map, raw [][]byte, fields []pgconn.FieldDescription) ([]driver.Value, error) {
	values := make([]driver.Value, len(raw))
	for i, data := range raw {
		if data == nil {
			continue
		}
		switch fields[i].DataTypeOID {
		case pgtype.Int8OID:
			values[i] = int64(binary.BigEndian.Uint64(data))
		case pgtype.Int4OID:
			values[i] = int64(int32(binary.BigEndian.Uint32(data)))
		case pgtype.BoolOID:
			values[i] = int64(data[0])
		case pgtype.TextOID, pgtype.VarcharOID, pgtype.UnknownOID:
			values[i] = fromText(string(data))
		case pgtype.NumericOID: // a sum
			var sum pgtype.Int8
			if err := types.Scan(pgtype.NumericOID, pgtype.BinaryFormatCode, data, &sum); err != nil {
				return nil, err
			}
			values[i] = sum.Int64
		default:
			return nil, fmt.Errorf("postgres: column %s has the type %d", fields[i].Name, fields[i].DataTypeOID)
		}
	}
	return values, nil
}
