package queue

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// Away reports whether an error says that the database can't be reached now, or that it
// ends or starts: the same again may succeed.
func Away(err error) bool {
	var refused *pgconn.PgError
	if errors.As(err, &refused) { // class 08: connections; 57P: it is shut down, or starts; 53300: too many
		return strings.HasPrefix(refused.Code, "08") || strings.HasPrefix(refused.Code, "57P") || refused.Code == "53300" ||
			refused.Code == "25P03" || refused.Code == "40001" || refused.Code == "40P01" // cut off while idle; the other of two was taken
	}
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, context.DeadlineExceeded) || pgconn.SafeToRetry(err) || strings.Contains(err.Error(), "conn closed")
}
