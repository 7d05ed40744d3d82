package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
)

// PutReport puts the files of a directory into the store under the prefix, such as
// reports/12/3.
func (s *Store) PutReport(ctx context.Context, prefix, dir string) error {
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
