package sent

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"unicode/utf8"
)

// object is a JSON object of an answer. A member of a wrong type is read as if
// it were not there, so that one surprise does not hide the rest; of members
// with the same name the last one counts. A nil object has no members.
type object map[string]json.RawMessage

// objectOf returns the object that raw is, and nil for anything else.
func objectOf(raw []byte) object {
	if absent(raw) {
		return nil
	}
	var o object
	if json.Unmarshal(raw, &o) != nil {
		return nil
	}
	return o
}

// absent reports whether a member is not there or null, which most members of
// most answers are.
func absent(raw []byte) bool { return len(raw) == 0 || string(raw) == "null" }

func (o object) object(name string) object { return objectOf(o[name]) }

// text returns a string member.
func (o object) text(name string) string {
	raw := o[name]
	if absent(raw) {
		return ""
	}
	if s, ok := plainText(raw); ok {
		return s
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// plainText returns a string in which nothing is escaped. raw is known to be
// JSON, so what stands between the quotes is the text; text that is not UTF-8
// is left to encoding/json.
func plainText(raw json.RawMessage) (s string, ok bool) {
	if raw[0] != '"' || bytes.IndexByte(raw, '\\') >= 0 || !utf8.Valid(raw) {
		return "", false
	}
	return string(raw[1 : len(raw)-1]), true
}

// scalar returns an identifier that may be a string or a number.
func (o object) scalar(name string) string {
	if s := identifier(o.text(name)); s != "" {
		return s
	}
	var n json.Number
	if json.Unmarshal(o[name], &n) != nil {
		return ""
	}
	return identifier(n.String())
}

// flag returns a member that is true or false; ok is false for others.
func (o object) flag(name string) (value, ok bool) {
	switch string(o[name]) {
	case "true":
		return true, true
	case "false":
		return false, true
	}
	return false, false
}

// number returns a whole number.
func (o object) number(name string) int {
	var n int
	if json.Unmarshal(o[name], &n) != nil {
		return 0
	}
	return n
}

// list returns the elements of an array; ok is false for others.
func (o object) list(name string) (items []json.RawMessage, ok bool) {
	if absent(o[name]) {
		return nil, false
	}
	err := json.Unmarshal(o[name], &items)
	return items, err == nil && items != nil
}

// fieldNames returns the names of the fields that the details of a validation
// error are about: the names of its members, or the "field" of each element
// of an array.
func fieldNames(details json.RawMessage) []string {
	if absent(details) {
		return nil
	}
	names := slices.Collect(maps.Keys(objectOf(details)))
	var items []json.RawMessage
	if json.Unmarshal(details, &items) == nil {
		for _, item := range items {
			names = append(names, objectOf(item).text("field"))
		}
	}
	names = slices.DeleteFunc(names, func(name string) bool { return name == "" })
	slices.Sort(names)
	return slices.Compact(names)
}
