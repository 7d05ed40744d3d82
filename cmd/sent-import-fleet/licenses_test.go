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

// sources says how to get the source of what is linked, which the Mozilla Public License (the
// queue's) asks of whoever passes a binary on: https://www.mozilla.org/MPL/2.0/, 3.2.
const sources = `The modules below are linked as they were published, unchanged. The source code of each,
also of those under the Mozilla Public License 2.0, is at the address that is its name, and
can be fetched from the Go module proxy: go mod download NAME@VERSION, or
https://proxy.golang.org/NAME/@v/VERSION.zip.`

// TestLicenses compares licenses.txt with the modules that are linked into the binary, in their
// versions, and with their files; go generate writes it.
func TestLicenses(t *testing.T) {
	t.Parallel()
	want, err := linked.Texts("sent-import-fleet", filepath.Join("..", "..", "LICENSE"), sources, "linux", "darwin", "windows")
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
		t.Errorf("licenses.txt has %d bytes and differs from the modules' files, which have %d: run go generate ./cmd/sent-import-fleet", len(licenses), len(want))
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

// TestLicensesAreWhole: the command prints them, and those of modules that are known to be in
// the binary are there.
func TestLicensesAreWhole(t *testing.T) {
	var out strings.Builder
	if code := run([]string{"licenses"}, &out, os.Stderr); code != exitOK {
		t.Fatalf("exit %d", code)
	}
	own, err := os.ReadFile(filepath.Join("..", "..", "LICENSE"))
	if err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{string(own), sources, "The Go Authors", "\ngithub.com/riverqueue/river v", "Mozilla Public License Version 2.0",
		"\ngithub.com/jackc/pgx/v5 v", "\ngocloud.dev v", "\ngithub.com/aws/aws-sdk-go-v2/service/s3 v", "AWS SDK for Go"} {
		if !strings.Contains(out.String(), words) {
			t.Errorf("it lacks %.60q", words)
		}
	}
	if strings.Contains(out.String(), "gofakes3") {
		t.Error("it has the licence of a module that only tests use")
	}
}
