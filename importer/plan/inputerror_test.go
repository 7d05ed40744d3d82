package plan

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"testing"

	"sent-import/importer/source"
)

// TestInputErrors are those that the same bytes give again: not what the system says, nor the
// end of a run, whatever its cause.
func TestInputErrors(t *testing.T) {
	ended, end := context.WithCancelCause(t.Context())
	why := errors.New("the slice is over")
	end(why)
	for _, tt := range []struct {
		name string
		ctx  context.Context
		err  error
		want bool
	}{
		{"empty", t.Context(), source.ErrEmpty, true},
		{"no list", t.Context(), fmt.Errorf("%w: this is a PDF", source.ErrNotTable), true},
		{"text", t.Context(), &source.EncodingError{Problem: "name the encoding"}, true},
		{"the disk", t.Context(), fmt.Errorf("read: %w", &fs.PathError{Op: "read", Path: "x", Err: syscall.EIO}), false},
		{"the end", ended, fmt.Errorf("read: %w", why), false},
		{"the options", t.Context(), &source.UsageError{Message: "no such column"}, false},
	} {
		got := sourceError(tt.ctx, tt.err)
		if input := (*InputError)(nil); errors.As(got, &input) != tt.want || got.Error() != tt.err.Error() {
			t.Errorf("%s: got %T (%v), want an input error: %v", tt.name, got, got, tt.want)
		}
	}
}
