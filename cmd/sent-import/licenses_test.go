package main

import (
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"sent-import/cmd/internal/linked"
)

var writeLicenses = flag.Bool("licenses.write", false, "write licenses.txt anew, as go generate does")

// TestAttack24Licenses compares licenses.txt with the modules that are linked into
// the binary, in their versions, and with their files; go generate writes it.
func TestAttack24Licenses(t *testing.T) {
	t.Parallel()
	// A binary of any other system contains no other modules than that of one of these.
	want, err := linked.Texts("sent-import", filepath.Join("..", "..", "LICENSE"), "", "linux", "darwin", "freebsd")
	if err != nil {
		t.Fatal(err)
	}
	if *writeLicenses {
		if err := os.WriteFile("licenses.txt", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if licenses != want {
		t.Errorf("licenses.txt has %d bytes and differs from the modules' files, which have %d: run go generate ./cmd/sent-import", len(licenses), len(want))
	}
	here, err := linked.Modules(runtime.GOOS)
	if err != nil {
		t.Fatal(err)
	}
	for module := range here {
		if !strings.Contains(licenses, "\n"+module+"\n") {
			t.Errorf("licenses.txt lacks %s", module)
		}
	}
}

// TestLicensesAreWhole: the text begins with this project's licence and has the
// licences of modules that are known to be in the binary.
func TestLicensesAreWhole(t *testing.T) {
	out, err := program(t, "licenses").Output()
	if err != nil {
		t.Fatal(err)
	}
	own, err := os.ReadFile(filepath.Join("..", "..", "LICENSE"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(out)
	if first := strings.Index(text, string(own)); first < 0 || first > 200 {
		t.Error("it does not begin with this project's LICENSE")
	}
	for _, words := range []string{"The Go Authors", "\nmodernc.org/sqlite v", "\ngithub.com/nyaruka/phonenumbers v", "\ngolang.org/x/sys v", "SQLite"} {
		if !strings.Contains(text, words) {
			t.Errorf("it lacks %q", words)
		}
	}
}
