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

// PutInput puts a file into the store under the SHA-256 of its content, unless it is there.
// The file is read twice: a file that changes meanwhile is an error.
func (s *Store) PutInput(ctx context.Context, path string) (Input, error) {
	f, err := os.Open(path)
	if err != nil {
		return Input{}, err
	}
	defer f.Close()
	in, err := sum(f, io.Discard)
	if err != nil {
		return in, err
	}
	key := inputKey(in.SHA256)
	if there, err := s.bucket.Exists(ctx, key); err != nil || there {
		return in, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return in, err
	}
	return in, s.put(ctx, key, func(w io.Writer) error {
		again, err := sum(f, w)
		if err == nil && again != in {
			return fmt.Errorf("%s changed while it was read: enqueue it again when it is complete", path)
		}
		return err
	})
}

// put writes an object. One that fill has an error for is not written at all.
func (s *Store) put(ctx context.Context, key string, fill func(io.Writer) error) error {
	ctx, abandon := context.WithCancel(ctx)
	defer abandon()
	w, err := s.bucket.NewWriter(ctx, key, nil)
	if err != nil {
		return err
	}
	if err := fill(w); err != nil {
		abandon() // before Close, which would keep what was written
		_ = w.Close()
		return err
	}
	return w.Close()
}

// FetchInput writes an input to a file, which only its owner can read.
func (s *Store) FetchInput(ctx context.Context, sha, path string) (err error) {
	r, err := s.bucket.NewReader(ctx, inputKey(sha), nil)
	if err != nil {
		return explain("the input "+sha, err)
	}
	defer r.Close()
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	in, err := sum(r, f)
	if err = errors.Join(err, f.Close()); err == nil && in.SHA256 != sha {
		err = fmt.Errorf("the input %s: %w: its SHA-256 is %s", sha, ErrChanged, in.SHA256)
	}
	return err
}

// sum copies r to w, and says what went through.
func sum(r io.Reader, w io.Writer) (Input, error) {
	hash := sha256.New()
	n, err := io.Copy(io.MultiWriter(hash, w), r)
	return Input{SHA256: hex.EncodeToString(hash.Sum(nil)), Bytes: n}, err
}
