package report

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"sent-import/importer/printable"
	"sent-import/importer/room"
)

// fileError names the report file that an error is about, not its temporary name,
// which users do not know.
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
