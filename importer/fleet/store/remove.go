package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"
)

// RemoveInput removes an input, given by its SHA-256. One that is not there is no error.
func (s *Store) RemoveInput(ctx context.Context, sha string) error {
	if err := s.remove(ctx, inputKey(sha)); err != nil {
		return fmt.Errorf("remove the input from the store: %w", err)
	}
	return nil
}

// RemoveReports removes all reports of an import. None is no error.
func (s *Store) RemoveReports(ctx context.Context, id int64) error {
	prefix := "reports/" + strconv.FormatInt(id, 10)
	keys, err := s.all(ctx, prefix+"/")
	for _, key := range keys {
		if err == nil {
			err = s.remove(ctx, key)
		}
	}
	if err == nil && s.dir != "" { // its directories, and what a killed worker has left in them
		err = os.RemoveAll(filepath.Join(s.dir, filepath.FromSlash(prefix)))
	}
	if err != nil {
		return fmt.Errorf("remove the reports from the store: %w", err)
	}
	return nil
}

func (s *Store) remove(ctx context.Context, key string) error {
	ctx, p := s.await(ctx)
	defer p.end()
	err := s.bucket.Delete(ctx, key)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil
	}
	return p.explain(key, err)
}

// all are the names of all objects that begin with a prefix.
func (s *Store) all(ctx context.Context, prefix string) (keys []string, err error) {
	ctx, p := s.await(ctx)
	defer p.end()
	for list := s.bucket.List(&blob.ListOptions{Prefix: prefix}); ; {
		object, err := list.Next(ctx)
		if errors.Is(err, io.EOF) {
			return keys, nil
		}
		if err != nil {
			return nil, p.explain(prefix, err)
		}
		keys = append(keys, object.Key)
	}
}
