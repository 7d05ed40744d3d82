package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
)

// ErrChanged says that an input in the store is not the one that was put there.
var ErrChanged = errors.New("changed in the store")

// Input is an input in the store.
type Input struct {
	SHA256 string // of its content, in hex
	Bytes  int64
}

func inputKey(sha string) string { return "inputs/" + sha }

// PutInput puts a file into the store under the SHA-256 of its content. What is there already
// is written anew, so that enqueuing a file again mends an input that was changed in the store.
// The file is read twice: one that changes meanwhile is an error, and so is what is no regular
// file. Reading ends with ctx.
func (s *Store) PutInput(ctx context.Context, path string) (Input, error) {
	f, err := os.Open(path)
	if err != nil {
		return Input{}, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil {
		return Input{}, err
	} else if !info.Mode().IsRegular() {
		return Input{}, fmt.Errorf("%s is no regular file", path)
	}
	in, err := sum(until{ctx, f}, io.Discard)
	if err != nil {
		return in, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return in, err
	}
	return in, s.put(ctx, inputKey(in.SHA256), func(w io.Writer) error {
		again, err := sum(until{ctx, f}, w)
		if err == nil && again != in {
			return fmt.Errorf("%s changed while it was read: enqueue it again when it is complete", path)
		}
		return err
	})
}

// FetchInput writes an input to a file, which only its owner can read. Errors: [ErrMissing],
// [ErrChanged], [*LocalError].
func (s *Store) FetchInput(ctx context.Context, sha, path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return &LocalError{err}
	}
	hash, to := sha256.New(), &local{file: f}
	err = s.get(ctx, inputKey(sha), io.MultiWriter(hash, to))
	if errors.Is(err, ErrMissing) {
		err = s.whetherEmpty(ctx, err)
	}
	if closed := f.Close(); to.err == nil {
		to.err = closed
	}
	switch {
	case to.err != nil:
		return &LocalError{to.err}
	case err != nil:
		return err
	}
	if got := hex.EncodeToString(hash.Sum(nil)); got != sha {
		return fmt.Errorf("the input %s: %w: its SHA-256 is %s", sha, ErrChanged, got)
	}
	return nil
}

// local is a file on this machine, and the first error of writing to it.
type local struct {
	file *os.File
	err  error
}

func (l *local) Write(p []byte) (int, error) {
	n, err := l.file.Write(p)
	if l.err == nil {
		l.err = err
	}
	return n, err
}

// whetherEmpty is the error of an input that is missing, if others are there. A store without
// any is another one than that of whoever has enqueued: a bucket of a similar name, or a
// directory on which nothing is mounted. That is mended without enqueuing every file again.
func (s *Store) whetherEmpty(ctx context.Context, missing error) error {
	switch any, err := s.any(ctx, inputKey("")); {
	case err != nil:
		return err
	case !any:
		return errors.New("there is no input at all in the store: is it the right one, and mounted?")
	}
	return missing
}

// sum copies r to w, and says what went through.
func sum(r io.Reader, w io.Writer) (Input, error) {
	hash := sha256.New()
	n, err := io.Copy(io.MultiWriter(hash, w), r)
	return Input{SHA256: hex.EncodeToString(hash.Sum(nil)), Bytes: n}, err
}

// until is a reader that ends with ctx.
type until struct {
	ctx  context.Context
	from io.Reader
}

func (u until) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.from.Read(p)
}
