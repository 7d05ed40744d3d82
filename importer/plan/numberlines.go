package plan

import "math/bits"

// numberLines is a set of phone numbers, each with a line of the file. The zero value is
// empty. It takes 15 to 19 bytes a number, where a map takes 30 to 55, and grows part by
// part: a table that is copied as a whole is there twice meanwhile.
type numberLines struct {
	parts   [256]linesPart
	fetched uint32 // by fetch, of no meaning
}

// linesPart is an open-addressing hash table with linear probing. It is in pieces of one
// size: what a part that grows leaves behind is just what the next one needs. Pieces of ever
// new sizes leave gaps in the memory, a third of it with ten million numbers.
type linesPart struct {
	pieces [][]linesPlace // of pieceSize; a single one may be shorter
	size   int            // places in all of them
	used   int
}

// pieceSize makes a piece 12 KiB, which is a size class of Go's allocator.
const (
	pieceBits = 10
	pieceSize = 1 << pieceBits
)

// linesPlace is a number and its line; the zero value is a free place, since no phone number
// is 0. They stand together, as each part of the memory that is looked at costs a wait. In
// one piece the number would have the place take 16 bytes in the place of 12.
type linesPlace struct{ high, low, line uint32 }

func (p linesPlace) number() uint64 { return uint64(p.high)<<32 | uint64(p.low) }

// get returns the line of the number.
func (l *numberLines) get(number uint64) (line uint32, known bool) {
	part, hash := l.at(number)
	if part.used == 0 {
		return 0, false
	}
	at := part.place(number, hash)
	return at.line, at.number() == number
}

// put adds the number, or gives it another line.
func (l *numberLines) put(number uint64, line uint32) {
	at, _ := l.find(number)
	at.line = line
}

// putNew adds the number, unless it is there: then it returns its line.
func (l *numberLines) putNew(number uint64, line uint32) (earlier uint32, known bool) {
	at, known := l.find(number)
	if known {
		return at.line, true
	}
	at.line = line
	return 0, false
}

// find returns the place of the number, and whether it had one before.
func (l *numberLines) find(number uint64) (at *linesPlace, known bool) {
	part, hash := l.at(number)
	if 5*part.used >= 4*part.size { // at most four places of five are taken
		part.grow()
	}
	at = part.place(number, hash)
	if at.number() == number {
		return at, true
	}
	at.high, at.low = uint32(number>>32), uint32(number)
	part.used++
	return at, false
}

// fetch has the processor bring the places of many numbers, 0 for none, near. Nothing in it
// depends on what is read, so that it waits for many pieces of memory at the same time;
// looking for one number after the other, it waits for each.
func (l *numberLines) fetch(numbers []uint64) {
	for _, number := range numbers {
		if part, hash := l.at(number); part.used > 0 {
			l.fetched ^= part.at(part.start(hash)).low
		}
	}
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
func (p *linesPart) place(number uint64, hash uint32) *linesPlace {
	for i := p.start(hash); ; {
		at := p.at(i)
		if n := at.number(); n == number || n == 0 {
			return at
		}
		if i++; i == p.size {
			i = 0
		}
	}
}

// start is the place from which a number is looked for.
func (p *linesPart) start(hash uint32) int { return int(uint64(hash) * uint64(p.size) >> 32) }

func (p *linesPart) at(i int) *linesPlace { return &p.pieces[i>>pieceBits][i&(pieceSize-1)] }

// grow makes room for a quarter more.
func (p *linesPart) grow() {
	old := p.pieces
	if p.size = max(16, p.size*5/4); p.size <= pieceSize {
		p.pieces = [][]linesPlace{make([]linesPlace, p.size)}
	} else {
		p.pieces = make([][]linesPlace, (p.size+pieceSize-1)/pieceSize)
		for i := range p.pieces {
			p.pieces[i] = make([]linesPlace, pieceSize)
		}
		p.size = len(p.pieces) * pieceSize
	}
	for _, piece := range old {
		for _, from := range piece {
			if number := from.number(); number != 0 {
				*p.place(number, uint32(mix(number)>>24)) = from
			}
		}
	}
}
