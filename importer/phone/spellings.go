package phone

import (
	"maps"
	"strings"
	"sync"
	"sync/atomic"
)

// spellings remember what the region cells of a list mean. To read "Deutschland" takes
// longer than to read the number beside it, and a list has few spellings in many rows.
// The answers never change, so a spelling that is forgotten costs time and nothing else.
type spellings struct {
	known atomic.Pointer[map[string]spelling] // replaced, never written to
	mu    sync.Mutex                          // held to replace it
}

// spelling is what a region cell means.
type spelling struct {
	blank bool  // the default region applies
	plan  *plan // nil: blank or not understood
}

const (
	maxSpellings      = 256 // more than a list has; each new one copies the map
	maxSpellingLength = 64  // bytes
)

func (s *spellings) read(cell string) spelling {
	known := s.known.Load()
	if known != nil {
		if meaning, ok := (*known)[cell]; ok {
			return meaning
		}
	}
	meaning := readSpelling(cell)
	if len(cell) <= maxSpellingLength && (known == nil || len(*known) < maxSpellings) {
		s.remember(strings.Clone(cell), meaning) // the cell can be part of a whole row
	}
	return meaning
}

func (s *spellings) remember(cell string, meaning spelling) {
	s.mu.Lock()
	defer s.mu.Unlock()
	more := make(map[string]spelling)
	if known := s.known.Load(); known != nil {
		maps.Copy(more, *known)
	}
	more[cell] = meaning
	s.known.Store(&more)
}

func readSpelling(cell string) spelling {
	if isBlankRegion(cell) {
		return spelling{blank: true}
	}
	if iso, ok := Region(cell); ok {
		return spelling{plan: planOf(iso)}
	}
	return spelling{}
}
