package ledger

// migrations[i] takes the schema of the file from version i to i+1. They only ever go
// forward and are never edited once released: a new version appends, here and to the
// migrations of package postgres.
var migrations = [...]string{
	`
CREATE TABLE accounts (          -- which account an API key belongs to
	fingerprint TEXT NOT NULL,   -- a hash of the key; the key itself is never stored
	base_url    TEXT NOT NULL,
	account     TEXT NOT NULL,   -- '' where the API does not tell
	PRIMARY KEY (fingerprint, base_url)
) STRICT, WITHOUT ROWID;

CREATE TABLE jobs (
	job          INTEGER PRIMARY KEY AUTOINCREMENT,  -- a dropped job's number is not used again
	id           TEXT NOT NULL UNIQUE,
	generation   INTEGER NOT NULL,
	state        TEXT NOT NULL CHECK (state IN ('planning', 'planned')),
	base_url     TEXT NOT NULL,
	profile      TEXT NOT NULL,
	sandbox      INTEGER NOT NULL,
	account      TEXT NOT NULL,
	input_path   TEXT NOT NULL,
	input_name   TEXT NOT NULL,
	input_bytes  INTEGER NOT NULL,
	input_sha256 TEXT NOT NULL,
	meaning      TEXT NOT NULL,  -- JSON: the options that decide what a row means
	layout       TEXT NOT NULL,  -- JSON: header, delimiter and columns as the plan found them
	row_count    INTEGER NOT NULL,
	created_at   INTEGER NOT NULL
) STRICT;

CREATE TABLE runs (
	job          INTEGER NOT NULL,
	run          INTEGER NOT NULL,
	started_at   INTEGER NOT NULL,
	finished_at  INTEGER NOT NULL,  -- of the last commit, until the run has ended
	lease_until  INTEGER NOT NULL,  -- no request starts after this, on our clock
	offset_low   INTEGER,           -- the server's clock minus ours, ms: at least
	offset_high  INTEGER,           -- and at most
	creates      INTEGER NOT NULL,
	lookups      INTEGER NOT NULL,
	lists        INTEGER NOT NULL,
	mes          INTEGER NOT NULL,
	retries      INTEGER NOT NULL,
	rate_limited INTEGER NOT NULL,
	PRIMARY KEY (job, run)
) STRICT, WITHOUT ROWID;

CREATE TABLE rows (
	job          INTEGER NOT NULL,
	number       INTEGER NOT NULL,
	line         INTEGER NOT NULL,
	input        TEXT NOT NULL,
	phone        INTEGER,           -- the digits of the E.164 number
	status       TEXT NOT NULL,
	reason       TEXT NOT NULL,
	duplicate_of INTEGER,           -- a line
	contact_id   TEXT,
	http_status  INTEGER,
	error_code   TEXT,
	message      TEXT,
	request_id   TEXT,
	attempts     INTEGER NOT NULL DEFAULT 0,
	key_number   INTEGER NOT NULL DEFAULT 1,  -- 2 and up after a burnt key
	settled_at   INTEGER,
	claimed_run  INTEGER,           -- set while a request may be under way
	claimed_at   INTEGER,           -- on our clock
	windows      TEXT,              -- when lost requests can have arrived, on the server's clock
	PRIMARY KEY (job, number)
) STRICT, WITHOUT ROWID;
`,
	`
CREATE TABLE listings (          -- how far the account's list of contacts was read for a job
	job        INTEGER PRIMARY KEY,
	page_size  INTEGER NOT NULL, -- contacts that a page was asked for
	pages      INTEGER NOT NULL, -- read, from the first on and without a gap
	started_at INTEGER NOT NULL, -- when the first page was read, on our clock
	complete   INTEGER NOT NULL  -- 1: there was nothing more to read
) STRICT;
`,
	`
CREATE TABLE lags (              -- of the clock that dates an API's contacts behind the one that dates its answers
	base_url TEXT NOT NULL PRIMARY KEY,
	lag      INTEGER NOT NULL    -- ms
) STRICT, WITHOUT ROWID;
`,
	// Since then lags is not used, offset_low and offset_high are of all offsets
	// together, and rows.windows holds spans: see Span.
	`
ALTER TABLE runs ADD COLUMN offsets TEXT; -- of the server's clock minus ours, each that was known: "low/high,…", ms
ALTER TABLE runs ADD COLUMN datings TEXT; -- of the clock that dates contacts minus the server's: "low/high/creations,…", ms
`,
	`
CREATE TABLE counts (            -- how many rows of a job have a reason, so that they are counted once
	job       INTEGER NOT NULL,
	reason    TEXT NOT NULL,
	row_count INTEGER NOT NULL,
	state     TEXT NOT NULL,     -- of the job's runs before the rows were counted; another state now: these counts are old
	PRIMARY KEY (job, reason)
) STRICT, WITHOUT ROWID;
ALTER TABLE runs ADD COLUMN commits INTEGER NOT NULL DEFAULT 0;  -- in which rows can have changed
`,
	`
CREATE TABLE reports (           -- where the runs of a job write its report
	job INTEGER PRIMARY KEY,
	dir TEXT NOT NULL            -- absolute; any bytes
) STRICT;
`,
	`
ALTER TABLE rows ADD COLUMN mark TEXT; -- of a row whose contact is to be marked as opted out: 'wanted', and the row's reason once the contact is there
ALTER TABLE runs ADD COLUMN gets INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN marks INTEGER NOT NULL DEFAULT 0;

CREATE TABLE patches (           -- contacts that a job has marked, or is about to mark, which changes their updated_at
	contact_id     TEXT NOT NULL,
	job            INTEGER NOT NULL,
	updated_before TEXT NOT NULL, -- as the API showed it; '' for null
	updated_after  TEXT NOT NULL, -- '' while that is not known
	PRIMARY KEY (contact_id, job)
) STRICT, WITHOUT ROWID;
`,
	`
ALTER TABLE rows ADD COLUMN dates TEXT; -- of a created contact, as the API showed them then: see datesText
ALTER TABLE runs ADD COLUMN deletes INTEGER NOT NULL DEFAULT 0;

CREATE TABLE undos (             -- jobs whose contacts are being deleted, or were
	job         INTEGER PRIMARY KEY,
	started_at  INTEGER NOT NULL,
	finished_at INTEGER,         -- NULL while contacts are left to be deleted
	lost_at     INTEGER          -- when a deletion was met last whose answer was lost
) STRICT;

CREATE TABLE undone (            -- what became of the contacts of their rows
	job        INTEGER NOT NULL,
	number     INTEGER NOT NULL,
	result     TEXT NOT NULL,
	message    TEXT,
	intended   INTEGER NOT NULL, -- 1: a deletion may have been sent, and its answer is not known
	PRIMARY KEY (job, number)
) STRICT, WITHOUT ROWID;
`,
	`
ALTER TABLE accounts ADD COLUMN told TEXT; -- what the API has said of the account beside its id; NULL: it was not asked for that
`,
	// Since then rows.input is '' where the cell is the number in E.164, with its +, and
	// rows.dates may have the short form of packDate. An older program would not know.
	`SELECT 1;`,
	`
CREATE TABLE timelines (         -- when the requests of a job were sent, for its report
	job      INTEGER PRIMARY KEY,
	timeline TEXT NOT NULL       -- as package timeline writes it; what can't be read is as good as none
) STRICT;
`,
	`
CREATE TABLE lists (             -- that people give names, for metrics
	list         TEXT NOT NULL PRIMARY KEY,
	job          INTEGER NOT NULL, -- the newest; it may have been dropped
	completed_at INTEGER,          -- when a run of the list was complete last
	succeeded_at INTEGER           -- when one left nothing to anybody last
) STRICT, WITHOUT ROWID;
`,
	// Since then rows.reason is '' for created/created. An older program would not know.
	`SELECT 1;`,
}
