package postgres

import (
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// idleInTransaction is how long the server lets a transaction wait for its holder, which
	// may be suspended or cut off, before it ends the session: the row of the pool is locked
	// meanwhile.
	idleInTransaction = 10 * time.Second
	// unanswered is how long the server waits for a client to confirm what was sent to it,
	// and keepaliveIdle, keepaliveEvery and keepalives have it ask one that says nothing:
	// after a minute it ends the session. Without them a machine that is gone keeps some
	// thirty sessions for two hours, and a few such machines leave no room for others.
	unanswered     = time.Minute
	keepaliveIdle  = 30 * time.Second
	keepaliveEvery = 10 * time.Second
	keepalives     = 3
)

// EndAbandoned has the server end sessions whose client is gone, or holds up a transaction.
func EndAbandoned(c *pgx.ConnConfig) {
	for name, value := range map[string]int64{
		"idle_in_transaction_session_timeout": idleInTransaction.Milliseconds(),
		"tcp_user_timeout":                    unanswered.Milliseconds(),
		"tcp_keepalives_idle":                 int64(keepaliveIdle.Seconds()),
		"tcp_keepalives_interval":             int64(keepaliveEvery.Seconds()),
		"tcp_keepalives_count":                keepalives,
	} {
		c.RuntimeParams[name] = strconv.FormatInt(value, 10)
	}
}
