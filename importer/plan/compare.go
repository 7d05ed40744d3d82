package plan

import (
	"context"
	"errors"
	"iter"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"sent-import/importer/source"
)

// sameText reports whether two readings, which differ in the encoding or the delimiter
// alone, find the same header and rows with the same text: ASCII is part of most
// encodings, and a file of one column has no delimiter. It stops at the
// first difference; a reading that doesn't come to the end of the file is another.
func sameText(ctx context.Context, in *Input, one, other Reading) (bool, error) {
	a, err := openInput(ctx, in, one.sourceOptions())
	if err != nil {
		return false, err
	}
	defer a.close()
	b, err := openInput(ctx, in, other.sourceOptions())
	if err != nil {
		return false, nil
	}
	defer b.close()
	next, stop := iter.Pull2(b.src.Rows())
	defer stop()
	for row, err := range a.src.Rows() {
		if err != nil {
			return false, err
		}
		twin, err, ok := next()
		if !ok || err != nil || twin.Line != row.Line || twin.Malformed != row.Malformed || !slices.Equal(twin.Record, row.Record) {
			return false, nil
		}
	}
	_, err, more := next()
	return err == nil && !more && slices.Equal(a.src.Header(), b.src.Header()), nil
}

// sameNumbers reports whether two readings, which differ in the meaning of cells alone,
// make the same of every row. It stops at the first difference.
func sameNumbers(ctx context.Context, in *Input, one, other Reading) (bool, error) {
	a, err := readerOf(ctx, in, one)
	if err != nil {
		return false, err
	}
	b, err := readerOf(ctx, in, other)
	if err != nil {
		return false, err
	}
	f, err := openInput(ctx, in, one.sourceOptions())
	if err != nil {
		return false, err
	}
	defer f.close()
	err = inBatches(ctx, f.src.Rows(), func(row source.Row) error {
		if x, y := a.read(&row), b.read(&row); x.E164 != y.E164 || x.Reason != y.Reason {
			return errDiffers
		}
		return nil
	})
	if errors.Is(err, errDiffers) {
		return false, nil
	}
	return err == nil, err
}

// inBatches calls do for every row that is not malformed, on all processors and in any
// order, until one returns an error.
func inBatches(ctx context.Context, rows iter.Seq2[source.Row, error], do func(source.Row) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	var batch []source.Row
	send := func() {
		full := batch
		batch = make([]source.Row, 0, batchRows)
		group.Go(func() error {
			for _, row := range full {
				if err := do(row); err != nil {
					return err
				}
			}
			return nil
		})
	}
	var unread error
	for row, err := range rows {
		if unread = err; err != nil || ctx.Err() != nil {
			break
		}
		if row.Malformed != "" {
			continue
		}
		row.Record = nil // not needed, and as long as a megabyte
		if batch = append(batch, row); len(batch) == batchRows {
			send()
		}
	}
	send()
	return errors.Join(group.Wait(), unread)
}
