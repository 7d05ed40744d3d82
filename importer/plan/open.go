package plan

import (
	"context"
	"os"

	"sent-import/importer/source"
)

// openedInput is a file under way. It must be closed.
type openedInput struct {
	file *os.File
	src  *source.Reader
}

// openInput opens the file of a job, to look at it.
func openInput(ctx context.Context, in *Input, o source.Options) (openedInput, error) {
	f, err := os.Open(in.File.Path)
	if err != nil {
		return openedInput{}, err
	}
	o.TempDir = in.TempDir
	src, err := source.Open(&contextReader{ctx, f}, f, in.File.Bytes, o)
	if err != nil {
		_ = f.Close() // only read
		return openedInput{}, err
	}
	return openedInput{f, src}, nil
}

func (o openedInput) close() {
	_ = o.src.Close()
	_ = o.file.Close() // only read
}
