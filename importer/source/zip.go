package source

import (
	"archive/zip"
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
)

// maxDirectory is how many bytes of a zip's directory are read at most. It bounds
// the memory: an entry of 46 bytes takes a few hundred in memory. A directory that
// is larger lists thousands of files, and only a zip of one file is imported.
const maxDirectory = 1 << 20

// zipEncrypted is the bit of an entry's flags for encrypted data (PKWARE's
// APPNOTE 6.3, section 4.4.4).
const zipEncrypted = 1 << 0

func errZipDamaged() error {
	return errors.New("unpack zip: the archive is damaged or cut off; copy or export it again")
}

func errZipFiles() error {
	return fmt.Errorf("%w: the zip holds more than one file; unpack it and give the one to import", ErrNotTable)
}

// unzip reads the one file of a zip, which it finds through the directory. It also
// reads the stream of the whole zip, up to the same offset, so that a hash or a
// progress bar on the stream sees the bytes when they are used.
type unzip struct {
	file   io.Reader
	data   *offsets
	stream *bufio.Reader
	passed int64 // bytes of stream that were read
}

// newUnzip opens the one file of a zip of size bytes.
func newUnzip(stream *bufio.Reader, zipped io.ReaderAt, size int64) (*unzip, error) {
	data := &offsets{r: zipped, left: maxDirectory}
	entry, err := onlyFile(data, size)
	if err != nil {
		return nil, err
	}
	data.left, data.end = math.MaxInt64, 0
	file, err := entry.Open()
	switch {
	case errors.Is(err, zip.ErrAlgorithm):
		return nil, fmt.Errorf("%w: the zip is packed in a way that is not known (method %d); unpack it first", ErrNotTable, entry.Method)
	case err != nil:
		return nil, wrapUnzip(err)
	}
	return &unzip{file: file, data: data, stream: stream}, nil
}

// onlyFile finds the file to import in the directory of a zip.
func onlyFile(zipped io.ReaderAt, size int64) (*zip.File, error) {
	archive, err := zip.NewReader(zipped, size)
	if err != nil {
		return nil, wrapUnzip(err)
	}
	var only *zip.File
	files := 0
	for _, f := range archive.File {
		if !holdsContacts(f.Name) {
			continue
		}
		if what := office(f.Name); what != "" {
			return nil, workbook(what)
		}
		only, files = f, files+1
	}
	switch {
	case files == 0:
		return nil, fmt.Errorf("%w: the zip holds no file; check that it is the right one", ErrNotTable)
	case files > 1:
		return nil, errZipFiles()
	case only.Flags&zipEncrypted != 0:
		return nil, fmt.Errorf("%w: the zip is encrypted; unpack it first", ErrNotTable)
	}
	return only, nil
}

// Read reads the file. At its end it returns an error if size or checksum are
// wrong.
func (z *unzip) Read(p []byte) (int, error) {
	n, err := z.file.Read(p)
	passed, behind := io.CopyN(io.Discard, z.stream, max(0, z.data.end-z.passed))
	z.passed += passed
	switch {
	case behind == io.EOF: // the file has become shorter
		return n, errZipDamaged()
	case behind != nil:
		return n, wrapUnpack("zip", behind)
	case err == nil || err == io.EOF:
		return n, err
	}
	return n, wrapUnzip(err)
}

func wrapUnzip(err error) error {
	if errors.Is(err, zip.ErrFormat) || errors.Is(err, zip.ErrChecksum) {
		return errZipDamaged()
	}
	return wrapUnpack("zip", err)
}

// offsets records how far r has been read.
type offsets struct {
	r    io.ReaderAt
	left int64 // bytes that may still be read
	end  int64 // the offset after the last byte that was read
}

// ReadAt refuses to read more than left.
func (o *offsets) ReadAt(p []byte, at int64) (int, error) {
	if o.left -= int64(len(p)); o.left < 0 {
		return 0, errZipFiles()
	}
	n, err := o.r.ReadAt(p, at)
	o.end = max(o.end, at+int64(n))
	return n, err
}

// holdsContacts reports whether an entry is a file of the user's: neither a folder
// nor one of the files with attributes that macOS adds.
func holdsContacts(name string) bool {
	return !strings.HasSuffix(name, "/") && !strings.HasPrefix(name, "__MACOSX/") &&
		name != ".DS_Store" && !strings.HasSuffix(name, "/.DS_Store")
}

// office returns the kind of workbook that a file belongs to; "" for others.
func office(name string) string {
	switch {
	case name == "[Content_Types].xml", name == "_rels/.rels",
		strings.HasPrefix(name, "xl/"), strings.HasPrefix(name, "docProps/"):
		return "an Excel workbook (.xlsx)"
	case name == "mimetype":
		return "an OpenDocument file (.ods)"
	case strings.HasPrefix(name, "Index/"), strings.HasPrefix(name, "Metadata/"):
		return "a Numbers document (.numbers)"
	}
	return ""
}
