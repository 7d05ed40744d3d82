package phone

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"strings"
	"sync"
	"testing"
)

// tableCell is one line of the table of cells: see testdata/generate/README.md.
type tableCell struct {
	group  string // "writing", "dirt", "changed" or "damage"
	name   string // of the writing, the dirt and what it lies on, the change or the damage
	region string
	cell   string
	want   string // a number or a reason; "?" if only the oracle can know
	oracle string // the number that Google's library makes of the cell; "" if it makes none
}

const tableFile = "testdata/cells.tsv.gz"

// table reads the committed table; it never asks the oracle itself.
var table = sync.OnceValues(func() ([]tableCell, error) {
	file, err := os.Open(tableFile)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	plain, err := gzip.NewReader(file)
	if err != nil {
		return nil, err
	}
	var cells []tableCell
	lines := bufio.NewScanner(plain)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		c, err := parseTableCell(lines.Text())
		if err != nil {
			return nil, err
		}
		cells = append(cells, c)
	}
	return cells, lines.Err()
})

func parseTableCell(line string) (tableCell, error) {
	field := strings.Split(line, "\t")
	c := tableCell{group: field[0], name: field[1], region: field[2], want: field[4], oracle: field[5]}
	switch c.oracle {
	case "-":
		c.oracle = ""
	case "=":
		c.oracle = c.want
	}
	return c, json.Unmarshal([]byte(`"`+field[3]+`"`), &c.cell)
}

func tableCells(t *testing.T) []tableCell {
	t.Helper()
	cells, err := table()
	if err != nil {
		t.Fatal(err)
	}
	return cells
}

// ours is the result of this package: a number or a reason.
func (c tableCell) ours() string {
	r := Normalize(c.cell, c.region, Options{})
	if r.E164 != "" {
		return r.E164
	}
	return string(r.Reason)
}

// damageExceptions are the cells whose reason comes from another reading.
var damageExceptions = map[string]string{
	// 8 was the trunk prefix of Lithuania, and what follows it here has the right
	// length, so this is a wrong number rather than a long one.
	"+370808123457": invalid,
}

// Every damaged cell has the reason that its damage gives it.
func TestDamagedCellsOfTheTable(t *testing.T) {
	kinds, wrong := make(map[string]int), 0
	for _, c := range tableCells(t) {
		if c.group != "damage" {
			continue
		}
		kinds[c.name]++
		want := c.want
		if other, ok := damageExceptions[c.cell]; ok {
			want = other
		}
		got := c.ours()
		if got == want {
			continue
		}
		if wrong++; wrong <= maxShown {
			t.Errorf("%s: %q in %q: got %s, want %s", c.name, c.cell, c.region, got, want)
		}
	}
	if len(kinds) < 25 {
		t.Errorf("got %d kinds of damage, want 25 or more", len(kinds))
	}
}

// The head of the table names the versions that were compared, so that a new version
// of the library in go.mod needs a new table.
func TestTableNamesItsLibraries(t *testing.T) {
	module, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	const library = "github.com/nyaruka/phonenumbers "
	_, rest, _ := strings.Cut(string(module), library)
	version, _, _ := strings.Cut(rest, "\n")
	head := strings.Join(tableHead(t), "\n")
	if !strings.Contains(head, library+version) || !strings.Contains(head, "google-libphonenumber ") {
		t.Errorf("got the head %q, want the oracle and %s%s: see testdata/generate/README.md", head, library, version)
	}
}

// tableHead returns the lines of the table that begin with #.
func tableHead(t *testing.T) []string {
	t.Helper()
	file, err := os.Open(tableFile)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	plain, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var head []string
	lines := bufio.NewScanner(plain)
	for lines.Scan() && strings.HasPrefix(lines.Text(), "#") {
		head = append(head, lines.Text())
	}
	return head
}
