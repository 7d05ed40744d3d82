package source

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"
)

const (
	// chunk is how many bytes are asked of the input at a time: large enough
	// that the calls cost nothing, small enough for the processor's cache.
	chunk = 64 << 10

	// maxLayers is how often a file may be compressed: a .csv.gz in a .zip is
	// two. The limit stops archives that unpack to themselves.
	maxLayers = 2

	// maxWindow is the zstd window that is accepted, in bytes. Every level up
	// to 19 stays within 8 MiB; --ultra and --long may ask for 128 MiB.
	maxWindow = 32 << 20
)

// buffered lets the first bytes of r be looked at. An error of r that is met
// then is not lost: it comes again when the bytes before it have been read.
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
// what was taken off: "" or a name of [Dialect.Compression]. file holds the
// bytes of stream, size of them, for a zip: its directory stands at its end.
func decompress(stream *bufio.Reader, file io.ReaderAt, size int64) (plain *bufio.Reader, names string, err error) {
	var layers []string
	if isZip(stream) {
		out, err := newUnzip(stream, file, size)
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

// unwrap takes one layer of compression off; name is "" where there is none.
func unwrap(in *bufio.Reader) (out io.Reader, name string, err error) {
	magic, _ := in.Peek(4)
	switch {
	case bytes.HasPrefix(magic, []byte("\x1f\x8b")):
		out, err = gzip.NewReader(in)
		return out, "gzip", err
	case bytes.HasPrefix(magic, []byte("\x28\xb5\x2f\xfd")):
		out, err = newZstd(in)
		return out, "zstd", err
	case bytes.HasPrefix(magic, []byte("BZh")) && isBzip2(in):
		return bzip2.NewReader(in), "bzip2", nil
	}
	return nil, "", nil
}

// unpacking says in its errors what was being done.
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

// newZstd decodes on the caller's goroutine, so nothing must be closed.
func newZstd(in io.Reader) (io.Reader, error) {
	return zstd.NewReader(in,
		zstd.WithDecoderConcurrency(1),
		zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(maxWindow))
}

// isBzip2 looks beyond "BZh", which a header might begin with: a digit for the
// size of the blocks and the mark of a block or of the end follow.
func isBzip2(in *bufio.Reader) bool {
	head, _ := in.Peek(10)
	if len(head) < 10 || head[3] < '1' || head[3] > '9' {
		return false
	}
	mark := string(head[4:])
	return mark == "\x31\x41\x59\x26\x53\x59" || mark == "\x17\x72\x45\x38\x50\x90"
}

// refuse names the formats that people take for CSV, by their first bytes.
func refuse(in *bufio.Reader) error {
	head, _ := in.Peek(512)
	switch {
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return workbook("an Excel 97-2003 workbook (.xls)")
	case bytes.HasPrefix(head, []byte("%PDF-")):
		return workbook("a PDF")
	case bytes.HasPrefix(head, []byte("{\\rtf")):
		return workbook("a rich text document")
	case isZip(in):
		return archive("a zip within an archive")
	case len(head) > 262 && string(head[257:262]) == "ustar":
		return archive("a tar archive")
	case bytes.HasPrefix(head, []byte("7z\xbc\xaf\x27\x1c")):
		return archive("a 7z archive")
	case bytes.HasPrefix(head, []byte("Rar!\x1a\x07")):
		return archive("a RAR archive")
	case bytes.HasPrefix(head, []byte("\xfd7zXZ\x00")):
		return archive("compressed with xz")
	}
	return nil
}

func archive(what string) error {
	return fmt.Errorf("%w: this is %s; unpack it and give the file in it", ErrNotTable, what)
}

// refuseText names the formats that are text and no table, by how the decoded
// text begins. Some programs save HTML under the name .xls.
func refuseText(head []byte) error {
	head = bytes.TrimSpace(head)
	switch {
	case hasPrefixFold(head, "<!doctype"), hasPrefixFold(head, "<html"), hasPrefixFold(head, "<table"), hasPrefixFold(head, "<?xml"):
		return workbook("a web page or XML")
	case hasPrefixFold(head, "begin:vcard"):
		return fmt.Errorf("%w: this is a vCard file; export the contacts as CSV", ErrNotTable)
	case bytes.HasPrefix(head, []byte("[{")), bytes.HasPrefix(head, []byte("{\"")):
		return fmt.Errorf("%w: this is JSON; export the contacts as CSV", ErrNotTable)
	}
	return nil
}

func hasPrefixFold(text []byte, prefix string) bool {
	return len(text) >= len(prefix) && bytes.EqualFold(text[:len(prefix)], []byte(prefix))
}

func workbook(what string) error {
	return fmt.Errorf("%w: this is %s; open it in its program and save it as \"CSV UTF-8\"", ErrNotTable, what)
}
