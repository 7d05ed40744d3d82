package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMetricsFileReplacesNothingElse: a file of somebody else at the path is refused before
// anything is sent, and stays as it is; one that comes while the run goes on is left alone.
func TestMetricsFileReplacesNothingElse(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t, "--rate-limit=-1", "--latency", "0s")
	s := newShell(t, "SENT_IMPORT_BASE_URL="+sim.url)
	files := map[string]string{"list.csv": "phone\n+14155550101\n", "notes.txt": "mine\n", "node.prom": "node_load1 3\n", "empty.csv": ""}
	for name, text := range files {
		s.write(name, text)
	}
	state := filepath.Join(s.dir, "elsewhere")
	if err := os.Symlink(filepath.Join(s.dir, "none.prom"), filepath.Join(s.dir, "link.prom")); err != nil {
		t.Fatal(err)
	}
	for path, why := range map[string]string{
		"list.csv": "it is a file to import", "./list.csv": "it is a file to import", "notes.txt": "something else", "node.prom": "something else",
		"link.prom": "it is a link", "empty.csv": "it is a file to import", "/dev/null": "no regular file", ".": "no regular file",
		filepath.Join(state, "ledger.db"): "directory of the ledger", filepath.Join(state, "m.prom"): "directory of the ledger",
	} {
		_, said := s.run(2, "run", "list.csv", "empty.csv", "--state", state, "--metrics-file", path)
		if !strings.Contains(said, why) || !strings.Contains(said, "--metrics-file") || !strings.Contains(said, "give a path where nothing is") {
			t.Errorf("%s: got %s", path, said)
		}
	}
	for name, text := range files {
		if after, err := os.ReadFile(filepath.Join(s.dir, name)); err != nil || string(after) != text {
			t.Errorf("%s: got %q, %v", name, after, err)
		}
	}
	if _, err := os.Stat(state); err == nil {
		t.Error("a refused command has made a ledger")
	}
	late := &outlets{file: filepath.Join(s.dir, "notes.txt"), paths: []string{"list.csv"}}
	if err := late.checkMetricsFile(); err == nil || !strings.Contains(err.Error(), "something else") {
		t.Errorf("right before the write: got %v", err)
	}
	s.run(0, "run", "list.csv", "--state", state, "--metrics-file", "new.prom")
	s.run(0, "run", "list.csv", "--state", state, "--metrics-file", "new.prom")
}
