//go:build unix

package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkProfile checks a list of E.164 numbers in this process, so that its CPU profile
// says where the time goes: that is what the compiler reads in speed.pgo, see make profile.
// A check is what people wait for again and again; runs and reports in the same profile
// would take half of what it gains from it, since most of their time is SQLite's.
func BenchmarkProfile(b *testing.B) {
	const rounds, rows = 6, 1_000_000
	list := e164List(b, filepath.Join(b.TempDir(), "e164.csv"), rows)
	env := func(name string) string { return map[string]string{"XDG_CONFIG_HOME": "/nonexistent"}[name] }
	for b.Loop() {
		for range rounds {
			var out bytes.Buffer
			args := []string{"check", "--quiet", "--report", filepath.Join(b.TempDir(), "report"), list.path}
			if code := run(args, env, strings.NewReader(""), &out, &out); code != exitOK {
				b.Fatalf("exit code %d: %s", code, out.String())
			}
		}
	}
}
