package phone

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/nyaruka/phonenumbers"
)

// plan holds the prefixes that people of a region dial before a national number,
// from libphonenumber's metadata.
type plan struct {
	region string // ISO alpha-2, or "001" for codes of no country
	code   int    // calling code
	digits string // the calling code in digits
	trunk  string // the usual trunk prefix, such as "0"; "" if there is none
	// transform replaces what prefix matches: "9$1" in Argentina. "": the match is
	// removed.
	transform string
	prefix    func() prefix  // trunk prefix with carrier code or mobile token
	idd       func() prefix  // international prefix
	leading   func() prefix  // area codes that distinguish the region from others with its code
	ranges    func() *ranges // the numbers of the calling code; nil unless the region is its main one
}

// plans holds the plan of each region, and of each calling code: that of its main
// region, or its own if it belongs to no country.
type plans struct {
	byRegion map[string]*plan
	byCode   [1000]*plan
	trunks   []trunkLengths // of all regions, each trunk prefix once
	// spellings are the only part that changes.
	spellings spellings
}

var loadPlans = sync.OnceValue(func() *plans {
	all := &plans{byRegion: make(map[string]*plan)}
	metadata, err := phonenumbers.MetadataCollection()
	if err != nil {
		panic("phone: the library's built-in metadata cannot be read: " + err.Error())
	}
	byCode := make(map[int][]*phonenumbers.PhoneMetadata)
	for _, m := range metadata.GetMetadata() {
		p := newPlan(m)
		byCode[p.code] = append(byCode[p.code], m)
		if p.region == noCountry {
			all.byCode[p.code] = p
			continue
		}
		all.byRegion[p.region] = p
		all.addTrunk(p, m.GetGeneralDesc().GetPossibleLength())
	}
	for code, regions := range byCode {
		all.addCode(code, regions)
	}
	return all
})

// addCode adds the plan of a calling code with the metadata of its regions. Its ranges
// are made at their first use: a file needs few of the 215 codes.
func (ps *plans) addCode(code int, regions []*phonenumbers.PhoneMetadata) {
	order := phonenumbers.GetRegionCodesForCountryCode(code)
	slices.SortFunc(regions, func(a, b *phonenumbers.PhoneMetadata) int {
		return slices.Index(order, a.GetId()) - slices.Index(order, b.GetId())
	})
	if ps.byCode[code] == nil {
		ps.byCode[code] = ps.byRegion[order[0]]
	}
	p := ps.byCode[code]
	p.ranges = sync.OnceValue(func() *ranges { return newRanges(regions, maxDigits-len(p.digits)) })
}

// noCountry is the region that libphonenumber gives to calling codes of no
// country, such as +800: the UN's code for the world.
const noCountry = "001"

func newPlan(m *phonenumbers.PhoneMetadata) *plan {
	return &plan{
		region:    m.GetId(),
		code:      int(m.GetCountryCode()),
		digits:    strconv.Itoa(int(m.GetCountryCode())),
		trunk:     m.GetNationalPrefix(),
		transform: m.GetNationalPrefixTransformRule(),
		prefix:    newPrefix(m.GetNationalPrefixForParsing()),
		idd:       newPrefix(m.GetInternationalPrefix()),
		leading:   newPrefix(m.GetLeadingDigits()),
	}
}

// trunkLengths are a trunk prefix and the lengths of the national numbers of all
// countries that have it.
type trunkLengths struct {
	trunk   string
	lengths [maxNational + 1]bool
}

// addTrunk notes the trunk prefix of a plan whose national numbers have the lengths.
func (ps *plans) addTrunk(p *plan, lengths []int32) {
	if p.trunk == "" || p.trunk == p.digits {
		return
	}
	at := slices.IndexFunc(ps.trunks, func(t trunkLengths) bool { return t.trunk == p.trunk })
	if at < 0 {
		at = len(ps.trunks)
		ps.trunks = append(ps.trunks, trunkLengths{trunk: p.trunk})
	}
	for _, n := range lengths {
		ps.trunks[at].lengths[n] = true
	}
}

// planOf returns the plan of a region, and nil for a region without numbers.
func planOf(iso string) *plan { return loadPlans().byRegion[iso] }

// splitCode splits the digits of an international number into the calling code and
// the rest. The code is 0 if the digits begin with no calling code. No calling code
// is a prefix of another, so the result is unique.
func splitCode(digits string) (code int, rest string) {
	byCode := &loadPlans().byCode
	for i := 0; i < len(digits) && i < 3; i++ {
		code = code*10 + int(digits[i]-'0')
		if code == 0 {
			return 0, digits
		}
		if byCode[code] != nil {
			return code, digits[i+1:]
		}
	}
	return 0, digits
}

// bare returns the national number without the prefixes of domestic calls, in each
// way that the plan permits: unchanged, without the trunk prefix, and without the
// trunk prefix and a carrier code or mobile token. The result never has more digits
// than national. A calling code is no trunk prefix: "+1 1 415…" is a doubled calling
// code.
func (p *plan) bare(national string) ways {
	var all ways
	all.add(national)
	if p.trunk != "" && p.trunk != p.digits && strings.HasPrefix(national, p.trunk) {
		all.add(national[len(p.trunk):])
	}
	if rest, ok := p.cutPrefix(national); ok {
		all.add(rest)
	}
	return all
}

// cutPrefix applies the metadata's rule for prefixes to a national number.
func (p *plan) cutPrefix(national string) (string, bool) {
	prefix := p.prefix()
	if p.transform != "" && prefix.pattern != nil {
		return p.transformed(national, prefix.pattern)
	}
	end := prefix.end(national)
	if end <= 0 || national[:end] == p.digits {
		return "", false
	}
	return national[end:], true
}

// transformed applies a rule that can replace a prefix, and not only remove it.
func (p *plan) transformed(national string, prefix *regexp.Regexp) (string, bool) {
	at := prefix.FindStringSubmatchIndex(national)
	if at == nil || at[1] == 0 || national[:at[1]] == p.digits {
		return "", false
	}
	rest := national[at[1]:]
	if at[len(at)-2] >= 0 {
		rest = string(prefix.ExpandString(nil, p.transform, national, at)) + rest
	}
	return rest, len(rest) <= len(national) && rest != national
}

// afterIDD returns the digits after an international prefix at their beginning: the
// region's own, and 00, which the ITU recommends to all. A 0 after the prefix is no
// match, since no calling code begins with 0.
func (p *plan) afterIDD(digits string) ways {
	var all ways
	if rest, ok := strings.CutPrefix(digits, recommendedIDD); ok && rest != "" && rest[0] != '0' {
		all.add(rest)
	}
	if p == nil {
		return all
	}
	if end := p.idd().end(digits); end >= 0 && end < len(digits) && digits[end] != '0' {
		all.add(digits[end:])
	}
	return all
}

// recommendedIDD is the international prefix that the ITU recommends (ITU-T E.164),
// and that people write in countries with another one, too.
const recommendedIDD = "00"
