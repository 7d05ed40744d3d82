package engine

import (
	"strings"

	"sent-import/importer"
)

// Words is a message of the importer's in the words of a fleet, which reads no key from a
// variable.
func Words(text string) string {
	return strings.ReplaceAll(text, importer.KeyPlace, "the file or the program that the workers take it from")
}
