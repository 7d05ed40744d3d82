package report

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
)

// oldSum is what a file of an earlier report was when it was looked at. The zero value: it
// can't be read, or is no file.
type oldSum struct {
	info os.FileInfo
	sum  string // SHA-256 in hex
}

// sumOld reads a file.
func sumOld(path string) oldSum {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return oldSum{}
	}
	f, err := os.Open(path)
	if err != nil {
		return oldSum{}
	}
	defer f.Close()
	digest := sha256.New()
	if _, err := io.Copy(digest, f); err != nil {
		return oldSum{}
	}
	if s := (oldSum{info, hex.EncodeToString(digest.Sum(nil))}); s.still(path) {
		return s
	}
	return oldSum{}
}

// still reports whether the file has not changed since.
func (s oldSum) still(path string) bool {
	now, err := os.Stat(path)
	return s.info != nil && err == nil && os.SameFile(s.info, now) && s.info.ModTime().Equal(now.ModTime()) && s.info.Size() == now.Size()
}
