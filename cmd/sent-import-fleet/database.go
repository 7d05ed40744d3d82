package main

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"sent-import/importer"
	"sent-import/importer/fleet/pool"
	"sent-import/importer/fleet/queue"
	"sent-import/importer/ledger/postgres"
	"sent-import/importer/printable"
)

// databaseFlag says where the state is.
type databaseFlag struct {
	Database string `help:"The PostgreSQL database, such as postgres://user@host/imports; its password in the address, in PGPASSWORD or in a pgpass file." env:"SENT_IMPORT_DATABASE" placeholder:"URL"`
}

// storeFlag says where inputs and reports are.
type storeFlag struct {
	Store string `help:"Where inputs and reports are, seen by every worker: file:///DIR, or s3://BUCKET?region=REGION with the credentials where Amazon's tools look for them." env:"SENT_IMPORT_STORE" placeholder:"URL"`
}

// given returns an error unless an address of a database was given. The parser's text has no
// password in it.
func (f databaseFlag) given() error {
	if f.Database == "" {
		return &importer.UsageError{Message: "where is the database? Give --database URL, such as postgres://imports@db/imports, or set SENT_IMPORT_DATABASE"}
	}
	if _, err := pgxpool.ParseConfig(f.Database); err != nil {
		return &importer.UsageError{Message: "the address of the database: " + printable.Line(err.Error()) + "; give one such as postgres://imports@db/imports"}
	}
	return nil
}

// given returns an error unless an address of a store was given.
func (f storeFlag) given() error {
	switch scheme, _, _ := strings.Cut(f.Store, "://"); {
	case f.Store == "":
		return &importer.UsageError{Message: "where is the store? Give --store URL, such as file:///mnt/imports or s3://BUCKET?region=REGION, or set SENT_IMPORT_STORE"}
	case scheme != "file" && scheme != "s3" || !strings.Contains(f.Store, "://"):
		return &importer.UsageError{Message: "the store is neither file:///… nor s3://…: give one such as file:///mnt/imports or s3://BUCKET?region=REGION"}
	}
	return nil
}

// fleet is the open database of a command.
type fleet struct {
	db    *postgres.DB
	pools *pool.DB
}

// connectTime is how long a command waits for the database at its start.
const connectTime = 15 * time.Second

// open opens the database, whatever its tables are.
func (f databaseFlag) open(ctx context.Context, conns int) (*fleet, error) {
	if err := f.given(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	db, err := postgres.Open(ctx, f.Database, postgres.Options{Conns: conns})
	if err != nil {
		return nil, err
	}
	pools, err := pool.New(db.Pool())
	if err != nil {
		db.Close()
		return nil, err
	}
	return &fleet{db, pools}, nil
}

// use opens the database and makes sure that its tables are this version's.
func (f databaseFlag) use(ctx context.Context, conns int) (*fleet, error) {
	fl, err := f.open(ctx, conns)
	if err != nil {
		return nil, err
	}
	err = fl.pools.Check(ctx)
	if err == nil {
		err = fl.db.Check(ctx)
	}
	if err == nil {
		err = queue.Check(ctx, fl.db.Pool())
	}
	if err != nil {
		fl.close()
		return nil, err
	}
	return fl, nil
}

// few is how many connections a command has that only asks.
const few = 2

func (f *fleet) close() { f.db.Close() }

// extra opens connections that nothing else uses.
func (f databaseFlag) extra(ctx context.Context, conns int) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(f.Database)
	if err != nil {
		return nil, err
	}
	config.MaxConns = int32(conns)
	config.ConnConfig.RuntimeParams["application_name"] = "sent-import-fleet"
	config.ConnConfig.RuntimeParams["jit"] = "off" // as package postgres has it
	postgres.EndAbandoned(config.ConnConfig)
	return pgxpool.NewWithConfig(ctx, config)
}
