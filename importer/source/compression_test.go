package source

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// zipFile is one file of an archive made by zipOf.
type zipFile struct {
	name   string
	method uint16
	body   []byte
	sized  bool // sizes in front of the data, as writers do that can seek
}

func zipOf(t testing.TB, files ...zipFile) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range files {
		var part io.Writer
		var err error
		head := &zip.FileHeader{Name: f.name, Method: f.method}
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
		{"stored, size behind", []zipFile{{name: "a.csv", method: zip.Store, body: body}}, "unpack it first"},
		{"folder before", []zipFile{{name: "x/", method: zip.Store, sized: true}, {name: "x/a.csv", method: zip.Deflate, body: body}}, ""},
		{"twin of macOS", []zipFile{{name: "a.csv", method: zip.Deflate, body: body}, {name: "__MACOSX/._a.csv", method: zip.Deflate, body: body}}, ""},
		{"twin of macOS before", []zipFile{{name: "__MACOSX/._a.csv", method: zip.Deflate, body: body}, {name: "a.csv", method: zip.Deflate, body: body}}, ""},
		{"two files", []zipFile{{name: "a.csv", method: zip.Deflate, body: body}, {name: "b.csv", method: zip.Deflate, body: body}}, "more than one file"},
		{"no file", nil, "no file"},
		{"only a folder", []zipFile{{name: "x/", method: zip.Store, sized: true}}, "no file"},
		{"Excel", []zipFile{{name: "[Content_Types].xml", method: zip.Deflate, body: body}}, ".xlsx"},
		{"OpenDocument", []zipFile{{name: "mimetype", method: zip.Store, body: body, sized: true}}, ".ods"},
		{"Numbers", []zipFile{{name: "Index/Document.iwa", method: zip.Store, body: body, sized: true}}, ".numbers"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := readAll(bytes.NewReader(zipOf(t, tt.files...)), Options{})
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
			if how == "zip" && cut > len(packed)/2 {
				continue // only its directory is cut, which is not used
			}
			if _, err := readAll(bytes.NewReader(packed[:cut]), Options{}); err == nil {
				t.Errorf("%s cut off at %d of %d: got no error", how, cut, len(packed))
			}
		}
	}
	stored := zipOf(t, zipFile{name: "a.csv", method: zip.Store, body: file, sized: true})
	stored[200] ^= 1
	if _, err := readAll(bytes.NewReader(stored), Options{}); err == nil {
		t.Error("zip with a wrong bit: got no error")
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
		"7z":                   []byte("7z\xbc\xaf\x27\x1c\x00"),
		"rar":                  []byte("Rar!\x1a\x07\x01"),
		"xz":                   []byte("\xfd7zXZ\x00\x00"),
		"HTML":                 []byte("\n<!DOCTYPE html><table><tr><td>phone"),
		"HTML in UTF-16":       utf16Bytes("\ufeff<HTML>", false),
		"vCard":                []byte("BEGIN:VCARD\r\nTEL:1\r\n"),
		"JSON":                 []byte("[{\"phone\": \"1\"}]"),
	} {
		if _, err := readAll(bytes.NewReader(file), Options{}); !errors.Is(err, ErrNotTable) {
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
	if _, err := readAll(&out, Options{}); err == nil || !strings.Contains(err.Error(), "unpack it first") {
		t.Errorf("got %v, want an error that says what to do", err)
	}
}

// TestZipLayouts reads archives as writers make them that archive/zip is not:
// 8-byte sizes, a descriptor without mark, a stored size in the zip64 field.
func TestZipLayouts(t *testing.T) {
	body := []byte(small)
	sum := crc32.ChecksumIEEE(body)
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	le := binary.LittleEndian
	header := func(flags, method uint16, sum, size uint32, extra []byte) []byte {
		out := le.AppendUint16([]byte(zipLocal), 20)
		out = le.AppendUint16(le.AppendUint16(out, flags), method)
		out = le.AppendUint32(le.AppendUint32(out, 0), sum)
		out = le.AppendUint32(le.AppendUint32(out, size), size)
		out = le.AppendUint16(le.AppendUint16(out, 1), uint16(len(extra)))
		return append(append(out, 'a'), extra...)
	}
	streamed := slices.Concat(header(zipSizesFollow, zipDeflated, 0, 0, nil), packed.Bytes())
	zip64 := le.AppendUint16(le.AppendUint16([]byte{9, 9, 1, 0, 7}, zip64Extra), 16)
	zip64 = le.AppendUint64(le.AppendUint64(zip64, uint64(len(body))), uint64(len(body)))
	crc := le.AppendUint32(nil, sum)
	central := []byte(zipCentral)
	for name, tt := range map[string]struct {
		file []byte
		good bool
	}{
		"mark, 4-byte sizes":    {slices.Concat(streamed, []byte(zipDescriptor), crc, make([]byte, 8), central), true},
		"mark, 8-byte sizes":    {slices.Concat(streamed, []byte(zipDescriptor), crc, make([]byte, 16), central), true},
		"no mark, 4-byte sizes": {slices.Concat(streamed, crc, make([]byte, 8), central), true},
		"no mark, 8-byte sizes": {slices.Concat(streamed, crc, make([]byte, 16), central), true},
		"wrong checksum":        {slices.Concat(streamed, []byte(zipDescriptor), []byte{1, 2, 3, 4}, make([]byte, 8), central), false},
		"no directory":          {slices.Concat(streamed, []byte(zipDescriptor), crc, make([]byte, 8)), false},
		"stored, zip64 size":    {slices.Concat(header(0, zipStored, sum, zip64Size, zip64), body, central), true},
		"stored, no zip64 size": {slices.Concat(header(0, zipStored, sum, zip64Size, nil), body, central), false},
		"stored, cut off":       {slices.Concat(header(0, zipStored, sum, uint32(len(body)), nil), body[:9]), false},
		"garbage behind":        {slices.Concat(header(0, zipStored, sum, uint32(len(body)), nil), body, []byte("garbage")), false},
		"encrypted":             {slices.Concat(header(zipEncrypted, zipStored, sum, uint32(len(body)), nil), body, central), false},
		"header cut off":        {header(0, zipStored, sum, 1, nil)[:20], false},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := readAll(bytes.NewReader(tt.file), Options{})
			if (err == nil) != tt.good {
				t.Fatalf("got error %v, want none: %v", err, tt.good)
			}
			if tt.good {
				wantPhones(t, got, "+14155552671")
			}
		})
	}
}
