package main

import (
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// The directory for a file with the longest possible name has a valid name that begins
// like the file's and differs from that of every other file.
func TestReportDirOfALongName(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t, "--rate-limit=-1", "--latency=0s")
	s := newShell(t, "SENT_IMPORT_BASE_URL="+sim.url)
	dirs := make(map[string]string)
	for _, name := range []string{
		strings.Repeat("a", 251) + ".csv",
		strings.Repeat("a", 250) + "b.csv",
		"." + strings.Repeat("a", 254),
		"é" + strings.Repeat("日", 83) + ".csv",
		"ab" + strings.Repeat("日", 83) + ".csv",
		strings.Repeat("😀", 62) + "ab.csv",
	} {
		s.write(name, "phone\n+14155550101\n")
		s.run(0, "run", "--quiet", "--fresh", name)
		found, err := filepath.Glob(filepath.Join(s.dir, "*.report"))
		if err != nil {
			t.Fatal(err)
		}
		dir := ""
		for _, path := range found {
			if dirs[path] == "" {
				dir, dirs[path] = filepath.Base(path), name
			}
		}
		begin, _, _ := strings.Cut(dir, "-")
		if dir != reportDir(name, runReport) || !strings.HasPrefix(name, begin) || !utf8.ValidString(dir) || len(dir) > longestName || len(dir) <= longestName-utf8.UTFMax {
			t.Errorf("got %q for %q", dir, name)
		}
	}
	if got := reportDir("d/"+strings.Repeat("a", 252), runReport); len(got) != len("d/")+longestName {
		t.Errorf("got %q", got)
	}
}
