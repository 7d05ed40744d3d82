package sqlite

import (
	"database/sql"
	"errors"
	"fmt"

	"sent-import/importer/ledger/storage"
)

// applicationID marks the file as ours in SQLite's header ("SImp").
const applicationID = 0x53496d70

// migrate migrates the file to the newest version of the schema. Two processes that
// open an old file at once take turns.
func migrate(db *sql.DB, migrations []string) (err error) {
	conn, err := db.Conn(background())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	version, err := schemaVersion(conn, len(migrations))
	if err != nil || version == len(migrations) {
		return err
	}
	if _, err := conn.ExecContext(background(), "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if err := migrateLocked(conn, migrations); err != nil {
		_, _ = conn.ExecContext(background(), "ROLLBACK")
		return err
	}
	_, err = conn.ExecContext(background(), "COMMIT")
	return err
}

func migrateLocked(conn *sql.Conn, migrations []string) error {
	version, err := schemaVersion(conn, len(migrations)) // again: another process may have been faster
	if err != nil {
		return err
	}
	for _, statements := range migrations[version:] {
		if _, err := conn.ExecContext(background(), statements); err != nil {
			return err
		}
	}
	_, err = conn.ExecContext(background(), fmt.Sprintf(
		"PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, len(migrations)))
	return err
}

// schemaVersion returns the version of the file's schema, 0 for an empty database. A
// file that is no ledger is [storage.ErrDamaged]; a version higher than newest is [storage.ErrNewer].
func schemaVersion(conn *sql.Conn, newest int) (int, error) {
	var app, version, tables int
	err := conn.QueryRowContext(background(), `SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)
		FROM pragma_application_id, pragma_user_version`).Scan(&app, &version, &tables)
	switch {
	case err != nil:
		return 0, err
	case app == 0 && version == 0 && tables == 0:
		return 0, nil
	case app != applicationID || version < 1:
		return 0, fmt.Errorf("%w: it is a database, but not a ledger of sent-import", storage.ErrDamaged)
	case version > newest:
		return 0, fmt.Errorf("%w (schema %d, this version knows up to %d): update sent-import", storage.ErrNewer, version, newest)
	}
	return version, nil
}
