package postgres

import (
	"encoding/base64"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgtype"
)

// otherwise is what SQLite says, in whose words the statements of package ledger are, and
// after each what PostgreSQL says in its place. The last five are not about words: many
// accounts share the database, and what looks for a contact of one account must not read the
// rows of all others. An array is made before the rows are looked at, so that only those of
// its jobs are, whatever the planner takes for likely.
var otherwise = [...]string{
	"SELECT value FROM json_each(?)", "SELECT value::bigint FROM json_array_elements_text(?::json)",
	"max(finished_at, ", "greatest(finished_at, ",
	"max(lease_until, ", "greatest(lease_until, ",
	"max(coalesce(lost_at, 0), ", "greatest(coalesce(lost_at, 0), ",
	"WHERE job IN (SELECT job FROM runs WHERE finished_at", "WHERE job = ANY(ARRAY(SELECT job FROM runs WHERE finished_at",
	"AND job <> ?)", "AND job <> ? AND job IN (" + ofSameAccount + "?3)))",
	"AND job IN (\n\t\t\tSELECT job FROM jobs WHERE job < ?", "AND job = ANY(ARRAY(SELECT job FROM jobs WHERE job < ?",
	"coalesce(offset_high, ?) >= ?))", "coalesce(offset_high, ?) >= ?)))",
	"WHERE job > ?1 ", "WHERE job > ?1 AND job IN (" + ofSameAccount + "?1) ",
}

var replacer = strings.NewReplacer(otherwise[:]...)

// ofSameAccount are the jobs of the account of a job, and those that may be, as one of the
// two is not known; the job's place is to follow.
const ofSameAccount = `SELECT others.job FROM jobs AS others JOIN jobs AS mine ON mine.base_url = others.base_url
	AND (mine.account = others.account OR mine.account = '' OR others.account = '') WHERE mine.job = `

// translated is a statement in PostgreSQL's words, with its parameters: $1 for ?1, and the
// nth ? is $n.
func translated(query string) string {
	query = replacer.Replace(query)
	var b strings.Builder
	for n := 0; ; {
		before, after, found := strings.Cut(query, "?")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteByte('$')
		if query = after; after == "" || after[0] < '0' || after[0] > '9' {
			n++
			b.WriteString(strconv.Itoa(n))
		}
	}
}

// many is a statement for many rows.
type many struct {
	text  string
	types []uint32 // of the parameters of one row; those of the text are arrays of them
}

// newMany makes it of a statement for one row, UPDATE … SET … WHERE … or INSERT INTO …
// VALUES (…), whose parameters have the types.
func newMany(query string, types []uint32) many {
	names, arrays := make([]string, len(types)), make([]string, len(types))
	var b strings.Builder
	for i, part := range strings.Split(replacer.Replace(query), "?") {
		if b.WriteString(part); i < len(types) {
			names[i] = "p" + strconv.Itoa(i+1)
			arrays[i] = "$" + strconv.Itoa(i+1) + "::" + arrayOf(types[i])
			b.WriteString("v." + names[i])
		}
	}
	from := " FROM unnest(" + strings.Join(arrays, ", ") + ") AS v(" + strings.Join(names, ", ") + ")"
	if head, values, insert := strings.Cut(b.String(), "VALUES ("); insert {
		return many{head + "SELECT " + strings.TrimSuffix(values, ")") + from, types}
	}
	head, where, _ := strings.Cut(b.String(), " WHERE ")
	return many{head + from + " WHERE " + where, types}
}

func arrayOf(oid uint32) string {
	switch oid {
	case pgtype.Int8OID:
		return "bigint[]"
	case pgtype.Int4OID:
		return "integer[]"
	}
	return "text[]"
}

// texts remembers statements in PostgreSQL's words, by those of the ledger.
type texts struct {
	one  sync.Map // string → string
	many sync.Map // string → many
}

func (t *texts) of(query string) string {
	if text, ok := t.one.Load(query); ok {
		return text.(string)
	}
	text := translated(query)
	t.one.Store(query, text)
	return text
}

// A text of PostgreSQL holds no zero byte and only UTF-8, and a path, or a cell, may be
// anything. What it can't hold is kept in base64 behind wrapped, with which no other text
// begins.
const wrapped = "\x01base64:"

func toText(s string) string {
	if utf8.ValidString(s) && !strings.Contains(s, "\x00") && !strings.HasPrefix(s, wrapped) {
		return s
	}
	return wrapped + base64.StdEncoding.EncodeToString([]byte(s))
}

func fromText(text string) string {
	code, ok := strings.CutPrefix(text, wrapped)
	if !ok {
		return text
	}
	s, err := base64.StdEncoding.DecodeString(code)
	if err != nil {
		return text
	}
	return string(s)
}

// toArgument is an argument as pgx takes it.
func toArgument(a any) any {
	switch a := a.(type) {
	case int:
		return int64(a)
	case bool:
		if a {
			return int64(1)
		}
		return int64(0)
	case string:
		return toText(a)
	}
	return a
}
