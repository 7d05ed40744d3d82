package phone

// Describe returns the region (ISO 3166-1 alpha-2, "" for a number of no country, such as
// +800 …) and the type of a number in E.164. ok is false if it is no valid number.
func Describe(e164 string) (region string, kind Type, ok bool) {
	n, ok := plain(e164)
	return n.iso(), n.kind, ok
}
