package create

import (
	"hash/maphash"
	"iter"
	"sync"

	"sent-import/importer/ledger"
)

// idSet knows the contact ids of the job's created rows. An API that gives the
// id of one number's contact for another number has created nothing, or is not
// the API. It keeps a 64-bit hash an id, so that a million cost about 40 MB: two
// ids of one hash (once in 30 million jobs of a million rows) cost a look-up.
type idSet struct {
	mu   sync.Mutex
	seed maphash.Seed
	rows map[uint64]int // row numbers
}

// load fills the set.
func (s *idSet) load(ids iter.Seq2[ledger.ContactID, error]) error {
	s.seed, s.rows = maphash.MakeSeed(), make(map[uint64]int)
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
	hash := maphash.String(s.seed, id)
	if has, ok := s.rows[hash]; ok {
		return has == row
	}
	s.rows[hash] = row
	return true
}

// isOfAnother reports whether another row has the id.
func (s *idSet) isOfAnother(id string, row int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	has, ok := s.rows[maphash.String(s.seed, id)]
	return ok && has != row
}
