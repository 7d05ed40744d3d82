package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"

	"gocloud.dev/blob"
)

// PutReport puts the files of a directory into the store under the prefix, such as
// reports/12/3. The store has to hold the import's input, given by its SHA-256, before and after
// that: one that does not is another one, such as a directory on which nothing is mounted any
// more, and what is written there is lost.
func (s *Store) PutReport(ctx context.Context, sha, prefix, dir string) error {
	if err := s.holds(ctx, sha); err != nil {
		return err
	}
	if err := s.putFiles(ctx, prefix, dir); err != nil {
		return err
	}
	return s.holds(ctx, sha)
}

// holds returns an error unless the store holds an input. It is not [ErrMissing]: whether the
// store is away or the input was removed, time or an operator mends it.
func (s *Store) holds(ctx context.Context, sha string) error {
	ctx, p := s.await(ctx)
	defer p.end()
	// It is opened and not asked for by its head, whose answers don't say what is wrong.
	r, err := s.bucket.NewReader(ctx, inputKey(sha), &blob.ReaderOptions{BeforeRead: quiet})
	if err == nil {
		return p.explain(inputKey(sha), r.Close())
	}
	if err = p.explain(inputKey(sha), err); errors.Is(err, ErrMissing) {
		return errors.New("the input that the report is of is not in the store any more: is it the right one, and mounted?")
	}
	return err
}

func (s *Store) putFiles(ctx context.Context, prefix, dir string) error {
	files, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, file := range files {
		if !file.Type().IsRegular() {
			continue
		}
		if err := s.putFile(ctx, path.Join(prefix, file.Name()), filepath.Join(dir, file.Name())); err != nil {
			return fmt.Errorf("put %s into the store: %w", file.Name(), err)
		}
	}
	return nil
}

func (s *Store) putFile(ctx context.Context, key, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	return s.put(ctx, key, func(w io.Writer) error {
		_, err := io.Copy(w, f)
		return err
	})
}

// FetchReport writes the files of a prefix into a directory, and returns their names. Its
// error is [ErrMissing] where there is none.
func (s *Store) FetchReport(ctx context.Context, prefix, dir string) (names []string, err error) {
	keys, err := s.keys(ctx, prefix+"/")
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		name := path.Base(key)
		if !filepath.IsLocal(name) {
			continue
		}
		if err := s.fetch(ctx, key, filepath.Join(dir, name)); err != nil {
			return names, err
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("the report %s: %w", prefix, ErrMissing)
	}
	return names, nil
}

// fetch writes an object to a file, whole or not at all.
func (s *Store) fetch(ctx context.Context, key, file string) error {
	draft := file + ".part"
	f, err := os.OpenFile(draft, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	err = s.get(ctx, key, f)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(draft, file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(draft))
	}
	return nil
}
