package sqlite

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sent-import/importer/ledger/storage"
)

// Who else can get at the ledger decides whether it is opened.
func TestAttack15WhoCanGetAtTheLedger(t *testing.T) {
	for _, c := range []struct {
		name    string
		part    string
		mode    fs.FileMode
		refused string // the command that is named
		notice  string
	}{
		{name: "ours alone", mode: 0o700},
		{name: "others may look into the directory", mode: 0o755},
		{name: "others may enter", mode: 0o701},
		{name: "others write to the directory", mode: 0o777, refused: "chmod 700 "},
		{name: "sticky", mode: 0o777 | fs.ModeSticky, refused: "chmod 700 "},
		{name: "fsGroup", mode: 0o770 | fs.ModeSetgid, notice: "group"},
		{name: "others write to the spool", part: "spool", mode: 0o777, refused: "chmod 700 "},
		{name: "others write to the locks", part: "locks", mode: 0o703, refused: "chmod 700 "},
		{name: "others read the ledger", part: FileName, mode: 0o644, refused: "chmod 600 "},
		{name: "others write the ledger", part: FileName, mode: 0o602, refused: "chmod 600 "},
		{name: "the group reads the ledger", part: FileName, mode: 0o660, notice: "group"},
		{name: "others read the log", part: FileName + walSuffix, mode: 0o604, refused: "chmod 600 "},
		{name: "others read the index", part: FileName + indexSuffix, mode: 0o604, refused: "chmod 600 "},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "state")
			db := openTest(t, dir)
			defer db.Close()
			must(t, "Write", storage.Write(db, insert(1))) // with it comes a log
			must(t, "Mkdir", os.MkdirAll(filepath.Join(dir, "locks"), 0o700))
			must(t, "Mkdir", os.MkdirAll(filepath.Join(dir, "spool"), 0o700))
			path := filepath.Join(dir, c.part)
			must(t, "Chmod", os.Chmod(path, c.mode))
			notice, err := checkAccess(dir)
			if (c.refused != "") != (err != nil) || err != nil && !strings.Contains(err.Error(), c.refused+path) {
				t.Errorf("got %v, want %q", err, c.refused)
			}
			if (c.notice != "") != (notice != "") || !strings.Contains(notice, c.notice) {
				t.Errorf("got the notice %q, want %q in it", notice, c.notice)
			}
			if c.refused == "" {
				return
			}
			if other, err := Open(dir, testSchema); err == nil {
				t.Error("Open: got no error")
				must(t, "Close", other.Close())
			}
		})
	}
}
