package queue

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

func TestAway(t *testing.T) {
	for want, codes := range map[bool][]string{
		true:  {"08006", "25006", "25P03", "40001", "40P01", "53100", "53200", "53300", "55P03", "57014", "57P01", "57P02", "57P03"},
		false: {"22021", "23505", "28P01", "42P01", "XX001"},
	} {
		for _, code := range codes {
			if got := Away(fmt.Errorf("write: %w", &pgconn.PgError{Code: code})); got != want {
				t.Errorf("%s: got %t, want %t", code, got, want)
			}
		}
	}
	for err, want := range map[error]bool{io.EOF: true, io.ErrUnexpectedEOF: true, context.DeadlineExceeded: true, errors.New("conn closed"): true, errors.New("no such import"): false} {
		if got := Away(err); got != want {
			t.Errorf("%v: got %t, want %t", err, got, want)
		}
	}
}
