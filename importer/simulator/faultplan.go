package simulator

import (
	"encoding/binary"
	"hash/fnv"
	"maps"
	"slices"
	"strings"
	"time"
)

// FaultPlan decides what goes wrong with a request. It must be a pure function
// of the Request, safe for concurrent use. nil: nothing goes wrong.
type FaultPlan func(Request) Fault

// Random hits each request with one of the faults, with the probability that it
// has in rates (0 to 1; what goes beyond a sum of 1 never happens). The decision
// depends on the seed and on the request's operation, number and attempt alone:
// the same at any concurrency and in any order.
func Random(seed uint64, rates map[Fault]float64) FaultPlan {
	faults := slices.SortedFunc(maps.Keys(rates), func(a, b Fault) int { return strings.Compare(a.String(), b.String()) })
	return func(r Request) Fault {
		u := fraction(seed, r)
		for _, f := range faults {
			if !f.On.covers(r.Operation) {
				continue
			}
			if u -= rates[f]; u < 0 {
				return f
			}
		}
		return Fault{}
	}
}

// fraction returns a number in [0, 1) that depends on the seed and the request
// alone.
func fraction(seed uint64, r Request) float64 {
	h := fnv.New64a()
	var number [16]byte
	binary.LittleEndian.PutUint64(number[:8], seed)
	binary.LittleEndian.PutUint64(number[8:], uint64(r.Attempt))
	h.Write(number[:])
	h.Write([]byte(r.Operation))
	h.Write([]byte{0})
	h.Write([]byte(r.Phone))
	return float64(mix(h.Sum64())>>11) / (1 << 53)
}

// mix spreads each bit over all the others (the finalizer of splitmix64): FNV
// alone leaves the high bits of short inputs alike.
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// Script hits the requests that it names: by ordinal (1 is the server's first
// request), or the nth attempt for a number (index 0 is the first) of creations
// and of look-ups. Zero Faults let a request through. On is ignored. Any of the
// three may be nil; an ordinal goes first.
func Script(requests map[uint64]Fault, creations, lookups map[string][]Fault) FaultPlan {
	return func(r Request) Fault {
		if f, ok := requests[r.Ordinal]; ok {
			return f
		}
		switch r.Operation {
		case Create:
			return nth(creations[r.Phone], r.Attempt)
		case Lookup:
			return nth(lookups[r.Phone], r.Attempt)
		}
		return Fault{}
	}
}

func nth(faults []Fault, attempt int) Fault {
	if attempt > len(faults) {
		return Fault{}
	}
	return faults[attempt-1]
}

// Between hits the requests with ordinals from first to last, both included.
func Between(first, last uint64, f Fault) FaultPlan {
	return when(f, func(r Request) bool { return first <= r.Ordinal && r.Ordinal <= last })
}

// During hits the requests that arrive from one time after the server's start
// until another.
func During(from, until time.Duration, f Fault) FaultPlan {
	return when(f, func(r Request) bool { return from <= r.Since && r.Since < until })
}

// Flapping lets requests through for up, hits them for down, and so on. Both
// must be positive.
func Flapping(up, down time.Duration, f Fault) FaultPlan {
	if up <= 0 || down <= 0 {
		panic("simulator: Flapping needs positive times")
	}
	return when(f, func(r Request) bool { return r.Since%(up+down) >= up })
}

// when hits the requests that match and whose operation the fault covers.
func when(f Fault, match func(Request) bool) FaultPlan {
	return func(r Request) Fault {
		if match(r) && f.On.covers(r.Operation) {
			return f
		}
		return Fault{}
	}
}

// FirstAttempts keeps a plan to the first n attempts for a number, so that the
// next one gets through.
func FirstAttempts(n int, plan FaultPlan) FaultPlan {
	return func(r Request) Fault {
		if r.Attempt > n {
			return Fault{}
		}
		return plan(r)
	}
}

// First returns the fault of the first plan that has one for a request.
func First(plans ...FaultPlan) FaultPlan {
	return func(r Request) Fault {
		for _, plan := range plans {
			if f := plan(r); f.Kind != None {
				return f
			}
		}
		return Fault{}
	}
}
