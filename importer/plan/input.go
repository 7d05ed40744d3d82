package plan

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"sent-import/importer/ledger"
	"sent-import/importer/printable"
	"sent-import/importer/progress"
)

// Source says what is to be imported.
type Source struct {
	Path     string // of the file, or "-" for Stdin
	Stdin    io.Reader
	State    string // the state directory, as people know it
	Dir      string // the same, absolute: what can be read only once is kept there
	Movable  string // name of the variable that gives another directory for that; "" for none
	Progress *progress.Progress
	Say      func(string)
}

// Input is a file to import. It must be closed.
type Input struct {
	File    ledger.Input
	TempDir string   // for what a large workbook is unpacked to, see source.Options
	spooled *os.File // what is kept of standard input, locked; nil if there is none
}

// Close lets go of what is kept of standard input: from now on it stays only if a job
// names it.
func (in *Input) Close() error {
	if in.spooled == nil {
		return nil
	}
	return in.spooled.Close()
}

// Identify finds the identity of the file. Standard input, and what else can be read
// only once, is kept in the state directory, since a run may have to read it again. The
// Input must be closed, with an error too.
func Identify(ctx context.Context, s Source) (*Input, error) {
	if s.Path == "-" {
		if err := checkStdin(s.Stdin); err != nil {
			return new(Input), err
		}
		return s.spool(ctx)
	}
	path, err := filepath.Abs(s.Path)
	if err != nil {
		return new(Input), err
	}
	info, err := os.Stat(path)
	if err != nil {
		return new(Input), fmt.Errorf("%w; is the path right?", err)
	}
	if err := checkKind(printable.Path(s.Path), path, info); err != nil {
		return new(Input), err
	}
	if readOnce(path, info.Mode()) {
		s.Stdin = &lateFile{path: path}
		return s.spool(ctx)
	}
	s.Progress.Start(progress.Hashing, info.Size())
	n, sum, err := HashFile(ctx, path, s.Progress)
	return &Input{
		File:    ledger.Input{Path: path, Name: filepath.Base(path), Bytes: n, SHA256: sum},
		TempDir: spoolDir(s.Dir),
	}, err
}

// HashFile reads the file once, for its identity.
func HashFile(ctx context.Context, path string, p *progress.Progress) (bytes int64, sum string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, "", err
	}
	defer f.Close()
	digest := sha256.New()
	bytes, err = io.Copy(digest, p.Reader(&contextReader{ctx, f}))
	if err != nil {
		return 0, "", fmt.Errorf("read %s: %w", printable.Path(path), err)
	}
	return bytes, hex.EncodeToString(digest.Sum(nil)), nil
}

// contextReader ends with ctx's error when ctx ends.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *contextReader) Read(p []byte) (int, error) {
	if c.ctx.Err() != nil {
		return 0, context.Cause(c.ctx)
	}
	return c.r.Read(p)
}
