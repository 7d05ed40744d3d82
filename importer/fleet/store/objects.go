package store

import (
	"context"
	"errors"
	"io"

	"gocloud.dev/blob"
)

// put writes an object. One that fill has an error for is not written at all.
func (s *Store) put(ctx context.Context, key string, fill func(io.Writer) error) error {
	ctx, p := s.await(ctx)
	defer p.end()
	w, err := s.bucket.NewWriter(ctx, key, nil)
	if err != nil {
		return p.explain(key, err)
	}
	if err := fill(p.watch(w)); err != nil {
		err = p.explain(key, err)
		p.end() // before Close, which would keep what was written
		_ = w.Close()
		return err
	}
	return p.explain(key, w.Close())
}

// get writes the content of an object to w.
func (s *Store) get(ctx context.Context, key string, w io.Writer) error {
	ctx, p := s.await(ctx)
	defer p.end()
	r, err := s.bucket.NewReader(ctx, key, &blob.ReaderOptions{BeforeRead: quiet})
	if err != nil {
		return p.explain(key, err)
	}
	defer r.Close()
	_, err = io.Copy(p.watch(w), r)
	return p.explain(key, err)
}

// keys are the names of the objects that begin with a prefix and have no other slash.
func (s *Store) keys(ctx context.Context, prefix string) (keys []string, err error) {
	ctx, p := s.await(ctx)
	defer p.end()
	for list := s.bucket.List(below(prefix)); ; {
		object, err := list.Next(ctx)
		if errors.Is(err, io.EOF) {
			return keys, nil
		}
		if err != nil {
			return nil, p.explain(prefix, err)
		}
		if !object.IsDir {
			keys = append(keys, object.Key)
		}
	}
}

// any reports whether there is an object whose name begins with the prefix.
func (s *Store) any(ctx context.Context, prefix string) (bool, error) {
	ctx, p := s.await(ctx)
	defer p.end()
	first, _, err := s.bucket.ListPage(ctx, blob.FirstPageToken, 1, below(prefix))
	return len(first) > 0, p.explain(prefix, err)
}

func below(prefix string) *blob.ListOptions {
	return &blob.ListOptions{Prefix: prefix, Delimiter: "/"}
}
