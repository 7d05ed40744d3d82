package report

import (
	"os"
	"path/filepath"
	"testing"
)

// TestEarlySyncKeepsItsError: a system tells of an error once, so the sync at the end of a
// file would not see it.
func TestEarlySyncKeepsItsError(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	var s earlySync
	s.wrote(file, earlyBytes-1)
	if s.done != nil {
		t.Error("a sync began before it was due")
	}
	s.wrote(file, 1)
	if err := s.wait(); err != nil || s.done == nil {
		t.Errorf("got %v, want a sync without an error", err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	s.wrote(file, earlyBytes)
	first := s.wait()
	s.wrote(file, earlyBytes)
	if err := s.wait(); first == nil || err != first {
		t.Errorf("got the errors %v and %v, want the first one twice", first, err)
	}
}

// TestAFileIsSyncedWhileItIsWritten: and is the same, whole.
func TestAFileIsSyncedWhileItIsWritten(t *testing.T) {
	st := &stage{dir: t.TempDir()}
	f, err := st.create(ReportName)
	if err != nil {
		t.Fatal(err)
	}
	block := make([]byte, 1<<20)
	for range 10 {
		if _, err := f.buf.Write(block); err != nil {
			t.Fatal(err)
		}
	}
	if f.early.done == nil {
		t.Error("nothing of 10 MiB was synced before the end")
	}
	if err := f.finish(); err != nil {
		t.Fatal(err)
	}
	if got, err := f.pending.file.Stat(); err != nil || got.Size() != 10<<20 || f.bytes != 10<<20 {
		t.Errorf("got %v, %d bytes counted, %v, want 10 MiB", got.Size(), f.bytes, err)
	}
	st.discard()
}
