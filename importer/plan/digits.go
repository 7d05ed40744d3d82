package plan

import "sent-import/importer/outcome"

// digitsOf is the number of a row; 0: it has none. An E.164 number has at most 15 digits, so
// it fits a uint64.
func digitsOf(r *outcome.Row) uint64 {
	if r.Phone == "" {
		return 0
	}
	n, ok := outcome.ParseE164(r.Phone)
	if !ok {
		panic("plan: package phone has given a number that is not in E.164")
	}
	return n
}
