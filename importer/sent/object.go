package sent

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strconv"
)

// object is a JSON object of an answer; nil where there is none. A map and not a
// struct, because encoding/json fills the fields of a struct from names in any
// case, and "Success" is not the API's "success". Of members with the same name
// the last one counts. A member of a wrong type is read as if it were absent, so
// that one surprise does not hide the rest.
type object map[string]any

// objectOf returns the object that the whole text is; nil for anything else.
func objectOf(text []byte) object {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // ids may be numbers that a float64 would round
	var o object
	if decoder.Decode(&o) != nil {
		return nil
	}
	if _, err := decoder.Token(); err != io.EOF { // Decode allows other text after the object
		return nil
	}
	return o
}

func (o object) object(name string) object { return asObject(o[name]) }

func asObject(value any) object {
	o, _ := value.(map[string]any)
	return o
}

// text returns a string; "" for others.
func (o object) text(name string) string {
	s, _ := o[name].(string)
	return s
}

// flag returns true or false; ok is false for others.
func (o object) flag(name string) (value, ok bool) {
	value, ok = o[name].(bool)
	return value, ok
}

// number returns a whole number; 0 for others.
func (o object) number(name string) int {
	digits, _ := o[name].(json.Number)
	n, err := strconv.Atoi(digits.String())
	if err != nil {
		return 0
	}
	return n
}

// list returns the elements of an array; ok is false for others.
func (o object) list(name string) (items []any, ok bool) {
	items, ok = o[name].([]any)
	return items, ok
}

// scalar returns an identifier that may be a string or a number.
func (o object) scalar(name string) string {
	if n, ok := o[name].(json.Number); ok {
		return identifier(n.String())
	}
	return identifier(o.text(name))
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
		names = append(names, asObject(item).text("field"))
	}
	names = slices.DeleteFunc(names, func(name string) bool { return name == "" })
	slices.Sort(names)
	return slices.Compact(names)
}
