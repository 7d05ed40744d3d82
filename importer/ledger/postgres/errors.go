package postgres

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"

	"sent-import/importer/ledger/storage"
)

// brokenError is an error with which a connection ended, or could not be had: the same can be
// tried again.
type brokenError struct{ err error }

func (e *brokenError) Error() string { return e.err.Error() }

func (e *brokenError) Unwrap() error { return e.err }

// codeOf is the server's code of an error, five characters
// (https://www.postgresql.org/docs/current/errcodes-appendix.html); "" for an error that is
// not the server's.
func codeOf(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) && len(e.Code) == 5 {
		return e.Code
	}
	return ""
}

// Passing reports whether the server's error says that the same can succeed a moment later.
func Passing(err error) bool {
	switch code := codeOf(err); code {
	case "40001", "40P01", // serialization failure, deadlock
		"25006",                            // read-only: a standby that is about to take over
		"25P03",                            // idle in transaction for too long
		"53000", "53200", "53300", "53400", // no memory, too many connections, a limit of the server's
		"55006",          // a database that is being copied
		"55P03", "57014", // a lock that took too long, a statement that was cancelled: limits that an administrator has set
		"57P01", "57P02", "57P03", "57P05": // shutdown, crash, starting up, idle session
		return true
	default:
		return len(code) == 5 && code[:2] == "08" // of the connection
	}
}

// refused reports whether the server has refused a connection for good: a wrong password,
// or a database that is not there.
func refused(err error) bool {
	switch code := codeOf(err); {
	case code == "":
		return false
	default:
		return code[:2] == "28" || code == "3D000" || code == "42501"
	}
}

// explain marks the server's errors with those of package storage.
func explain(err error) error {
	mark := func(what error) error {
		if errors.Is(err, what) {
			return err
		}
		return fmt.Errorf("%w: %w", what, err)
	}
	var broken *brokenError
	switch code := codeOf(err); {
	case errors.As(err, &broken):
		return mark(storage.ErrUnreachable)
	case code == "53100":
		return mark(storage.ErrDiskFull)
	case code == "XX001", code == "XX002", // damaged data, or a damaged index
		code == "42P01", code == "42703": // the tables are not the ones that our statements are written for
		return mark(storage.ErrDamaged)
	}
	return err
}
