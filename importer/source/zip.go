package source

import (
	"bufio"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"strings"
)

// Facts of the zip format, from PKWARE's APPNOTE 6.3: a local header is 30
// bytes, then the name and the extra field. Bit 0 of the flags: encrypted; bit
// 3: sizes and checksum are 0 in the header and follow the data.
const (
	zipHeaderSize  = 30
	zipLocal       = "PK\x03\x04"
	zipCentral     = "PK\x01\x02"
	zipDescriptor  = "PK\x07\x08"
	zipEncrypted   = 1 << 0
	zipSizesFollow = 1 << 3
	zipStored      = 0
	zipDeflated    = 8
	zip64Extra     = 0x0001
	zip64Size      = 0xffffffff
)

// errZipDamaged ends in what helps most often.
var errZipDamaged = errors.New("unpack zip: the archive is damaged or cut off; copy or export it again")

func errZipEmpty() error {
	return fmt.Errorf("%w: the zip holds no file; check that it is the right one", ErrNotTable)
}

// unzip reads the one file of a zip as a stream. A second file is found only
// when the first has been read; it is an error then.
type unzip struct {
	in    *bufio.Reader
	entry zipEntry
	body  io.Reader
	flate io.ReadCloser // one for all entries: it is large, and an entry can have 30 bytes; nil before the first
	sum   hash.Hash32
	done  bool
}

type zipEntry struct {
	name   string
	flags  uint16
	method uint16
	crc    uint32
	size   uint64 // compressed bytes; unknown where the sizes follow
}

// newUnzip skips folders and stops before the data of the first file.
func newUnzip(in *bufio.Reader) (*unzip, error) {
	z := &unzip{in: in}
	found, err := z.advance()
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, errZipEmpty()
	}
	if what := z.entry.office(); what != "" {
		return nil, workbook(what)
	}
	return z, nil
}

// Read reads the file. At its end it checks the checksum and that no other
// file follows.
func (z *unzip) Read(p []byte) (int, error) {
	if z.done {
		return 0, io.EOF
	}
	n, err := z.body.Read(p)
	z.sum.Write(p[:n])
	if err == nil {
		return n, nil
	}
	if err != io.EOF {
		return n, wrapUnpack("zip", err)
	}
	if err := z.finish(); err != nil {
		return n, err
	}
	more, err := z.advance()
	if err != nil {
		return n, err
	}
	if more {
		return n, fmt.Errorf("%w: the zip holds more than one file; unpack it and give the one to import", ErrNotTable)
	}
	z.done = true
	return n, io.EOF
}

// advance moves to the data of the next file that counts, and reports false at
// the directory that follows the last one.
func (z *unzip) advance() (bool, error) {
	for {
		mark, err := z.in.Peek(4)
		if err != nil {
			return false, errZipDamaged
		}
		if string(mark) != zipLocal {
			return false, zipEnd(mark)
		}
		if err := z.open(); err != nil {
			return false, err
		}
		if z.entry.counts() {
			return true, nil
		}
		if _, err := io.Copy(z.sum, z.body); err != nil {
			return false, wrapUnpack("zip", err)
		}
		if err := z.finish(); err != nil {
			return false, err
		}
	}
}

// zipEnd accepts the records that may follow the last file: the directory,
// the zip64 end, the end, an archive extra record.
func zipEnd(mark []byte) error {
	switch string(mark) {
	case zipCentral, "PK\x05\x06", "PK\x06\x06", "PK\x06\x08":
		return nil
	}
	return errZipDamaged
}

// open reads a local header and prepares its data.
func (z *unzip) open() error {
	entry, err := readZipHeader(z.in)
	if err != nil {
		return err
	}
	z.entry, z.sum = entry, crc32.NewIEEE()
	switch {
	case entry.flags&zipEncrypted != 0:
		return fmt.Errorf("%w: the zip is encrypted; unpack it first", ErrNotTable)
	case entry.method == zipDeflated:
		return z.inflate()
	case entry.method == zipStored && entry.flags&zipSizesFollow == 0:
		z.body = &exactly{in: z.in, left: entry.size}
	default:
		return fmt.Errorf("%w: the zip cannot be read as a stream (method %d); unpack it first", ErrNotTable, entry.method)
	}
	return nil
}

// inflate prepares the data of an entry that is deflated.
func (z *unzip) inflate() error {
	if z.flate == nil {
		z.flate = flate.NewReader(z.in)
	} else if err := z.flate.(flate.Resetter).Reset(z.in, nil); err != nil {
		return err
	}
	z.body = z.flate
	return nil
}

func readZipHeader(in *bufio.Reader) (zipEntry, error) {
	var head [zipHeaderSize]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return zipEntry{}, errZipDamaged
	}
	le := binary.LittleEndian
	nameSize, extraSize := int(le.Uint16(head[26:])), int(le.Uint16(head[28:]))
	tail := make([]byte, nameSize+extraSize)
	if _, err := io.ReadFull(in, tail); err != nil {
		return zipEntry{}, errZipDamaged
	}
	e := zipEntry{
		name:   string(tail[:nameSize]),
		flags:  le.Uint16(head[6:]),
		method: le.Uint16(head[8:]),
		crc:    le.Uint32(head[14:]),
		size:   uint64(le.Uint32(head[18:])),
	}
	if e.size == zip64Size {
		e.size = zip64CompressedSize(tail[nameSize:])
	}
	return e, nil
}

// zip64CompressedSize finds the second number of the zip64 extra field; 0
// where there is none, which the checksum then refuses.
func zip64CompressedSize(extra []byte) uint64 {
	le := binary.LittleEndian
	for len(extra) >= 4 {
		id, size := le.Uint16(extra), int(le.Uint16(extra[2:]))
		extra = extra[4:]
		if size > len(extra) {
			return 0
		}
		if id == zip64Extra && size >= 16 {
			return le.Uint64(extra[8:])
		}
		extra = extra[size:]
	}
	return 0
}

// finish checks the checksum of the data just read.
func (z *unzip) finish() error {
	got := z.sum.Sum32()
	if z.entry.flags&zipSizesFollow == 0 {
		if got != z.entry.crc {
			return errZipDamaged
		}
		return nil
	}
	return z.skipDescriptor(got)
}

// skipDescriptor skips the checksum and sizes after the data. The format leaves
// open whether a mark comes first and whether sizes have 4 or 8 bytes: the
// layout is right whose checksum is ours and after which a record begins.
func (z *unzip) skipDescriptor(sum uint32) error {
	const longest = 4 + 4 + 8 + 8
	tail, _ := z.in.Peek(longest + 2)
	for _, mark := range []int{4, 0} {
		for _, sizes := range []int{8, 16} {
			end := mark + 4 + sizes
			if len(tail) < end+2 || string(tail[end:end+2]) != "PK" {
				continue
			}
			if mark == 4 && string(tail[:4]) != zipDescriptor {
				continue
			}
			if binary.LittleEndian.Uint32(tail[mark:]) != sum {
				continue
			}
			_, err := z.in.Discard(end)
			return err
		}
	}
	return errZipDamaged
}

// counts reports whether the entry is a file of the user's: no folder, and not
// the twin with file attributes that macOS adds for each file.
func (e zipEntry) counts() bool {
	return !strings.HasSuffix(e.name, "/") && !strings.HasPrefix(e.name, "__MACOSX/") &&
		e.name != ".DS_Store" && !strings.HasSuffix(e.name, "/.DS_Store")
}

// office names the kind of workbook whose first file this is; "" for others.
func (e zipEntry) office() string {
	switch {
	case e.name == "[Content_Types].xml", e.name == "_rels/.rels",
		strings.HasPrefix(e.name, "xl/"), strings.HasPrefix(e.name, "docProps/"):
		return "an Excel workbook (.xlsx)"
	case e.name == "mimetype":
		return "an OpenDocument file (.ods)"
	case strings.HasPrefix(e.name, "Index/"), strings.HasPrefix(e.name, "Metadata/"):
		return "a Numbers document (.numbers)"
	}
	return ""
}

// exactly reads left bytes; fewer are an error, not an end.
type exactly struct {
	in   io.Reader
	left uint64
}

func (x *exactly) Read(p []byte) (int, error) {
	if x.left == 0 {
		return 0, io.EOF
	}
	if uint64(len(p)) > x.left {
		p = p[:x.left]
	}
	n, err := x.in.Read(p)
	x.left -= uint64(n)
	if err == io.EOF && x.left > 0 {
		err = io.ErrUnexpectedEOF
	} else if err == io.EOF {
		err = nil
	}
	return n, err
}
