package queue

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"sent-import/importer/ledger/postgres"
)

// diskFull is PostgreSQL's code for it.
const diskFull = "53100"

// Away reports whether an error says that the database can't be reached or take a write now,
// or that it ends or starts: the same again may succeed.
func Away(err error) bool {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return postgres.Passing(err) || refused.Code == diskFull
	}
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, context.DeadlineExceeded) || pgconn.SafeToRetry(err) || strings.Contains(err.Error(), "conn closed")
}
