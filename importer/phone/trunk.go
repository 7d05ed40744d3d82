package phone

import (
	"slices"
	"strings"

	"sent-import/importer/outcome"
)

// withPlus reads digits behind a +. The row's country is asked for only where they
// begin with what is a trunk prefix somewhere.
func (w written) withPlus(regionCell string, o Options) Result {
	if o.hasTrunkBehindPlus(w.digits, regionCell) {
		return reject(outcome.PhoneAmbiguous, hintTrunk)
	}
	return w.decide(nil, o)
}

// hasTrunkBehindPlus reports whether the digits behind a + are a number of the row's
// country behind its trunk prefix: "+8 (495) 123-45-67" in Russia. They may be a
// number of another country, but the writer meant the one at home.
func (o Options) hasTrunkBehindPlus(digits, regionCell string) bool {
	if !mayHaveTrunk(digits) {
		return false
	}
	p, _ := o.plan(regionCell)
	return p != nil && p.isBehindTrunk(digits)
}

// mayHaveTrunk reports whether the digits are behind a trunk prefix of some country,
// by its length. It is false for nearly all numbers with a calling code.
func mayHaveTrunk(digits string) bool {
	return slices.ContainsFunc(loadPlans().trunks, func(t trunkLengths) bool {
		rest, ok := strings.CutPrefix(digits, t.trunk)
		return ok && len(rest) <= maxNational && t.lengths[len(rest)]
	})
}

// isBehindTrunk reports whether the digits are a valid number of the country behind
// its trunk prefix. A calling code is no trunk prefix.
func (p *plan) isBehindTrunk(digits string) bool {
	if p.trunk == "" || p.trunk == p.digits || !strings.HasPrefix(digits, p.trunk) {
		return false
	}
	bare := p.bare(digits)
	return slices.ContainsFunc(bare.all()[1:], func(rest string) bool {
		_, ok := newNumber(p.code, rest).validated()
		return ok
	})
}
