package source

import (
	"archive/zip"
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
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

// archive is the directory of a zip.
type archive struct {
	data        *offsets
	size        int64 // in bytes
	files       *zip.Reader
	streamed    int64    // bytes of the file that holds it: size, or less where it is in a zip
	compression string   // as in Dialect, of the archive itself
	unpacked    *os.File // where it is unpacked to; nil if it is the file itself
}

// openArchive reads the directory of a zip of size bytes.
func openArchive(zipped io.ReaderAt, size int64) (*archive, error) {
	data := &offsets{r: zipped, left: maxDirectory}
	files, err := zip.NewReader(data, size)
	if err != nil {
		return nil, wrapUnzip(err)
	}
	data.left, data.end = math.MaxInt64, 0
	return &archive{data: data, size: size, files: files, streamed: size}, nil
}

// newUnzip opens the one file of a zip.
func newUnzip(stream *bufio.Reader, zipped *archive) (*unzip, error) {
	entry, err := zipped.onlyFile()
	if err != nil {
		return nil, err
	}
	file, err := openEntry(entry)
	if err != nil {
		return nil, err
	}
	return &unzip{file: file, data: zipped.data, stream: stream}, nil
}

func openEntry(entry *zip.File) (io.ReadCloser, error) {
	file, err := entry.Open()
	switch {
	case errors.Is(err, zip.ErrAlgorithm):
		return nil, fmt.Errorf("%w: the zip is packed in a way that is not known (method %d); unpack it first", ErrNotTable, entry.Method)
	case err != nil:
		return nil, wrapUnzip(err)
	}
	return file, nil
}

// onlyFile finds the file to import in the directory of a zip.
func (a *archive) onlyFile() (*zip.File, error) {
	if what := office(a.files); what != "" {
		return nil, foreign(what)
	}
	var only *zip.File
	files := 0
	for _, f := range a.files.File {
		if holdsContacts(f.Name) {
			only, files = f, files+1
		}
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

// ReadAt refuses to read more than left, and before the beginning, where a damaged
// directory can point.
func (o *offsets) ReadAt(p []byte, at int64) (int, error) {
	if at < 0 {
		return 0, zip.ErrFormat
	}
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

// office returns the kind of workbook or other document that a zip is, if it is one that
// is not read; else "".
func office(files *zip.Reader) string {
	what := ""
	for _, f := range files.File {
		switch {
		case f.Name == "xl/workbook.bin":
			return "a binary Excel workbook (.xlsb)"
		case f.Name == "[Content_Types].xml", f.Name == "_rels/.rels":
			what = "an Office document without sheets"
		case f.Name == "mimetype":
			return "an OpenDocument file (.ods)"
		case strings.HasPrefix(f.Name, "Index/"), strings.HasPrefix(f.Name, "Metadata/"):
			return "a Numbers document (.numbers)"
		}
	}
	return what
}
