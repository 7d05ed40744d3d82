package phone

import (
	"fmt"
	"slices"
	"strings"
)

// Type is a type of number in libphonenumber's metadata.
type Type string

// The types, with the names that ParseTypes reads.
const (
	Mobile            Type = "mobile"
	FixedLine         Type = "fixed_line"
	FixedLineOrMobile Type = "fixed_line_or_mobile" // not distinguishable, as in all of North America
	TollFree          Type = "toll_free"
	PremiumRate       Type = "premium_rate"
	SharedCost        Type = "shared_cost"
	VoIP              Type = "voip"
	PersonalNumber    Type = "personal_number"
	Pager             Type = "pager"
	UAN               Type = "uan" // one number for a company, routed further
	Voicemail         Type = "voicemail"
)

// Types lists every Type.
func Types() []Type {
	return []Type{Mobile, FixedLine, FixedLineOrMobile, TollFree, PremiumRate, SharedCost, VoIP, PersonalNumber, Pager, UAN, Voicemail}
}

// ParseTypes reads a list of types, such as "mobile,fixed_line_or_mobile", in any
// case. For an empty list it returns nil: every type. The error names the word that
// is no type, and all types.
func ParseTypes(s string) ([]Type, error) {
	var types []Type
	for _, name := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ';' || r == ' ' }) {
		t := Type(strings.ReplaceAll(strings.ToLower(name), "-", "_"))
		if !slices.Contains(Types(), t) {
			return nil, fmt.Errorf("unknown number type %q: use some of %s", name, typeNames())
		}
		if !slices.Contains(types, t) {
			types = append(types, t)
		}
	}
	return types, nil
}

func typeNames() string {
	names := make([]string, 0, len(Types()))
	for _, t := range Types() {
		names = append(names, string(t))
	}
	return strings.Join(names, ", ")
}
