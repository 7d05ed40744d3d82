package plan

import "math/bits"

// numberLines is a set of phone numbers, each with a line of the file. The zero value is
// empty. It takes 15 to 19 bytes a number, where a map takes 30 to 55, and grows part by
// part: a table that is copied as a whole is there twice meanwhile.
type numberLines struct {
	parts [256]linesPart
}

// linesPart is an open-addressing hash table with linear probing.
type linesPart struct {
	numbers []uint64 // 0: a free place, since no phone number is 0
	lines   []uint32 // in the same places
	used    int
}

// get returns the line of the number.
func (l *numberLines) get(number uint64) (line uint32, known bool) {
	part, hash := l.at(number)
	if part.used == 0 {
		return 0, false
	}
	at := part.place(number, hash)
	return part.lines[at], part.numbers[at] == number
}

// put adds the number, or gives it another line.
func (l *numberLines) put(number uint64, line uint32) {
	part, hash := l.at(number)
	if 5*part.used >= 4*len(part.numbers) { // at most four places of five are taken
		part.grow()
	}
	at := part.place(number, hash)
	if part.numbers[at] == 0 {
		part.numbers[at] = number
		part.used++
	}
	part.lines[at] = line
}

// at returns the part of the number, and the hash for its place there.
func (l *numberLines) at(number uint64) (part *linesPart, hash uint32) {
	mixed := mix(number)
	return &l.parts[mixed>>56], uint32(mixed >> 24)
}

// mix spreads neighbouring numbers evenly: every digit counts in every high bit.
func mix(number uint64) uint64 {
	high, low := bits.Mul64(number, 0x9e3779b97f4a7c15) // 2^64 by the golden ratio, as in Knuth's multiplicative hashing
	return (high ^ low) * 0x9e3779b97f4a7c15
}

// place is where the number is, or the free place for it.
func (p *linesPart) place(number uint64, hash uint32) int {
	at := int(uint64(hash) * uint64(len(p.numbers)) >> 32)
	for p.numbers[at] != number && p.numbers[at] != 0 {
		if at++; at == len(p.numbers) {
			at = 0
		}
	}
	return at
}

// grow makes room for a quarter more.
func (p *linesPart) grow() {
	old := *p
	size := max(16, len(old.numbers)*5/4)
	p.numbers, p.lines = make([]uint64, size), make([]uint32, size)
	for i, number := range old.numbers {
		if number != 0 {
			at := p.place(number, uint32(mix(number)>>24))
			p.numbers[at], p.lines[at] = number, old.lines[i]
		}
	}
}
