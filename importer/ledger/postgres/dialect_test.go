package postgres

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgtype"
)

func TestTranslated(t *testing.T) {
	for query, want := range map[string]string{
		`SELECT 1`: `SELECT 1`,
		`SELECT job FROM jobs WHERE id = ? AND job <> ?`:                           `SELECT job FROM jobs WHERE id = $1 AND job <> $2`,
		`SELECT job FROM jobs WHERE job = ?2 OR ?2 = ?1`:                           `SELECT job FROM jobs WHERE job = $2 OR $2 = $1`,
		`UPDATE rows SET x = ? WHERE number IN (SELECT value FROM json_each(?))`:   `UPDATE rows SET x = $1 WHERE number IN (SELECT value::bigint FROM json_array_elements_text($2::json))`,
		`SET finished_at = max(finished_at, ?), lease_until = max(lease_until, ?)`: `SET finished_at = greatest(finished_at, $1), lease_until = greatest(lease_until, $2)`,
		`SELECT max(lease_until) FROM runs`:                                        `SELECT max(lease_until) FROM runs`,
	} {
		if got := translated(query); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", query, got, want)
		}
	}
}

// TestOtherwise: what PostgreSQL says otherwise is still said in package ledger.
func TestOtherwise(t *testing.T) {
	files, err := filepath.Glob("../*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("got %d files, %v", len(files), err)
	}
	var all strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	for i := 0; i < len(otherwise); i += 2 {
		if !strings.Contains(all.String(), otherwise[i]) {
			t.Errorf("no statement of the ledger has %q", otherwise[i])
		}
	}
}

func TestNewMany(t *testing.T) {
	number, text, small := uint32(pgtype.Int8OID), uint32(pgtype.TextOID), uint32(pgtype.Int4OID)
	for name, test := range map[string]struct {
		query string
		types []uint32
		want  string
	}{
		"update": {`UPDATE rows SET a = ?, b = coalesce(?, b) WHERE job = ? AND c IS NULL`, []uint32{small, text, number},
			`UPDATE rows SET a = v.p1, b = coalesce(v.p2, b) FROM unnest($1::integer[], $2::text[], $3::bigint[]) AS v(p1, p2, p3) WHERE job = v.p3 AND c IS NULL`},
		"insert": {`INSERT INTO rows (job, input) VALUES (?, ?)`, []uint32{number, text},
			`INSERT INTO rows (job, input) SELECT v.p1, v.p2 FROM unnest($1::bigint[], $2::text[]) AS v(p1, p2)`},
	} {
		if got := newMany(test.query, test.types).text; got != test.want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, test.want)
		}
	}
}

// TestTexts: what a text of PostgreSQL can't hold comes back as it was, and no two texts
// become the same.
func TestTexts(t *testing.T) {
	seen := make(map[string]string)
	for _, s := range []string{"", "a", "é", "a\x00b", "\xff", "\xe9t\xe9", wrapped, wrapped + "YQ==", toText("\xff"), "\x01"} {
		text := toText(s)
		if got := fromText(text); got != s {
			t.Errorf("%q: got %q back", s, got)
		}
		if other, twice := seen[text]; twice {
			t.Errorf("%q and %q are both kept as %q", s, other, text)
		}
		seen[text] = s
	}
}

func FuzzTexts(f *testing.F) {
	f.Add("a\x00", "b")
	f.Fuzz(func(t *testing.T, a, b string) {
		if fromText(toText(a)) != a || (toText(a) == toText(b)) != (a == b) {
			t.Errorf("%q, %q", a, b)
		}
	})
}
