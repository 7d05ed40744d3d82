package main

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// What the build has set: -X main.buildVersion=…; the Go toolchain records the rest in a
// binary that is built in a clone.
var (
	buildVersion string
	buildCommit  string
	buildDate    string // of the commit, RFC 3339
)

// version is the version that the build has set, or the one that the Go toolchain
// has recorded in the binary.
func version() string {
	if buildVersion != "" {
		return buildVersion
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "dev"
}

// versionText is the version with what it was built from: its commit, the date of that,
// and Go's version, as far as they are known.
func versionText() string {
	recorded := make(map[string]string)
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			recorded[s.Key] = s.Value
		}
	}
	var from []string
	if commit := cmp.Or(buildCommit, recorded["vcs.revision"]); commit != "" {
		if recorded["vcs.modified"] == "true" {
			commit += " with changes"
		}
		from = append(from, "commit "+commit)
	}
	if date := cmp.Or(buildDate, recorded["vcs.time"]); date != "" {
		from = append(from, date)
	}
	from = append(from, fmt.Sprintf("%s %s/%s", runtime.Version(), runtime.GOOS, runtime.GOARCH))
	return version() + " (" + strings.Join(from, ", ") + ")"
}
