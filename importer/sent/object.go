package sent

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"unicode/utf8"
)

// object is a JSON object of an answer: its members as they stand there. It is
// a view, which copies and converts nothing until it is asked: of an answer's
// thirty members six are looked at. A member of a wrong type is read as if it
// were not there, so that one surprise does not hide the rest; of members with
// the same name the last one counts. The zero object is none, and has no
// members.
type object struct {
	raw     []byte
	members []member
	escapes bool // something in raw is escaped, maybe a name
}

// member is where a member stands in its object's raw: the name without its
// quotes, and the value.
type member struct{ name, nameEnd, value, valueEnd uint32 }

// is reports whether there is an object, which may have no members.
func (o object) is() bool { return o.raw != nil }

// objectOf returns the object that raw is, and none for anything else.
func objectOf(raw []byte) object {
	if raw = bytes.TrimLeft(raw, jsonSpace); len(raw) > math.MaxUint32 {
		return object{}
	}
	o, end := membersOf(raw)
	if end == broken || skipSpace(raw, end) != len(raw) {
		return object{}
	}
	return o
}

// membersOf reads the object that raw begins with, and where that ends: broken
// if it is none.
func membersOf(raw []byte) (o object, end int) {
	if len(raw) == 0 || raw[0] != '{' {
		return object{}, broken
	}
	const memberBytes, many = 30, 16 // what a member of an answer takes, and more than most have
	o = object{raw, make([]member, 0, min(len(raw)/memberBytes+1, many)), bytes.IndexByte(raw, '\\') >= 0}
	end = eachMember(raw, 0, 1, func(m member) { o.members = append(o.members, m) })
	if end == broken {
		return object{}, broken
	}
	return o, end
}

// elementsOf returns the elements of an array that is known to be JSON.
func elementsOf(raw []byte) (items []json.RawMessage) {
	eachElement(raw, 0, 1, func(from, to int) { items = append(items, raw[from:to]) })
	return items
}

// get returns a member's value; nil where it is absent or null.
func (o object) get(name string) json.RawMessage {
	for _, m := range slices.Backward(o.members) {
		n := o.raw[m.name:m.nameEnd]
		if string(n) != name && !(o.escapes && bytes.IndexByte(n, '\\') >= 0 && o.name(m) == name) {
			continue
		}
		if value := o.raw[m.value:m.valueEnd]; string(value) != "null" {
			return value
		}
		return nil
	}
	return nil
}

// name is a member's name, with what is escaped in it resolved.
func (o object) name(m member) string { return stringOf(o.raw[m.name-1 : m.nameEnd+1]) }

func (o object) object(name string) object {
	member, _ := membersOf(o.get(name))
	return member
}

// text returns a string member.
func (o object) text(name string) string { return stringOf(o.get(name)) }

// stringOf returns the text of a JSON string, and "" for anything else. raw is
// known to be JSON, so where nothing is escaped, what stands between the quotes
// is the text.
func stringOf(raw json.RawMessage) string {
	if len(raw) == 0 || raw[0] != '"' {
		return ""
	}
	if bytes.IndexByte(raw, '\\') < 0 && utf8.Valid(raw) {
		return string(raw[1 : len(raw)-1])
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// scalar returns an identifier that may be a string or a number.
func (o object) scalar(name string) string {
	if s := identifier(o.text(name)); s != "" {
		return s
	}
	var n json.Number
	if json.Unmarshal(o.get(name), &n) != nil {
		return ""
	}
	return identifier(n.String())
}

// flag returns a member that is true or false; ok is false for others.
func (o object) flag(name string) (value, ok bool) {
	switch string(o.get(name)) {
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
	if json.Unmarshal(o.get(name), &n) != nil {
		return 0
	}
	return n
}

// list returns the elements of an array; ok is false for others.
func (o object) list(name string) (items []json.RawMessage, ok bool) {
	raw := o.get(name)
	if len(raw) == 0 || raw[0] != '[' {
		return nil, false
	}
	return elementsOf(raw), true
}

// fieldNames returns the names of the fields that the details of a validation
// error are about: the names of its members, or the "field" of each element
// of an array.
func (o object) fieldNames(details string) []string {
	var names []string
	at := o.object(details)
	for _, m := range at.members {
		names = append(names, at.name(m))
	}
	items, _ := o.list(details)
	for _, item := range items {
		names = append(names, objectOf(item).text("field"))
	}
	names = slices.DeleteFunc(names, func(name string) bool { return name == "" })
	slices.Sort(names)
	return slices.Compact(names)
}
