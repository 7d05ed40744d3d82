package phone

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
)

var update = flag.Bool("update", false, "write testdata/disagreements.tsv anew")

// minAgreement is the least share of the cells on which this package and
// Google's library must agree, outside of the rules that are ours on purpose.
const minAgreement = 0.999

// rule explains why a cell has another result here than in Google's library.
type rule struct {
	name string
	why  string
	// faulty says that the library is right: such cells count against the
	// agreement. Otherwise the difference is intended.
	faulty bool
	// listed is how the committed list shows the cells.
	listed listing
	is     func(c tableCell, ours string) bool
}

type listing int

const (
	cellByCell listing = iota
	byDirt             // how many there are of each kind of dirt
	inOneLine          // how many there are
)

// rules are tried in this order. None of them depends on the result alone: each
// describes its cells, or uses the library's own answer.
func rules() []rule {
	return []rule{
		{"00 is +", "a cell that begins with 00 holds its calling code, in every country and without one; the library knows 00 only where people dial it",
			false, inOneLine, func(c tableCell, ours string) bool {
				return readsMore(c, ours) && strings.HasPrefix(digitsOf(cleaned(c.cell)), recommendedIDD)
			}},
		{"trunk zero", "a trunk zero that was left, with or without brackets, is taken off where the number is none with it; the library does so only in countries that dial a zero",
			false, inOneLine, func(c tableCell, ours string) bool {
				return readsMore(c, ours) && strings.Contains(c.name, "trunk")
			}},
		{"dirt", "characters that nobody sees, digits of all scripts, spreadsheet decimals and links are taken off before the number is read; the library reads the same writing without them",
			false, byDirt, func(c tableCell, ours string) bool { return readsMore(c, ours) && c.group == "dirt" }},
		{"own code", "the calling code without + is taken for one wherever only that makes a number; the library does so only for some lengths",
			false, cellByCell, func(c tableCell, ours string) bool {
				return readsMore(c, ours) && strings.Contains(c.name, "code without plus")
			}},
		{"decimals", "the zeros of a spreadsheet's decimals are no digits of the number; the library dials them",
			false, cellByCell, func(c tableCell, ours string) bool {
				return c.oracle != "" && ours == c.want && strings.HasPrefix(c.name, "decimal")
			}},
		{"two readings", "the cell is a number with the calling code without +, or with a bracketed zero, and also another one: the library takes the second without a word",
			false, cellByCell, func(c tableCell, ours string) bool {
				return ours == ambiguous && isValidHere(c.want) && isValidHere(c.oracle) && c.want != c.oracle
			}},
		{"number abroad", "with a + the digits are a mobile number of another country, and here they are none: the + may have been lost; the library takes the number at home",
			false, cellByCell, func(c tableCell, ours string) bool {
				return ours == ambiguous && isMobileHere("+"+digitsOf(cleaned(c.cell))) && !isMobileHere(c.oracle)
			}},
		{"rounded", "six digits and five zeros are what a spreadsheet makes of other digits",
			false, cellByCell, func(c tableCell, ours string) bool {
				whole, _ := cutDecimals(cleaned(c.cell))
				return ours == scientific && regexp.MustCompile(`^[1-9]\d{0,5}0{5,}$`).MatchString(whole)
			}},
		{"freephone of Russia", "the digits after 8~10 are a number abroad, and 810 8… as a whole is one of the freephone numbers that the metadata lists for +7",
			false, cellByCell, func(c tableCell, ours string) bool {
				digits := digitsOf(cleaned(c.cell))
				return ours == ambiguous && c.region == "RU" && strings.HasPrefix(digits, "8108") && isValidHere("+7"+digits)
			}},
		{"E.164 length", "an international number has 7 to 15 digits; the library's plans have a few shorter and longer ones, which cannot be reached from abroad",
			false, cellByCell, func(c tableCell, ours string) bool {
				n := len(c.oracle) - 1
				return ours[0] != '+' && n > 0 && (n < minDigits || n > maxDigits)
			}},
		{"slash", "a slash behind an area code is a separator, and so it is between groups of at most four digits; any other may separate two numbers, and the cell is phone_multiple",
			false, cellByCell, func(c tableCell, ours string) bool {
				return ours == multiple && strings.Contains(c.name, "slashes")
			}},
		{"metadata", "the library of go.mod has older metadata than the oracle for this range, which is no difference in reading",
			true, cellByCell, func(c tableCell, ours string) bool {
				return ours[0] != '+' && c.oracle != "" && !isValidHere(c.oracle)
			}},
	}
}

// readsMore reports whether the cell has its number here and none by the oracle.
func readsMore(c tableCell, ours string) bool { return c.oracle == "" && ours == c.want }

func cleaned(cell string) string {
	text, _ := clean(cell)
	return cutLink(text)
}

// isValidHere asks the library of go.mod about exactly this number.
func isValidHere(e164 string) bool {
	pn, err := phonenumbers.Parse(e164, "ZZ")
	return err == nil && phonenumbers.IsValidNumber(pn) && phonenumbers.Format(pn, phonenumbers.E164) == e164
}

// isMobileHere asks the library of go.mod whether this is a mobile number, or may be.
func isMobileHere(e164 string) bool {
	pn, err := phonenumbers.Parse(e164, "ZZ")
	if err != nil || !isValidHere(e164) {
		return false
	}
	typ := phonenumbers.GetNumberType(pn)
	return typ == phonenumbers.MOBILE || typ == phonenumbers.FIXED_LINE_OR_MOBILE
}

// explain returns the first rule that explains the cell, or nil.
func (c tableCell) explain(rules []rule, ours string) *rule {
	for i := range rules {
		if rules[i].is(c, ours) {
			return &rules[i]
		}
	}
	return nil
}

// line is the cell's line in the list, or the one under which it is counted.
func (r rule) line(c tableCell, ours string) string {
	switch r.listed {
	case byDirt:
		name, _, _ := strings.Cut(c.name, ";")
		return r.name + "\t" + name
	case inOneLine:
		return r.name
	}
	return fmt.Sprintf("%s\t%s\t%s\t%+q\t%s\t%s", r.name, c.name, c.region, c.cell, c.oracle, ours)
}

// comparison is the outcome of the table against the oracle.
type comparison struct {
	agree, meant, faulty int
	unexplained          int
	lines                []string // of the committed list
}

// maxShown is how many cells a failing test shows.
const maxShown = 20

func (c comparison) share() float64 {
	return float64(c.agree) / float64(c.agree+c.faulty+c.unexplained)
}

// compare compares every cell of the table that is not damaged. A cell with another
// number than its own, or that no rule explains, is an error.
func compare(t *testing.T, cells []tableCell) comparison {
	t.Helper()
	all, result, counted := rules(), comparison{}, make(map[string]int)
	for _, c := range cells {
		if c.group == "damage" {
			continue
		}
		ours := c.ours()
		if ours == c.oracle || ours[0] != '+' && c.oracle == "" {
			result.agree++
			continue
		}
		why := c.explain(all, ours)
		switch {
		case why == nil:
			if result.unexplained++; result.unexplained > maxShown {
				continue
			}
			t.Errorf("%s, %s: %q in %q: got %s, want %s; the oracle has %q, and no rule explains it", c.group, c.name, c.cell, c.region, ours, c.want, c.oracle)
			continue
		case why.faulty:
			result.faulty++
		default:
			result.meant++
		}
		if line := why.line(c, ours); why.listed == cellByCell {
			result.lines = append(result.lines, line)
		} else {
			counted[line]++
		}
	}
	for line, n := range counted {
		result.lines = append(result.lines, fmt.Sprintf("%s\t%d cells", line, n))
	}
	slices.Sort(result.lines)
	return result
}

// disagreementsFile lists every disagreement, under the rules that explain them.
const disagreementsFile = "testdata/disagreements.tsv"

func (c comparison) list() string {
	var b strings.Builder
	b.WriteString("# Where package phone and Google's libphonenumber differ, and why. Written by\n" +
		"# go test ./importer/phone -run TestAgreementWithLibphonenumber -update\n")
	fmt.Fprintf(&b, "# %d cells agree; %d differ on purpose; %d differ because of the library: %.4f %% agree\n#\n", c.agree, c.meant, c.faulty, 100*c.share())
	for _, r := range rules() {
		fmt.Fprintf(&b, "# %s: %s\n", r.name, r.why)
	}
	b.WriteString("#\n# rule\tname\tregion\tcell\toracle\tours (or: rule, kind of dirt, how many)\n")
	b.WriteString(strings.Join(c.lines, "\n") + "\n")
	return b.String()
}

// Results are those of Google's library, except for the rules above, and the cells
// that they explain are exactly the committed list; with the race detector, a part of
// the cells makes a part of the list.
func TestAgreementWithLibphonenumber(t *testing.T) {
	var cells []tableCell
	for i, all := 0, tableCells(t); i < len(all); i += stride() {
		cells = append(cells, all[i])
	}
	got := compare(t, cells)
	t.Logf("%d cells agree, %d differ on purpose, %d because of the library", got.agree, got.meant, got.faulty)
	least := 40_000 / stride()
	if total := got.agree + got.meant + got.faulty + got.unexplained; total < least || got.share() < minAgreement {
		t.Errorf("got %.4f %% agreement on %d cells, want %.2f %% on %d or more", 100*got.share(), total, 100*minAgreement, least)
	}
	if stride() > 1 {
		got.isPartOf(t, listed(t))
		return
	}
	if *update {
		if err := os.WriteFile(disagreementsFile, []byte(got.list()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if list, want := got.list(), listed(t); list != want {
		t.Errorf("the disagreements are not those of %s: %s; look at each, then run with -update", disagreementsFile, firstDifference(list, want))
	}
}

// isPartOf fails t where the comparison has a disagreement that the list has not.
func (c comparison) isPartOf(t *testing.T, list string) {
	t.Helper()
	for _, line := range c.lines {
		if strings.HasSuffix(line, " cells") { // the list counts more of them
			line = line[:strings.LastIndex(line, "\t")+1]
		}
		if !strings.Contains(list, "\n"+line) {
			t.Errorf("got the disagreement %q, which is not in %s", line, disagreementsFile)
		}
	}
}

// listed is the committed list, which TestAgreementWithLibphonenumber holds against the
// table.
func listed(t *testing.T) string {
	t.Helper()
	list, err := os.ReadFile(disagreementsFile)
	if err != nil {
		t.Fatal(err)
	}
	return string(list)
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("line %d: got %q, want %q", i+1, g[i], w[i])
		}
	}
	return fmt.Sprintf("got %d lines, want %d", len(g), len(w))
}

// Every rule explains a cell of the list: one that does not has to be removed.
func TestEveryRuleOfTheTableIsNeeded(t *testing.T) {
	list := listed(t)
	for _, r := range rules() {
		if !strings.Contains("\n"+list, "\n"+r.name+"\t") {
			t.Errorf("rule %q explains no cell", r.name)
		}
	}
}
