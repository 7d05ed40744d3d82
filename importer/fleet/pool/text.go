package pool

import "strings"

// storable is a text as the database takes it, which holds only UTF-8, and no zero byte: the
// name of a file, or an error that names one, may be any bytes.
func storable(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}
