package source

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"
)

const (
	// chunk is the size of a read of the input in bytes: large enough that the
	// calls cost nothing, small enough for the processor's cache.
	chunk = 64 << 10

	// maxLayers is how many layers of compression a file may have: a .csv.gz in
	// a .zip has two. The limit stops archives that contain themselves.
	maxLayers = 2

	// maxWindow is the largest zstd window that is accepted, in bytes. Levels up
	// to 19 need at most 8 MiB; --ultra and --long of zstd up to 128 MiB.
	maxWindow = 32 << 20
)

// buffered makes it possible to peek at the first bytes of r. An error of r
// during a peek is not lost: it is returned again after the bytes before it.
func buffered(r io.Reader) *bufio.Reader {
	return bufio.NewReaderSize(&sticky{r: r}, chunk)
}

// sticky repeats the first error of r.
type sticky struct {
	r   io.Reader
	err error
}

func (s *sticky) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.r.Read(p)
	s.err = err
	return n, err
}

// decompress looks at the first bytes of stream and returns the plain bytes and
// how they were compressed, as in [Dialect.Compression]. zipped is the directory of the
// stream if it is a zip, else nil.
func decompress(stream *bufio.Reader, zipped *archive) (plain *bufio.Reader, names string, err error) {
	var layers []string
	if zipped != nil {
		out, err := newUnzip(stream, zipped)
		if err != nil {
			return nil, "", err
		}
		stream, layers = buffered(out), []string{"zip"}
	}
	for {
		out, name, err := unwrap(stream)
		switch {
		case err != nil:
			return nil, "", wrapUnpack(name, err)
		case name == "":
			return stream, strings.Join(layers, "+"), refuse(stream)
		case len(layers) == maxLayers:
			return nil, "", fmt.Errorf("%w: compressed more than %d times over; unpack it first", ErrNotTable, maxLayers)
		}
		stream, layers = buffered(&unpacking{r: out, name: name}), append(layers, name)
	}
}

// isZip looks for a file's header, or for the end that an empty zip begins with.
func isZip(in *bufio.Reader) bool {
	magic, _ := in.Peek(4)
	return string(magic) == "PK\x03\x04" || string(magic) == "PK\x05\x06"
}

// unwrap removes one layer of compression; name is "" if there is none.
func unwrap(in *bufio.Reader) (out io.Reader, name string, err error) {
	magic, _ := in.Peek(4)
	switch {
	case bytes.HasPrefix(magic, []byte("\x1f\x8b")):
		out, err = newGunzip(in)
		return out, "gzip", err
	case bytes.HasPrefix(magic, []byte("\x28\xb5\x2f\xfd")):
		out, err = newZstd(in)
		return out, "zstd", err
	case bytes.HasPrefix(magic, []byte("BZh")) && isBzip2(in):
		return bzip2.NewReader(in), "bzip2", nil
	}
	return nil, "", nil
}

// unpacking adds to the errors of r what was being unpacked.
type unpacking struct {
	r    io.Reader
	name string
}

func (u *unpacking) Read(p []byte) (int, error) {
	n, err := u.r.Read(p)
	if err == io.EOF {
		return n, err
	}
	return n, wrapUnpack(u.name, err)
}

func wrapUnpack(name string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, zstd.ErrWindowSizeExceeded):
		return fmt.Errorf("unpack zstd: it needs more than %d MiB of memory: compress it without --long and --ultra, or unpack it first", maxWindow>>20)
	}
	return fmt.Errorf("unpack %s: %w; the file may be cut off: copy or export it again", name, err)
}

// newZstd decodes on the caller's goroutine, so that nothing has to be closed.
func newZstd(in io.Reader) (io.Reader, error) {
	return zstd.NewReader(in,
		zstd.WithDecoderConcurrency(1),
		zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(maxWindow))
}

// isBzip2 looks beyond "BZh", which a header of a list might begin with: a digit
// for the size of the blocks follows, and the mark of a block or of the end.
func isBzip2(in *bufio.Reader) bool {
	head, _ := in.Peek(10)
	if len(head) < 10 || head[3] < '1' || head[3] > '9' {
		return false
	}
	mark := string(head[4:])
	return mark == "\x31\x41\x59\x26\x53\x59" || mark == "\x17\x72\x45\x38\x50\x90"
}

// refuse returns an error for formats that people mistake for CSV, by their first
// bytes.
func refuse(in *bufio.Reader) error {
	head, _ := in.Peek(512)
	switch {
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return foreign("an Excel 97-2003 workbook (.xls), or one with a password")
	case bytes.HasPrefix(head, []byte("%PDF-")):
		return foreign("a PDF")
	case bytes.HasPrefix(head, []byte("{\\rtf")):
		return foreign("a rich text document")
	case isZip(in):
		return unpackFirst("a zip within an archive")
	case len(head) > 262 && string(head[257:262]) == "ustar":
		return unpackFirst("a tar archive")
	case bytes.HasPrefix(head, []byte("7z\xbc\xaf\x27\x1c")):
		return unpackFirst("a 7z archive")
	case bytes.HasPrefix(head, []byte("Rar!\x1a\x07")):
		return unpackFirst("a RAR archive")
	case bytes.HasPrefix(head, []byte("\xfd7zXZ\x00")):
		return unpackFirst("compressed with xz")
	}
	return nil
}

func unpackFirst(what string) error {
	return fmt.Errorf("%w: this is %s; unpack it and give the file in it", ErrNotTable, what)
}

// unlike is the error for a format whose program exports CSV.
func unlike(what string) error {
	return fmt.Errorf("%w: this is %s; export the contacts as CSV", ErrNotTable, what)
}

func foreign(what string) error {
	return fmt.Errorf("%w: this is %s; open it in its program and save it as \"CSV UTF-8\" or as .xlsx", ErrNotTable, what)
}
