package source

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/zstd"
)

// zipFile is one file of an archive made by zipOf.
type zipFile struct {
	name   string
	method uint16
	body   []byte
	sized  bool // sizes in front of the data, as writers do that can seek; body is then written as it stands
	flags  uint16
}

func zipOf(t testing.TB, files ...zipFile) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range files {
		var part io.Writer
		var err error
		head := &zip.FileHeader{Name: f.name, Method: f.method, Flags: f.flags}
		if f.sized {
			head.CRC32 = crc32.ChecksumIEEE(f.body)
			head.CompressedSize64, head.UncompressedSize64 = uint64(len(f.body)), uint64(len(f.body))
			part, err = w.CreateRaw(head)
		} else {
			part, err = w.CreateHeader(head)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(f.body); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

const small = "phone\n+14155552671\n"

func TestCompressionIsRecognisedByContent(t *testing.T) {
	for _, how := range []string{"", "gzip", "zstd", "bzip2", "zip"} {
		got := mustRead(t, string(pack(t, how, []byte(small))), Options{})
		wantPhones(t, got, "+14155552671")
		if got.Dialect.Compression != how {
			t.Errorf("got compression %q, want %q", got.Dialect.Compression, how)
		}
	}
	wantPhones(t, mustRead(t, "BZh9 phone,phone\n1,2\n", Options{}), "2")
}

func TestZip(t *testing.T) {
	body := []byte(small)
	tests := []struct {
		name  string
		files []zipFile
		fails string // part of the error; "" for none
	}{
		{"deflated", []zipFile{{name: "a.csv", method: zip.Deflate, body: body}}, ""},
		{"stored, size in front", []zipFile{{name: "a.csv", method: zip.Store, body: body, sized: true}}, ""},
		{"stored, size behind", []zipFile{{name: "a.csv", method: zip.Store, body: body}}, ""},
		{"compressed itself", []zipFile{{name: "a.csv.gz", method: zip.Store, body: pack(t, "gzip", body)}}, ""},
		{"a zip itself", []zipFile{{name: "a.zip", method: zip.Store, body: zipOf(t, zipFile{name: "a.csv", body: body})}}, "a zip within an archive"},
		{"encrypted", []zipFile{{name: "a.csv", method: zip.Store, body: body, sized: true, flags: zipEncrypted}}, "encrypted"},
		{"packed in an unknown way", []zipFile{{name: "a.csv", method: 99, body: body, sized: true}}, "method 99"},
		{"folder before", []zipFile{{name: "x/", method: zip.Store, sized: true}, {name: "x/a.csv", method: zip.Deflate, body: body}}, ""},
		{"twin of macOS", []zipFile{{name: "a.csv", method: zip.Deflate, body: body}, {name: "__MACOSX/._a.csv", method: zip.Deflate, body: body}}, ""},
		{"twin of macOS before", []zipFile{{name: "__MACOSX/._a.csv", method: zip.Deflate, body: body}, {name: "a.csv", method: zip.Deflate, body: body}}, ""},
		{"two files", []zipFile{{name: "a.csv", method: zip.Deflate, body: body}, {name: "b.csv", method: zip.Deflate, body: body}}, "more than one file"},
		{"no file", nil, "no file"},
		{"only a folder", []zipFile{{name: "x/", method: zip.Store, sized: true}}, "no file"},
		{"Word", []zipFile{{name: "[Content_Types].xml", method: zip.Deflate, body: body}, {name: "word/document.xml", method: zip.Deflate, body: body}}, "without sheets"},
		{"binary Excel", []zipFile{{name: "[Content_Types].xml", method: zip.Deflate, body: body}, {name: "xl/workbook.bin", method: zip.Deflate, body: body}, {name: "xl/theme/theme1.xml", method: zip.Deflate, body: body}}, ".xlsb"},
		{"OpenDocument", []zipFile{{name: "mimetype", method: zip.Store, body: body, sized: true}}, ".ods"},
		{"Numbers", []zipFile{{name: "Index/Document.iwa", method: zip.Store, body: body, sized: true}}, ".numbers"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := readAll(zipOf(t, tt.files...), Options{})
			if tt.fails == "" {
				if err != nil {
					t.Fatalf("got %v", err)
				}
				wantPhones(t, got, "+14155552671")
				return
			}
			if !errors.Is(err, ErrNotTable) || !strings.Contains(err.Error(), tt.fails) {
				t.Errorf("got %v, want ErrNotTable with %q", err, tt.fails)
			}
		})
	}
}

// TestDamagedArchives cuts and corrupts: an error, never fewer rows.
func TestDamagedArchives(t *testing.T) {
	file := []byte("phone\n" + strings.Repeat("+14155552671\n", 1000))
	for _, how := range []string{"gzip", "zstd", "zip"} {
		packed := pack(t, how, file)
		for _, cut := range []int{len(packed) / 2, len(packed) - 9} {
			if _, err := readAll(packed[:cut], Options{}); err == nil {
				t.Errorf("%s cut off at %d of %d: got no error", how, cut, len(packed))
			}
		}
	}
	stored := zipOf(t, zipFile{name: "a.csv", method: zip.Store, body: file, sized: true})
	stored[200] ^= 1
	if got, err := readAll(stored, Options{}); err == nil || !strings.Contains(err.Error(), "damaged or cut off") || len(got.Rows) == 0 {
		t.Errorf("zip with a wrong bit: got %d rows and %v, want rows and an error behind them", len(got.Rows), err)
	}
}

func TestOtherFormatsAreRefused(t *testing.T) {
	tar := make([]byte, 1024)
	copy(tar, "contacts.csv")
	copy(tar[257:], "ustar")
	thrice := pack(t, "gzip", pack(t, "gzip", pack(t, "gzip", []byte(small))))
	for name, file := range map[string][]byte{
		"xls":                  []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and more"),
		"pdf":                  []byte("%PDF-1.7\n"),
		"rtf":                  []byte("{\\rtf1"),
		"tar":                  tar,
		"tar.gz":               pack(t, "gzip", tar),
		"compressed too often": thrice,
		"zip.gz":               pack(t, "gzip", pack(t, "zip", []byte(small))),
		"7z":                   []byte("7z\xbc\xaf\x27\x1c\x00"),
		"rar":                  []byte("Rar!\x1a\x07\x01"),
		"xz":                   []byte("\xfd7zXZ\x00\x00"),
		"HTML":                 []byte("\n<!DOCTYPE html><table><tr><td>phone"),
		"HTML in UTF-16":       utf16Bytes("\ufeff<HTML>", false),
		"vCard":                []byte("BEGIN:VCARD\r\nTEL:1\r\n"),
		"JSON":                 []byte("[{\"phone\": \"1\"}]"),
	} {
		if _, err := readAll(file, Options{}); !errors.Is(err, ErrNotTable) {
			t.Errorf("%s: got %v, want ErrNotTable", name, err)
		}
	}
}

func TestZstdWindowIsBounded(t *testing.T) {
	var out bytes.Buffer
	w, err := zstd.NewWriter(&out, zstd.WithWindowSize(2*maxWindow))
	if err != nil {
		t.Fatal(err)
	}
	for range 3 { // in pieces, so that the frame states its window
		if _, err := w.Write([]byte(small)); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := readAll(out.Bytes(), Options{}); err == nil || !strings.Contains(err.Error(), "unpack it first") {
		t.Errorf("got %v, want an error that says what to do", err)
	}
}

// largeZip is a zip that is read in many pieces: random numbers hardly shrink.
func largeZip(t testing.TB) (packed []byte, rows int) {
	t.Helper()
	rnd, rows := rand.New(rand.NewPCG(1, 2)), 100_000
	text := bytes.NewBufferString("phone\n")
	for range rows {
		fmt.Fprintf(text, "+1%010d\n", rnd.IntN(1e10))
	}
	return pack(t, "zip", text.Bytes()), rows
}

// TestZipStreamFollows: a digest, a progress bar and a deadline are put on the
// stream, so it is read as far as the rows have come.
func TestZipStreamFollows(t *testing.T) {
	packed, rows := largeZip(t)
	var seen bytes.Buffer
	rd, err := Open(io.TeeReader(bytes.NewReader(packed), &seen), bytes.NewReader(packed), int64(len(packed)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for row, err := range rd.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		used, read := float64(row.Number)/float64(rows), float64(seen.Len())/float64(len(packed))
		if read < used-0.02 || read > used+0.25 { // firstBuf of text and two chunks ahead at most
			t.Fatalf("row %d: got %.2f of the stream read, want about %.2f", row.Number, read, used)
		}
	}
	if !bytes.Equal(seen.Bytes(), packed) {
		t.Errorf("got %d bytes of the stream read, want all %d", seen.Len(), len(packed))
	}
}

// TestZipStreamEnds: what stops the stream stops the rows.
func TestZipStreamEnds(t *testing.T) {
	packed, rows := largeZip(t)
	broken := errors.New("interrupted")
	half := bytes.NewReader(packed[:len(packed)/2])
	got, err := readStream(io.MultiReader(half, iotest.ErrReader(broken)), packed, Options{})
	if !errors.Is(err, broken) || len(got.Rows) < rows/4 || len(got.Rows) > rows*3/4 {
		t.Errorf("got %d rows and %v, want about half of them and the error", len(got.Rows), err)
	}
	if _, err := readStream(bytes.NewReader(packed[:len(packed)/2]), packed, Options{}); err == nil || !strings.Contains(err.Error(), "damaged or cut off") {
		t.Errorf("got %v for a stream that ends early, want an error", err)
	}
}

// readCounter counts what is read of a file out of order.
type readCounter struct {
	r    io.ReaderAt
	read int
}

func (c *readCounter) ReadAt(p []byte, at int64) (int, error) {
	c.read += len(p)
	return c.r.ReadAt(p, at)
}

func TestZipDirectoryIsBounded(t *testing.T) {
	files := make([]zipFile, 100_000)
	for i := range files {
		files[i] = zipFile{name: fmt.Sprintf("contacts-%d.csv", i), method: zip.Store, sized: true}
	}
	packed := zipOf(t, files...)
	file := &readCounter{r: bytes.NewReader(packed)}
	_, err := Open(bytes.NewReader(packed), file, int64(len(packed)), Options{})
	if !errors.Is(err, ErrNotTable) || !strings.Contains(err.Error(), "more than one file") {
		t.Errorf("got %v, want ErrNotTable", err)
	}
	if file.read > maxDirectory {
		t.Errorf("got %d bytes of the directory read, want at most %d", file.read, maxDirectory)
	}
}
