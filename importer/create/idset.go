package create

import (
	"hash/maphash"
	"iter"
	"math/bits"
	"sync"

	"sent-import/importer/ledger"
)

// idSet knows the contact ids of the job's created rows. An API that gives the
// id of one number's contact for another number has created nothing, or is not
// the API. It keeps a 64-bit hash an id, in 15 to 19 bytes where a map takes 40: two
// ids of one hash (once in 30 million jobs of a million rows) cost a look-up.
type idSet struct {
	mu    sync.Mutex
	seed  maphash.Seed
	parts [256]idPart // by the first bits of the hash: a table that is copied as a whole is there twice meanwhile
}

// idPart is an open-addressing hash table with linear probing.
type idPart struct {
	hashes []uint64 // 0: a free place
	rows   []uint32 // their numbers, in the same places; the ledger has no larger ones
	used   int
}

// load fills the set.
func (s *idSet) load(ids iter.Seq2[ledger.ContactID, error]) error {
	s.seed = maphash.MakeSeed()
	for id, err := range ids {
		if err != nil {
			return err
		}
		s.take(id.ID, id.Number)
	}
	return nil
}

// take claims the id for a row. It reports false if another row has it.
func (s *idSet) take(id string, row int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	part, hash := s.at(id)
	if 5*part.used >= 4*len(part.hashes) { // at most four places of five are taken
		part.grow()
	}
	at := part.place(hash)
	if part.hashes[at] == hash {
		return int(part.rows[at]) == row
	}
	part.hashes[at], part.rows[at] = hash, uint32(row)
	part.used++
	return true
}

// isOfAnother reports whether another row has the id.
func (s *idSet) isOfAnother(id string, row int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	part, hash := s.at(id)
	if part.used == 0 {
		return false
	}
	at := part.place(hash)
	return part.hashes[at] == hash && int(part.rows[at]) != row
}

// at returns the part of an id, and its hash.
func (s *idSet) at(id string) (*idPart, uint64) {
	hash := max(maphash.String(s.seed, id), 1)
	return &s.parts[hash>>56], hash
}

// place is where the hash is, or the free place for it.
func (p *idPart) place(hash uint64) int {
	high, _ := bits.Mul64(hash<<8, uint64(len(p.hashes))) // the bits behind those of the part
	at := int(high)
	for p.hashes[at] != hash && p.hashes[at] != 0 {
		if at++; at == len(p.hashes) {
			at = 0
		}
	}
	return at
}

// grow makes room for a quarter more.
func (p *idPart) grow() {
	old := *p
	size := max(8, len(old.hashes)*5/4)
	p.hashes, p.rows = make([]uint64, size), make([]uint32, size)
	for i, hash := range old.hashes {
		if hash != 0 {
			at := p.place(hash)
			p.hashes[at], p.rows[at] = hash, old.rows[i]
		}
	}
}
