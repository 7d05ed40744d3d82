package queue

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// Away reports whether an error says that the database can't be reached or take a write now,
// or that it ends or starts: the same again may succeed.
func Away(err error) bool {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return passing(refused.Code)
	}
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, context.DeadlineExceeded) || pgconn.SafeToRetry(err) || strings.Contains(err.Error(), "conn closed")
}

// passing reports whether a code of the server's is of what passes
// (https://www.postgresql.org/docs/current/errcodes-appendix.html).
func passing(code string) bool {
	switch code {
	case "25006", "25P03", // it only reads, as a standby that takes over; cut off while idle
		"40001", "40P01", // the other of two was taken
		"55006", "55P03", "57014": // the database is being copied; a lock or a statement that took longer than the server allows
		return true
	}
	for _, class := range []string{"08", "53", "57P"} { // connections; no room, memory or connection left; it is shut down, or starts
		if strings.HasPrefix(code, class) {
			return true
		}
	}
	return false
}
