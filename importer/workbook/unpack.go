package workbook

import (
	"archive/zip"
	"errors"
	"io"
	"os"

	"sent-import/importer/room"
)

// A workbook is compressed already: within another archive it gets hardly smaller.
const (
	maxInnerRatio   = 20
	innerAlwaysFine = 64 << 20 // bytes
)

// Unpack writes a workbook that is itself in an archive to a file without a name, so
// that its parts can be found. The file is gone when it is closed.
func Unpack(packed *zip.File, o Options) (*os.File, error) {
	if packed.UncompressedSize64 > max(innerAlwaysFine, maxInnerRatio*packed.CompressedSize64) {
		return nil, damaged("it would unpack to more than %d times its size", maxInnerRatio)
	}
	in, err := packed.Open()
	if err != nil {
		return nil, unreadable(packed.Name, err)
	}
	defer in.Close()
	file, err := nameless(o.TempDir)
	if err != nil {
		return nil, noRoom("unpack the workbook", o.TempDir, err)
	}
	if _, err := io.Copy(file, in); err != nil {
		if room.Lacking(err) {
			return nil, errors.Join(noRoom("unpack the workbook", o.TempDir, err), file.Close())
		}
		return nil, errors.Join(unreadable(packed.Name, err), file.Close())
	}
	return file, nil
}
