package report

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"sent-import/importer/printable"
	"sent-import/importer/room"
)

// fileError says which file of the report an error is about, and not which
// temporary name that had, which says nothing to anybody.
func fileError(path string, err error) error {
	if err == nil {
		return nil
	}
	cause := err
	var at *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &at):
		cause = at.Err
	case errors.As(err, &link):
		cause = link.Err
	}
	if room.Lacking(cause) {
		return fmt.Errorf("%s: %s (%w)", printable.Path(path), room.What(cause), cause)
	}
	return fmt.Errorf("%s: %w", printable.Path(path), cause)
}
