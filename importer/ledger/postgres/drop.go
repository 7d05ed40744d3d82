package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// jobTables are the tables that have something of a job, the job's own last.
var jobTables = [...]string{"rows", "runs", "listings", "counts", "reports", "patches", "undone", "undos", "timelines", "jobs"}

// Drop removes a job with all that the ledger has of it, in a transaction of the caller's, who
// sees to it that nobody works on the job meanwhile. A job that is not there is no error.
func Drop(ctx context.Context, tx pgx.Tx, id string) error {
	var job int64
	err := tx.QueryRow(ctx, `SELECT job FROM jobs WHERE id = $1`, id).Scan(&job)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	for _, table := range jobTables {
		if err == nil {
			_, err = tx.Exec(ctx, `DELETE FROM `+table+` WHERE job = $1`, job)
		}
	}
	if err != nil {
		return fmt.Errorf("remove the rows of job %s: %w", id, err)
	}
	return nil
}
