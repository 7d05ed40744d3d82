package store

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
)

// Store is where inputs and reports are. Its methods may be called from several goroutines.
type Store struct {
	bucket  *blob.Bucket
	dir     string        // of a file:// store; "" for another one
	silence time.Duration // after which it is taken for one that can't be reached
}

// Open opens the store of a URL: file:///srv/imports, or s3://bucket with the parameters of
// gocloud.dev/blob/s3blob, such as region and endpoint; credentials of S3 are found as by
// Amazon's tools. The directory of a file:// URL must be there: one that is made by mistake on a
// worker's own disk would lose what is written to it.
func Open(ctx context.Context, address string) (*Store, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("the store's address is no URL: %w", err)
	}
	var bucket *blob.Bucket
	var dir string
	switch u.Scheme {
	case "file":
		dir = u.Path
		bucket, err = openDir(u)
	case "s3":
		bucket, err = openS3(ctx, u)
	default:
		return nil, fmt.Errorf("the store %q is neither file:///… nor s3://…", u.Redacted())
	}
	if err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	return &Store{bucket, dir, longestSilence}, nil
}

func openDir(u *url.URL) (*blob.Bucket, error) {
	if u.Host != "" || !filepath.IsAbs(u.Path) {
		return nil, fmt.Errorf("file:// takes an absolute path behind it, as in file:///srv/imports")
	}
	if info, err := os.Stat(u.Path); err != nil {
		return nil, fmt.Errorf("%w: make this directory where every worker sees it", err)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("%s is no directory", u.Path)
	}
	// A rename from the system's temporary directory would cross file systems.
	return fileblob.OpenBucket(u.Path, &fileblob.Options{NoTempDir: true, DirFileMode: 0o700, Metadata: fileblob.MetadataDontWrite})
}

// Close gives the store back.
func (s *Store) Close() error { return s.bucket.Close() }
