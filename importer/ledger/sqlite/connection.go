package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"time"

	_ "modernc.org/sqlite" // the driver
)

// FileName is the name of the ledger's file inside the state directory.
const FileName = "ledger.db"

// walSuffix names the write-ahead log beside the file, indexSuffix the memory
// that the processes share, which holds nothing that the other two don't.
const (
	walSuffix   = "-wal"
	indexSuffix = "-shm"
)

// walPages is how long the write-ahead log grows before SQLite copies it into the
// file: 16 MiB. SQLite's own default, a quarter of this, copies several times a
// second at a high rate.
const walPages = 4000

// busyTimeout is how long a write waits for another process's write. Plans
// commit every few thousand rows, so a wait is milliseconds; a minute is a
// machine in trouble.
const busyTimeout = time.Minute

// access is what a connection may do.
type access string

const (
	readOnly  access = "ro"
	readWrite access = "rw" // never creates a file: an empty one would pass for a new ledger
)

// openSQL opens connections to the file as they are needed.
func openSQL(path string, a access) (*sql.DB, error) {
	q := url.Values{}
	q.Add("mode", string(a))
	q.Add("_pragma", fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds()))
	q.Add("_pragma", "cell_size_check(1)") // finds a damaged page when it is read, not when it is used
	q.Add("_pragma", "temp_store(MEMORY)") // sorting and undoing need little: no directory for temporary files has to exist
	if a == readOnly {
		q.Add("_pragma", "cache_size(-256)") // KiB: rows are read once, in order
	} else {
		q.Add("_pragma", "journal_mode(WAL)")
		q.Add("_pragma", "synchronous(FULL)")
		q.Add("_pragma", fmt.Sprintf("wal_autocheckpoint(%d)", walPages))
		q.Add("_pragma", "fullfsync(1)") // macOS: fsync alone leaves the data in the drive's cache
	}
	return sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
}

// background is the context of all statements: a write that has begun is
// finished, and a caller that wants to stop stops before the next one.
func background() context.Context { return context.Background() }
