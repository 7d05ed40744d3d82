package phone

import (
	"math"
	"math/rand/v2"
	"regexp/syntax"
	"strings"
	"sync"

	"github.com/nyaruka/phonenumbers"
)

// generator makes numbers of a region at random from the patterns of the library's
// metadata: each length is as likely, and each number of a length. The same seed makes the same numbers.
type generator struct {
	plan          *plan
	mobile, fixed *syntax.Regexp // nil: the region has none
	rnd           *rand.Rand
}

// metadata are the library's metadata by region.
var metadata = sync.OnceValue(func() map[string]*phonenumbers.PhoneMetadata {
	collection, err := phonenumbers.MetadataCollection()
	if err != nil {
		panic(err)
	}
	byRegion := make(map[string]*phonenumbers.PhoneMetadata)
	for _, m := range collection.GetMetadata() {
		byRegion[m.GetId()] = m
	}
	return byRegion
})

func newGenerator(region string, seed uint64) *generator {
	m := metadata()[region]
	parse := func(d *phonenumbers.PhoneNumberDesc) *syntax.Regexp {
		if d.GetNationalNumberPattern() == "" || d.GetNationalNumberPattern() == "NA" {
			return nil
		}
		re, err := syntax.Parse(d.GetNationalNumberPattern(), syntax.Perl)
		if err != nil {
			panic(err)
		}
		return re
	}
	return &generator{planOf(region), parse(m.GetMobile()), parse(m.GetFixedLine()), rand.New(rand.NewPCG(seed, 40))}
}

// number returns a valid national number by the pattern, "" if there is none with 7 to
// 15 digits and the calling code.
func (g *generator) number(pattern *syntax.Regexp) string {
	if pattern == nil {
		return ""
	}
	for range 100 {
		var b strings.Builder
		g.write(&b, pattern)
		if _, ok := newNumber(g.plan.code, b.String()).validated(); ok {
			return b.String()
		}
	}
	return ""
}

func (g *generator) write(b *strings.Builder, re *syntax.Regexp) {
	switch re.Op {
	case syntax.OpLiteral:
		b.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		at := rune(g.rnd.IntN(int(variety(re))))
		for i := 0; i < len(re.Rune); i += 2 {
			if size := re.Rune[i+1] - re.Rune[i] + 1; at >= size {
				at -= size
				continue
			}
			b.WriteRune(re.Rune[i] + at)
			return
		}
	case syntax.OpConcat, syntax.OpCapture:
		for _, sub := range re.Sub {
			g.write(b, sub)
		}
	case syntax.OpAlternate:
		at := g.rnd.Float64() * variety(re)
		for _, sub := range re.Sub {
			if at -= variety(sub); at < 0 {
				g.write(b, sub)
				return
			}
		}
		g.write(b, re.Sub[len(re.Sub)-1])
	case syntax.OpQuest, syntax.OpRepeat:
		for range g.times(re) {
			g.write(b, re.Sub[0])
		}
	}
}

// times returns how often what is repeated is written: each length is as likely.
func (g *generator) times(re *syntax.Regexp) int {
	lo, hi := bounds(re)
	return lo + g.rnd.IntN(hi-lo+1)
}

func bounds(re *syntax.Regexp) (lo, hi int) {
	if re.Op == syntax.OpQuest {
		return 0, 1
	}
	return re.Min, re.Max
}

// variety is how many texts match, of the shortest length.
func variety(re *syntax.Regexp) float64 {
	switch re.Op {
	case syntax.OpCharClass:
		n := 0.0
		for i := 0; i < len(re.Rune); i += 2 {
			n += float64(re.Rune[i+1] - re.Rune[i] + 1)
		}
		return n
	case syntax.OpConcat, syntax.OpCapture:
		n := 1.0
		for _, sub := range re.Sub {
			n *= variety(sub)
		}
		return n
	case syntax.OpAlternate:
		n := 0.0
		for _, sub := range re.Sub {
			n += variety(sub)
		}
		return n
	case syntax.OpQuest, syntax.OpRepeat:
		lo, _ := bounds(re)
		return math.Pow(variety(re.Sub[0]), float64(lo))
	}
	return 1
}
