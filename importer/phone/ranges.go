package phone

import (
	"slices"

	"github.com/nyaruka/phonenumbers"
)

// ranges are the numbers that exist under one calling code, by libphonenumber's
// metadata. The region and the type of a number are decided as the library does it, but
// once for each state of the automaton instead of for each number.
type ranges struct {
	numbers *automaton
	regions []regionRanges // in the library's order, the main region first
	general *phonenumbers.PhoneNumberDesc
}

// verdict is what digits are: a number of a type, by its index in verdictTypes, and of a
// region, by its index in ranges.regions. The zero verdict is no number.
type verdict struct{ kind, region uint8 }

// verdictTypes begins with no type.
var verdictTypes = append([]Type{""}, Types()...)

// newRanges makes the ranges of the regions of a calling code, whose national numbers
// have so many digits at most.
func newRanges(regions []*phonenumbers.PhoneMetadata, longest int) *ranges {
	ps := &patterns{}
	r := &ranges{general: regions[0].GetGeneralDesc()}
	for _, m := range regions {
		r.regions = append(r.regions, newRegionRanges(m, ps))
	}
	if len(regions) == 1 {
		r.regions[0].leading = numberRange{} // they distinguish the region from no other
	}
	r.numbers = ps.automaton(longest, r.judge)
	return r
}

// find returns the region and the type of a national number, both "" if there is no such
// number.
func (r *ranges) find(nsn string) (region string, kind Type) {
	v := r.numbers.walk(nsn)
	if v.kind == 0 {
		return "", ""
	}
	return r.regions[v.region].iso, verdictTypes[v.kind]
}

// judge returns what a number of so many digits is that matches these patterns. To a
// region that has leading digits belong all numbers that begin so, also where there is no
// such number; to another one those that have one of its types.
func (r *ranges) judge(matched []bool, digits int) verdict {
	for i, region := range r.regions {
		kind := region.typeOf(matched, digits)
		if region.leading.exists() && !region.leading.has(matched, digits) || !region.leading.exists() && kind == "" {
			continue
		}
		return verdict{uint8(slices.Index(verdictTypes, kind)), uint8(i)}
	}
	return verdict{}
}

// fit says whether a number has as many digits as numbers of its calling code can have.
type fit int

const (
	fits   fit = iota // not outside of the lengths that there are, though perhaps between them
	tooFew            // or enough only within a local area
	tooMany
)

// fit returns whether so many digits are too few or too many for a national number.
// The main region decides for all, as in the library.
func (r *ranges) fit(digits int) fit {
	possible, n := r.general.GetPossibleLength(), int32(digits)
	switch {
	case n < possible[0] || slices.Contains(r.general.GetPossibleLengthLocalOnly(), n):
		return tooFew
	case n > possible[len(possible)-1]:
		return tooMany
	}
	return fits
}

// regionRanges are the numbers of one region.
type regionRanges struct {
	iso     string
	all     numberRange   // every number is in it, besides in that of its type
	leading numberRange   // what begins with the region's digits in a calling code with others
	special []numberRange // in the order of specialTypes
	fixed   numberRange
	mobile  numberRange
}

// specialTypes are the types that the library tries before fixed lines and mobile
// numbers, in its order.
var specialTypes = []Type{PremiumRate, TollFree, SharedCost, VoIP, PersonalNumber, Pager, UAN, Voicemail}

func newRegionRanges(m *phonenumbers.PhoneMetadata, ps *patterns) regionRanges {
	r := regionRanges{
		iso: m.GetId(), all: newRange(m.GetGeneralDesc(), ps),
		fixed: newRange(m.GetFixedLine(), ps), mobile: newRange(m.GetMobile(), ps),
	}
	if m.GetSameMobileAndFixedLinePattern() {
		r.mobile = r.fixed
	}
	if leading := m.GetLeadingDigits(); leading != "" {
		r.leading = numberRange{pattern: ps.add(`(?:` + leading + `)\d*`), lengths: everyLength}
	}
	for _, desc := range []*phonenumbers.PhoneNumberDesc{
		m.GetPremiumRate(), m.GetTollFree(), m.GetSharedCost(), m.GetVoip(),
		m.GetPersonalNumber(), m.GetPager(), m.GetUan(), m.GetVoicemail(),
	} {
		r.special = append(r.special, newRange(desc, ps))
	}
	return r
}

// typeOf returns the type of a number that matches these patterns, "" if it is none of
// the region.
func (r *regionRanges) typeOf(matched []bool, digits int) Type {
	if !r.all.has(matched, digits) {
		return ""
	}
	if i := slices.IndexFunc(r.special, func(s numberRange) bool { return s.has(matched, digits) }); i >= 0 {
		return specialTypes[i]
	}
	switch fixed, mobile := r.fixed.has(matched, digits), r.mobile.has(matched, digits); {
	case fixed && mobile:
		return FixedLineOrMobile
	case fixed:
		return FixedLine
	case mobile:
		return Mobile
	}
	return ""
}

// numberRange are numbers that match a pattern and have one of some lengths. The zero
// range has none.
type numberRange struct {
	pattern int    // in the patterns of the calling code
	lengths uint32 // a bit for each number of digits
}

const everyLength = ^uint32(0)

// newRange makes a range of a description in the metadata. Where there are no numbers of
// a type, its only length is -1. Where no length is given, every one is possible that the
// general description of the region has.
func newRange(desc *phonenumbers.PhoneNumberDesc, ps *patterns) numberRange {
	text, lengths := desc.GetNationalNumberPattern(), desc.GetPossibleLength()
	if text == "" {
		return numberRange{}
	}
	r := numberRange{lengths: everyLength}
	if len(lengths) > 0 {
		r.lengths = 0
	}
	for _, n := range lengths {
		if n >= 0 {
			r.lengths |= 1 << n
		}
	}
	if r.exists() {
		r.pattern = ps.add(text)
	}
	return r
}

func (r numberRange) exists() bool { return r.lengths != 0 }

func (r numberRange) has(matched []bool, digits int) bool {
	return r.lengths>>digits&1 != 0 && matched[r.pattern]
}
