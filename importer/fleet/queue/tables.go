package queue

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// ErrOldTables says that Migrate has not been called, or by a version with an older River.
var ErrOldTables = errors.New("the database has no tables of the queue (River), or older ones")

// Migrate makes River's tables, or brings them up to date. Two at once fail: River takes no lock.
func Migrate(ctx context.Context, db *pgxpool.Pool) error {
	migrator, err := newMigrator(db)
	if err == nil {
		_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	}
	if err != nil {
		return fmt.Errorf("migrate River's tables: %w", err)
	}
	return nil
}

// Check returns ErrOldTables unless all that this version's River needs is there. What a newer
// River has added is no error: River keeps its tables fit for the versions before.
func Check(ctx context.Context, db *pgxpool.Pool) error {
	migrator, err := newMigrator(db)
	if err != nil {
		return err
	}
	found, err := migrator.Validate(ctx, nil)
	if err != nil {
		return fmt.Errorf("check River's tables: %w", err)
	}
	if !found.OK {
		return ErrOldTables
	}
	return nil
}

func newMigrator(db *pgxpool.Pool) (*rivermigrate.Migrator[pgx.Tx], error) {
	return rivermigrate.New(riverpgxv5.New(db), &rivermigrate.Config{Logger: quiet()})
}
