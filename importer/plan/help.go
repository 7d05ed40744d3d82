package plan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sent-import/importer/outcome"
	"sent-import/importer/phone"
	"sent-import/importer/source"
)

// What it takes to say which option would help rows without a number, and what finding
// out may cost.
const (
	manyRows     = 10     // rows with the reason; or half of the file, and two
	mostPercent  = 90     // of the rows without a country that must be numbers with +: some always are, by chance
	leastNumbers = 20     // numbers that must tell which country is the likely one
	likelyShare  = 80     // percent of them that must be of it
	keptCells    = 10_000 // cells without a country that are tried with the likely one
	keptLength   = 64     // bytes of such a cell; a longer one is no number
)

// glance is what a row tells about options that would help others, or itself.
type glance struct {
	region        string // of its number; "" if it has none
	international bool   // it has none, and would with --numbers international
	national      bool   // likewise, with --numbers national
}

// glanceAt looks at the row of a result.
func (c *cellReader) glanceAt(row *source.Row, n phone.Result) glance {
	if n.Reason != outcome.PhoneAmbiguous && n.Reason != outcome.PhoneNoRegion || c.given {
		return glance{region: n.Region}
	}
	with := func(numbers phone.Numbers) bool {
		return phone.Normalize(row.Phone, row.Region, c.optionsOf(row, numbers)).E164 != ""
	}
	g := glance{international: with(phone.International)}
	if n.Reason == outcome.PhoneAmbiguous { // without a country nothing can be read as a national number
		g.national = with(phone.National)
	}
	return g
}

// help counts, in file order, the rows that an option would help.
type help struct {
	rows          int
	of            map[outcome.Reason]*helped
	regions       map[string]int // numbers by their region
	withoutRegion []string       // the first cells whose country is not known
}

// helped counts the rows with one reason, and those that would be numbers with an
// option.
type helped struct{ rows, international, national int }

func newHelp() *help {
	return &help{of: make(map[outcome.Reason]*helped), regions: make(map[string]int)}
}

// see counts rows and what they tell.
func (h *help) see(rows []outcome.Row, glances []glance) {
	h.rows += len(rows)
	h.seeRegions(glances)
	for i := range rows {
		row, g := &rows[i], glances[i]
		if row.Reason != outcome.PhoneAmbiguous && row.Reason != outcome.PhoneNoRegion {
			continue
		}
		n := h.of[row.Reason]
		if n == nil {
			n = new(helped)
			h.of[row.Reason] = n
		}
		n.rows++
		if g.international {
			n.international++
		}
		if g.national {
			n.national++
		}
		if row.Reason == outcome.PhoneNoRegion && len(h.withoutRegion) < keptCells && len(row.Input) <= keptLength {
			h.withoutRegion = append(h.withoutRegion, row.Input)
		}
	}
}

// seeRegions counts the regions. Numbers of the same one often follow one another.
func (h *help) seeRegions(glances []glance) {
	for len(glances) > 0 {
		region, same := glances[0].region, 1
		for same < len(glances) && glances[same].region == region {
			same++
		}
		if region != "" {
			h.regions[region] += same
		}
		glances = glances[same:]
	}
}

// texts says for each reason that many rows have which option would help how many of
// them. They follow the words "N rows are REASON: ".
func (h *help) texts(o phone.Options) map[outcome.Reason]string {
	texts := make(map[outcome.Reason]string)
	for reason, n := range h.of {
		if n.rows < manyRows && (n.rows < 2 || 2*n.rows < h.rows) {
			continue
		}
		text := n.ambiguous()
		if reason == outcome.PhoneNoRegion {
			text = h.noRegion(*n, o)
		}
		if text != "" {
			texts[reason] = text
		}
	}
	return texts
}

// isSure reports, before the end of the file, whether texts will say something whatever
// follows.
func (h *help) isSure() bool {
	for reason, n := range h.of {
		if n.rows >= manyRows && (reason == outcome.PhoneNoRegion || n.ambiguous() != "") {
			return true
		}
	}
	return false
}

func (n helped) ambiguous() string {
	var ways []string
	if n.international > 0 {
		ways = append(ways, fmt.Sprintf("if they begin with their calling codes, then "+flagNumbers+" international makes %d of them numbers", n.international))
	}
	if n.national > 0 {
		ways = append(ways, fmt.Sprintf("if they are written without, then "+flagNumbers+" national makes %d of them numbers", n.national))
	}
	return strings.Join(ways, "; ")
}

func (h *help) noRegion(n helped, o phone.Options) string {
	var ways []string
	if 100*n.international >= mostPercent*n.rows {
		ways = append(ways, fmt.Sprintf("if they begin with their calling codes, then "+flagNumbers+" international makes %d of them numbers", n.international))
	}
	region, helps := h.likely(o)
	if helps == 0 {
		return strings.Join(append(ways, "if they are numbers of one country, name it with "+flagRegion+", such as "+flagRegion+" DE"), "; ")
	}
	least := ""
	if n.rows > len(h.withoutRegion) {
		least = "at least "
	}
	return strings.Join(append(ways, fmt.Sprintf("if they are numbers of %[1]s, as most others are, then "+flagRegion+" %[1]s makes %[2]s%[3]d of them numbers", region, least, helps)), "; ")
}

// likely is the region of most numbers of the file, and how many of the cells without a
// country are numbers of it; 0 if there is no such region.
func (h *help) likely(o phone.Options) (region string, helps int) {
	all := 0
	for _, n := range h.regions {
		all += n
	}
	byCount := slices.SortedFunc(maps.Keys(h.regions), func(a, b string) int {
		return cmp.Or(h.regions[b]-h.regions[a], strings.Compare(a, b))
	})
	if len(byCount) == 0 || all < leastNumbers || 100*h.regions[byCount[0]] < likelyShare*all {
		return "", 0
	}
	o.DefaultRegion = byCount[0]
	for _, cell := range h.withoutRegion {
		if phone.Normalize(cell, "", o).E164 != "" {
			helps++
		}
	}
	return byCount[0], helps
}

// notices are the texts as notices about the file.
func (h *help) notices(texts map[outcome.Reason]string) []string {
	var said []string
	for _, reason := range slices.Sorted(maps.Keys(texts)) {
		said = append(said, fmt.Sprintf("%d rows are %s: %s", h.of[reason].rows, reason, texts[reason]))
	}
	return said
}

// hints are the texts as they follow the hint of each row with the reason.
func (h *help) hints(texts map[outcome.Reason]string) map[outcome.Reason]string {
	hints := make(map[outcome.Reason]string)
	for reason, text := range texts {
		hints[reason] = fmt.Sprintf("; of %d such rows: %s", h.of[reason].rows, text)
	}
	return hints
}
