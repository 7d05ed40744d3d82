package phone

import (
	"encoding/binary"
	"slices"
)

// The metadata of libphonenumber say with regular expressions over ten digits which
// numbers exist: for each region one for each type of number. An automaton answers all
// those of a calling code at once, with one table look-up for each digit.
//
// The patterns [24]\d for fixed lines and 4[01] for mobile numbers become this table:
//
//	state          0  1  2  3  4 … 9   what digits are that end here
//	dead           .  .  .  .  .   .   no number, whatever follows
//	a: start       .  .  b  .  c   .   no number
//	b: "2"         d  d  d  d  d   d   no number
//	c: "4"         e  e  d  d  d   d   no number
//	d: "2x", "42"  .  .  .  .  .   .   a fixed line
//	e: "40", "41"  .  .  .  .  .   .   a fixed line or a mobile number
//
// The number 42 walks a → c → d: a fixed line. This is the subset construction of the
// textbooks: a state stands for all places in the patterns that can be reached with some
// digits. It also stands for how many digits these are. So the possible lengths are part
// of the answer, no walk comes back to a state, and the automaton is made from its ends:
// two states with the same answer and the same successors become one, which gives the
// fewest states.

// automaton is a table of states. The first one is dead.
type automaton struct {
	states []state
	start  uint16
}

// state says which state follows each digit, and what digits are that end here.
type state struct {
	next [10]uint16
	is   verdict
}

// walk returns what ASCII digits are.
func (a *automaton) walk(digits string) verdict {
	at := a.start
	for i := 0; i < len(digits) && at != 0; i++ {
		at = a.states[at].next[digits[i]-'0']
	}
	return a.states[at].is
}

// builder makes an automaton of patterns.
type builder struct {
	patterns *patterns
	longest  int // digits; no number has more
	// judge returns what so many digits are that match these patterns, by number.
	judge  func(matched []bool, digits int) verdict
	states []state
	same   map[state]uint16  // states by what they are
	made   map[string]uint16 // states by the places that they stand for and the number of digits
	marks  []int             // for each place the last set that it was found for
	sets   int
	// room of the last step, for the next one: North America has thousands
	todo, set []uint32
	key       []byte
}

// automaton makes the automaton of the patterns for up to so many digits.
func (ps *patterns) automaton(longest int, judge func(matched []bool, digits int) verdict) *automaton {
	b := &builder{
		patterns: ps, longest: longest, judge: judge, states: make([]state, 1),
		same: map[state]uint16{{}: 0}, made: make(map[string]uint16), marks: make([]int, len(ps.places)),
	}
	start := b.state(b.reachable(slices.Clone(ps.starts)), 0)
	return &automaton{slices.Clip(b.states), start}
}

// state returns the state for a set of places that so many digits lead to. It makes
// first what follows. The set may be overwritten.
func (b *builder) state(set []uint32, digits int) uint16 {
	b.key = appendKey(b.key[:0], set, digits)
	if id, known := b.made[string(b.key)]; known {
		return id
	}
	key := string(b.key)
	set = slices.Clone(set)
	s := state{is: b.judge(b.patterns.matching(set), digits)}
	for digit := 0; digit < 10 && digits < b.longest; digit++ {
		if next := b.reachable(b.patterns.appendAfter(b.todo[:0], set, digit)); len(next) > 0 {
			s.next[digit] = b.state(next, digits+1)
		}
	}
	id, known := b.same[s]
	if !known {
		id = uint16(len(b.states))
		b.states = append(b.states, s)
		b.same[s] = id
	}
	b.made[key] = id
	return id
}

// reachable returns the places from which a digit can be read or a pattern has matched,
// that these places lead to without a digit, in ascending order. The next call overwrites
// them, and this one the places from which it begins.
func (b *builder) reachable(from []uint32) []uint32 {
	b.sets++
	set := b.set[:0]
	for len(from) > 0 {
		at := from[len(from)-1]
		from = from[:len(from)-1]
		if b.marks[at] == b.sets {
			continue
		}
		b.marks[at] = b.sets
		if p := &b.patterns.places[at]; p.kind == branch {
			from = append(from, p.next...)
		} else {
			set = append(set, at)
		}
	}
	slices.Sort(set)
	b.todo, b.set = from, set
	return set
}

// appendKey adds bytes that no other set or number of digits has.
func appendKey(key []byte, set []uint32, digits int) []byte {
	key = append(key, byte(digits))
	for _, at := range set {
		key = binary.AppendUvarint(key, uint64(at))
	}
	return key
}
