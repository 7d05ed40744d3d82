package report

import (
	"cmp"
	"maps"
	"slices"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"sent-import/importer/outcome"
	"sent-import/importer/phone"
)

// numbers counts numbers by their region and by their type. Its size is bounded by those
// that there are.
type numbers struct {
	counts map[kindOf]*int
	all    int
	last   kindOf // of the last number: the next one is often of the same
	count  *int   // of those; nil: there is none yet
}

// kindOf is the region of a number, by its ISO 3166-1 alpha-2 code ("" is no country), and
// its type.
type kindOf struct {
	region string
	kind   phone.Type
}

// add counts the number of a row, if it is one that is in the account or is to be created:
// each number once.
func (n *numbers) add(r *outcome.Row) {
	if r.Phone == "" || r.Status == outcome.Invalid || r.Reason == outcome.InFile {
		return
	}
	region, kind, ok := phone.Describe(r.Phone)
	if !ok { // of a plan that newer metadata do not have
		return
	}
	if of := (kindOf{region, kind}); n.count == nil || of != n.last {
		n.last, n.count = of, n.countOf(of)
	}
	*n.count++
	n.all++
}

// countOf is where numbers of that kind are counted.
func (n *numbers) countOf(kind kindOf) *int {
	count := n.counts[kind]
	if count == nil {
		if n.counts == nil {
			n.counts = make(map[kindOf]*int)
		}
		count = new(int)
		n.counts[kind] = count
	}
	return count
}

// mostRegions is how many countries report.html names.
const mostRegions = 12

// barOf is a part of all numbers, with the length of its bar in thousandths.
type barOf struct {
	Name  string
	Count int
	Bar   int
}

// regionParts are the countries with the most numbers, and the rest.
func (n *numbers) regionParts() []barOf {
	regions := make(map[string]int)
	for k, count := range n.counts {
		regions[k.region] += *count
	}
	all := partsOf(regions, regionName)
	if len(all) <= mostRegions+1 {
		return bars(all)
	}
	rest := barOf{Name: "others"}
	for _, p := range all[mostRegions:] {
		rest.Count += p.Count
	}
	return bars(append(all[:mostRegions:mostRegions], rest))
}

// typeParts are the types of numbers.
func (n *numbers) typeParts() []barOf {
	types := make(map[phone.Type]int)
	for k, count := range n.counts {
		types[k.kind] += *count
	}
	return bars(partsOf(types, typeName))
}

// partsOf are the parts, the largest first.
func partsOf[K cmp.Ordered](counts map[K]int, name func(K) string) (all []barOf) {
	for _, key := range slices.Sorted(maps.Keys(counts)) {
		all = append(all, barOf{Name: name(key), Count: counts[key]})
	}
	slices.SortStableFunc(all, func(a, b barOf) int { return cmp.Compare(b.Count, a.Count) })
	return all
}

// bars gives the parts their bars, the longest of which is as long as there is room.
func bars(parts []barOf) []barOf {
	longest := 1
	for _, p := range parts {
		longest = max(longest, p.Count)
	}
	for i := range parts {
		parts[i].Bar = max(4, parts[i].Count*1000/longest)
	}
	return parts
}

func regionName(code string) string {
	region, err := language.ParseRegion(code)
	if code == "" || err != nil {
		return "no country"
	}
	return cmp.Or(display.English.Regions().Name(region), code)
}

// typeNames are the types of numbers in words.
var typeNames = map[phone.Type]string{
	phone.Mobile: "mobile", phone.FixedLine: "fixed line", phone.FixedLineOrMobile: "fixed line or mobile",
	phone.TollFree: "toll-free", phone.PremiumRate: "premium rate", phone.SharedCost: "shared cost", phone.VoIP: "VoIP",
	phone.PersonalNumber: "personal number", phone.Pager: "pager", phone.UAN: "company number", phone.Voicemail: "voicemail",
}

func typeName(t phone.Type) string { return cmp.Or(typeNames[t], "other") }
