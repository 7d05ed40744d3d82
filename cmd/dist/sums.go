package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// sumsName is the file that sha256sum -c reads.
const sumsName = "SHA256SUMS"

// sums writes the sums of all files of the release.
func (r release) sums() error {
	paths, err := filepath.Glob(r.path(name + "*")) // sorted
	if err != nil {
		return err
	}
	var text strings.Builder
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		fmt.Fprintf(&text, "%x  %s\n", sha256.Sum256(data), filepath.Base(path))
	}
	return os.WriteFile(r.path(sumsName), []byte(text.String()), 0o644)
}
