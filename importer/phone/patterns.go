package phone

import (
	"fmt"
	"regexp/syntax"
)

// patterns are regular expressions over digits, in one program: each is a part of its
// places. Equal ones are one: nearly all countries of +1 have the same toll-free numbers.
type patterns struct {
	places  []place
	starts  []uint32       // where each pattern begins
	numbers map[string]int // by text
}

// place is a place in a pattern.
type place struct {
	kind    placeKind
	digits  uint16   // that can be read here, a bit for each
	next    []uint32 // where a digit that can be read, or a branch leads
	pattern int      // the number of the pattern that has matched here
}

type placeKind int

const (
	reads   placeKind = iota // a digit
	branch                   // leads to other places without a digit
	matched                  // the end of a pattern
)

// add adds a pattern, in the syntax of regexp, and returns its number. It must match
// digits alone, and a whole text: it has no anchors.
func (ps *patterns) add(text string) int {
	if number, known := ps.numbers[text]; known {
		return number
	}
	re, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		panic("phone: a pattern of the library's metadata cannot be read: " + err.Error())
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		panic("phone: a pattern of the library's metadata cannot be compiled: " + err.Error())
	}
	number, base := len(ps.starts), uint32(len(ps.places))
	for _, inst := range prog.Inst {
		ps.places = append(ps.places, placeOf(inst, base, number))
	}
	ps.starts = append(ps.starts, base+uint32(prog.Start))
	if ps.numbers == nil {
		ps.numbers = make(map[string]int)
	}
	ps.numbers[text] = number
	return number
}

// placeOf makes a place of an instruction of a pattern whose places begin at base.
func placeOf(inst syntax.Inst, base uint32, pattern int) place {
	switch inst.Op {
	case syntax.InstAlt, syntax.InstAltMatch:
		return place{kind: branch, next: []uint32{base + inst.Out, base + inst.Arg}}
	case syntax.InstCapture, syntax.InstNop:
		return place{kind: branch, next: []uint32{base + inst.Out}}
	case syntax.InstFail:
		return place{kind: branch}
	case syntax.InstMatch:
		return place{kind: matched, pattern: pattern}
	case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
		p := place{kind: reads, next: []uint32{base + inst.Out}}
		for digit := range 10 {
			if inst.MatchRune('0' + rune(digit)) {
				p.digits |= 1 << digit
			}
		}
		return p
	}
	panic(fmt.Sprintf("phone: a pattern of the library's metadata has an anchor: %v", inst.Op))
}

// appendAfter adds where a digit leads to from a set of places.
func (ps *patterns) appendAfter(next, set []uint32, digit int) []uint32 {
	for _, at := range set {
		if p := &ps.places[at]; p.digits>>digit&1 != 0 {
			next = append(next, p.next...)
		}
	}
	return next
}

// matching returns for each pattern whether it has matched in a set of places.
func (ps *patterns) matching(set []uint32) []bool {
	all := make([]bool, len(ps.starts))
	for _, at := range set {
		if p := &ps.places[at]; p.kind == matched {
			all[p.pattern] = true
		}
	}
	return all
}
