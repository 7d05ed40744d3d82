package sent

import (
	"encoding/json"
	"slices"
)

// object is a JSON object of an answer; nil where there is none. A map and not a
// struct, because encoding/json fills the fields of a struct from names in any
// case, and "Success" is not the API's "success". Of members with the same name
// the last one counts. A member of a wrong type is read as if it were absent, so
// that one surprise does not hide the rest.
type object map[string]json.RawMessage

// valueOf decodes raw as a T; ok is false where raw is empty, null or of another
// type.
func valueOf[T any](raw json.RawMessage) (value T, ok bool) {
	var decoded *T
	if json.Unmarshal(raw, &decoded) != nil || decoded == nil {
		return value, false
	}
	return *decoded, true
}

// objectOf returns the object that raw is; nil for anything else.
func objectOf(raw json.RawMessage) object {
	o, _ := valueOf[object](raw)
	return o
}

func (o object) object(name string) object { return objectOf(o[name]) }

// text returns a string; "" for others.
func (o object) text(name string) string {
	s, _ := valueOf[string](o[name])
	return s
}

// flag returns true or false; ok is false for others.
func (o object) flag(name string) (value, ok bool) { return valueOf[bool](o[name]) }

// number returns a whole number; 0 for others.
func (o object) number(name string) int {
	n, _ := valueOf[int](o[name])
	return n
}

// list returns the elements of an array; ok is false for others.
func (o object) list(name string) (items []json.RawMessage, ok bool) {
	return valueOf[[]json.RawMessage](o[name])
}

// scalar returns an identifier that may be a string or a number.
func (o object) scalar(name string) string {
	if s := identifier(o.text(name)); s != "" {
		return s
	}
	n, _ := valueOf[json.Number](o[name])
	return identifier(n.String())
}

// fieldNames returns the sorted names of the fields that the details of a
// validation error are about: the names of the members of an object, or the
// "field" of each element of an array.
func (o object) fieldNames(details string) []string {
	var names []string
	for name := range o.object(details) {
		names = append(names, name)
	}
	items, _ := o.list(details)
	for _, item := range items {
		names = append(names, objectOf(item).text("field"))
	}
	names = slices.DeleteFunc(names, func(name string) bool { return name == "" })
	slices.Sort(names)
	return slices.Compact(names)
}
