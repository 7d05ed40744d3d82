package source

import (
	"archive/zip"
	"bufio"
	"errors"

	"sent-import/importer/workbook"
)

// workbook returns the archive that is a workbook: this one, or the one file in it; nil
// if there is none.
func (a *archive) workbook(tempDir string) (*archive, error) {
	if workbook.Is(a.files) {
		return a, nil
	}
	entry, err := a.onlyFile()
	if err != nil {
		return nil, err
	}
	if within, err := zipWithin(entry); !within {
		return nil, err
	}
	unpacked, err := workbook.Unpack(entry, workbook.Options{TempDir: tempDir})
	if err != nil {
		return nil, err
	}
	inner, err := openArchive(unpacked, int64(entry.UncompressedSize64))
	if err != nil || !workbook.Is(inner.files) {
		return nil, errors.Join(unpackFirst("a zip within an archive"), unpacked.Close())
	}
	inner.compression, inner.unpacked, inner.streamed = "zip", unpacked, a.size
	return inner, nil
}

// zipWithin reports whether a file in a zip is a zip.
func zipWithin(entry *zip.File) (bool, error) {
	file, err := openEntry(entry)
	if err != nil {
		return false, err
	}
	defer file.Close()
	return isZip(bufio.NewReader(file)), nil
}
