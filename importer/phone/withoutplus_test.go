package phone

import (
	"fmt"
	"os"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"

	"sent-import/importer/testenv"
)

// largest are the regions of the 40 calling codes with the most people.
var largest = strings.Fields(`
	IN CN US ID PK NG BR BD RU ET MX JP EG PH CD VN IR TR DE TH
	TZ GB FR ZA IT KE MM CO KR SD UG ES DZ IQ AR AF PL UA MA SA`)

// someOfTheLargest returns all of them, or with the race detector every tenth.
func someOfTheLargest() []string {
	step := testenv.Size(1, 10)
	var some []string
	for i, region := range largest {
		if i%step == 8%step { // Russia, Germany, South Korea, Morocco
			some = append(some, region)
		}
	}
	return some
}

// withoutPlus is what comes of a list without + in one country: how many rows, and of
// them how many have their own number, and how many another one, in each reading.
type withoutPlus struct {
	region        string
	rows          int
	decided       bool
	column        tally
	header        tally
	cell          tally
	international tally
}

type tally struct{ right, other int }

func (n *tally) add(r Result, want string) {
	switch r.E164 {
	case want:
		n.right++
	case "":
	default:
		n.other++
	}
}

// listWithoutPlus returns the numbers of a list as people have them: two mobile
// numbers for each fixed line, and in every fiftieth row a number of another country.
func listWithoutPlus(region string) []string {
	const rows = 200
	own := newGenerator(region, 1)
	var list []string
	for i := range rows {
		g, pattern := own, own.mobile
		if i%3 == 2 {
			pattern = own.fixed
		}
		if i%50 == 49 {
			abroad := largest[(slices.Index(largest, region)+1+i)%len(largest)]
			g = newGenerator(abroad, uint64(i))
			pattern = g.mobile
		}
		if nsn := g.number(pattern); nsn != "" {
			list = append(list, newNumber(g.plan.code, nsn).e164())
		}
	}
	return list
}

// isDecided reports what the contract says of a column: of at least 20 cells with a
// testimony, 95 % begin with their own calling code and are valid so.
func isDecided(list []string, region string) bool {
	cells, own := 0, 0
	for _, e164 := range list {
		switch Witness(e164[1:], region, Options{}) {
		case OwnValid:
			cells, own = cells+1, own+1
		case OwnInvalid, Foreign:
			cells++
		}
	}
	return cells >= 20 && own*100 >= cells*95
}

func measureWithoutPlus(region string) withoutPlus {
	list := listWithoutPlus(region)
	m := withoutPlus{region: region, rows: len(list), decided: isDecided(list, region)}
	for _, e164 := range list {
		cell := e164[1:]
		m.column.add(Normalize(cell, region, Options{Numbers: ByColumn}), e164)
		m.header.add(Normalize(cell, region, Options{Numbers: ByHeader}), e164)
		m.cell.add(Normalize(cell, region, Options{}), e164)
		m.international.add(Normalize(cell, region, Options{Numbers: International}), e164)
	}
	return m
}

func (m withoutPlus) line() string {
	share := func(n tally) string { return fmt.Sprintf("%.1f\t%d", 100*float64(n.right)/float64(m.rows), n.other) }
	return fmt.Sprintf("+%d\t%s\t%d\t%s\t%s\t%s\t%s", planOf(m.region).code, m.region, m.rows, share(m.column), share(m.header), share(m.international), share(m.cell))
}

const withoutPlusFile = "testdata/withoutplus.tsv"

// Lists of the 40 largest calling codes whose numbers are written without +, with a
// country column: their columns are decided, at least 95 % of the rows come out as the
// number that they are with +, and none as another.
func TestPitfall37ListsOfTheLargestCallingCodes(t *testing.T) {
	if len(largest) != 40 {
		t.Errorf("got %d countries, want 40", len(largest))
	}
	lines := []string{
		"# Lists without +, with a country column: % of the rows that are the same number as with +, and how many are another. Written by",
		"# go test ./importer/phone -run TestPitfall37ListsOfTheLargestCallingCodes -update",
		"# code\tcountry\trows\tcolumn: same\tother\theader: same\tother\tinternational: same\tother\tcell: same\tother",
	}
	for _, region := range someOfTheLargest() {
		m := measureWithoutPlus(region)
		lines = append(lines, m.line())
		if m.rows < 190 || !m.decided {
			t.Errorf("%s: got %d rows, decided %t, want 190 or more whose column is decided", region, m.rows, m.decided)
		}
		for name, n := range map[string]tally{"column": m.column, "header": m.header, "international": m.international} {
			if n.other != 0 || n.right*100 < m.rows*95 {
				t.Errorf("%s, by %s: got %d of %d rows with their number and %d with another, want 95 %% and 0", region, name, n.right, m.rows, n.other)
			}
		}
	}
	if !testenv.Race {
		checkTable(t, withoutPlusFile, strings.Join(lines, "\n")+"\n")
	}
}

// checkTable compares a table with the committed one, or writes it with -update.
func checkTable(t *testing.T, file, table string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(table), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if table != string(want) {
		t.Errorf("the table is not that of %s: %s; look at it, then run with -update", file, firstDifference(table, string(want)))
	}
}

// What a spreadsheet may have done costs at most 0.1 % of the mobile numbers and 3 % of
// the fixed lines of each country, in four writings. All the cost is on fixed lines
// written without + and without the 0 before the area code, of which it is 5 % at most.
func TestPitfall53CostOfTheSpreadsheetRules(t *testing.T) {
	for _, region := range someOfTheLargest() {
		g := newGenerator(region, 2)
		checkCost(t, g, "mobile", g.list(g.mobile), 0.001)
		checkCost(t, g, "fixed line", g.list(g.fixed), 0.03)
	}
}

func checkCost(t *testing.T, g *generator, kind string, numbers []string, most float64) {
	t.Helper()
	cells, refused := 0, 0
	for _, nsn := range numbers {
		for _, cell := range []string{nsn, g.plan.trunk + nsn, g.plan.digits + nsn, "+" + g.plan.digits + nsn} {
			cells++
			w, _ := write(cell)
			if w.decide(g.plan, Options{}).E164 != "" && Normalize(cell, g.plan.region, Options{}).E164 == "" {
				refused++
			}
		}
	}
	if cells == 0 || float64(refused) > most*float64(cells) {
		t.Errorf("%s, %s: got %d of %d refused, want %.1f %% at most", g.plan.region, kind, refused, cells, 100*most)
	}
}

// list returns up to 100 numbers by the pattern.
func (g *generator) list(pattern *syntax.Regexp) []string {
	var all []string
	for range 100 {
		if nsn := g.number(pattern); nsn != "" {
			all = append(all, nsn)
		}
	}
	return all
}

// With International every bare cell of the table is read as the same cell with +, but
// for digits that are lost, and for dates.
func TestPitfall37InternationalIsAsWithPlus(t *testing.T) {
	compared, step := 0, testenv.Size(1, 10)
	for i, c := range tableCells(t) {
		if i%step != 0 || !isBareCell(c.cell, c.region) {
			continue
		}
		compared++
		want := Normalize("+"+c.cell, c.region, Options{})
		want.Hint = strings.TrimSuffix(want.Hint, beganWithPlus)
		if got := Normalize(c.cell, c.region, Options{Numbers: International}); got != want {
			t.Errorf("%q in %q: got %+v, want %+v as with +", c.cell, c.region, got, want)
		}
	}
	if compared < 10_000/step {
		t.Errorf("compared %d cells, want %d or more", compared, 10_000/step)
	}
}

// isBareCell reports whether a cell holds one number without a prefix, and is no date
// and no number with lost digits.
func isBareCell(cell, region string) bool {
	text, fault := telephone(cell)
	if fault.Reason != "" || !isDigit(text[0]) || text[0] == '0' {
		return false
	}
	w, ok := write(text)
	p, _ := Options{}.plan(region)
	return ok && w.isBare(p) && !Options{}.hasLostDigits(text, w)
}
