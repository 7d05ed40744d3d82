package plan

import (
	"math/rand/v2"
	"runtime"
	"testing"

	"sent-import/importer/testenv"
)

// TestNumberLinesAgreeWithAMap: numbers of all lengths, in runs as a list that is sorted
// has them and at random, each asked for before and after it is there.
func TestNumberLinesAgreeWithAMap(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	want := make(map[uint64]uint32)
	var got numberLines
	for i := range uint32(testenv.Size(300_000, 30_000)) {
		n := 14155550000 + uint64(i)/3
		switch i % 5 {
		case 1:
			n = 1 + random.Uint64N(999_999_999_999_999)
		case 2:
			n = 1 + random.Uint64N(1000)
		}
		line, known := got.get(n)
		if before, ok := want[n]; known != ok || ok && line != before {
			t.Fatalf("number %d: got line %d, %t, want %d, %t", n, line, known, before, ok)
		}
		if i%2 == 0 {
			got.put(n, i)
			want[n] = i
			continue
		}
		before, ok := want[n]
		if line, known := got.putNew(n, i); known != ok || line != before {
			t.Fatalf("number %d, new: got line %d, %t, want %d, %t", n, line, known, before, ok)
		}
		if !ok {
			want[n] = i
		}
	}
	for n, line := range want {
		if got, known := got.get(n); !known || got != line {
			t.Errorf("number %d: got line %d, %t, want %d", n, got, known, line)
		}
	}
	if _, known := got.get(999_999_999_999_999); known {
		t.Error("a number is known that was never put in")
	}
}

// TestNumberLinesTakeLittleMemory: a set of ten million numbers leaves room for the rest of
// the program in 300 MiB.
func TestNumberLinesTakeLittleMemory(t *testing.T) {
	n := testenv.Size(1_000_000, 100_000)
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	set := new(numberLines)
	for i := range n {
		set.put(14155550000+uint64(i)*7, uint32(i))
	}
	each := float64(heap()-before) / float64(n)
	runtime.KeepAlive(set)
	if each > 20 {
		t.Errorf("got %.1f bytes a number, want at most 20", each)
	}
}
