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
}

// member is where a member stands in its object's raw: the name without its
// quotes, and the value.
type member struct{ name, nameEnd, value, valueEnd uint32 }

// is reports whether there is an object, which may have no members.
func (o object) is() bool { return o.raw != nil }

// objectOf returns the object that raw is, and none for anything else.
func objectOf(raw []byte) object {
	if raw = bytes.TrimLeft(raw, jsonSpace); len(raw) == 0 || raw[0] != '{' || len(raw) > math.MaxUint32 || !json.Valid(raw) {
		return object{}
	}
	return membersOf(raw)
}

// membersOf reads the object that raw, which is known to be JSON, begins with.
func membersOf(raw []byte) object {
	members := make([]member, 0, min(len(raw)/30+1, 16)) // about a member in 30 bytes
	for i := skipSpace(raw, 1); raw[i] != '}'; {
		m := member{name: uint32(i + 1)}
		i = stringEnd(raw, i)
		m.nameEnd = uint32(i - 1)
		i = skipSpace(raw, skipSpace(raw, i)+1) // over the colon
		m.value = uint32(i)
		i = valueEnd(raw, i)
		m.valueEnd = uint32(i)
		members = append(members, m)
		if i = skipSpace(raw, i); raw[i] == ',' {
			i = skipSpace(raw, i+1)
		}
	}
	return object{raw, members}
}

// elementsOf does the same for an array.
func elementsOf(raw []byte) (items []json.RawMessage) {
	for i := skipSpace(raw, 1); raw[i] != ']'; {
		end := valueEnd(raw, i)
		items = append(items, raw[i:end])
		if i = skipSpace(raw, end); raw[i] == ',' {
			i = skipSpace(raw, i+1)
		}
	}
	return items
}

const jsonSpace = " \t\r\n"

func skipSpace(raw []byte, i int) int {
	for raw[i] == ' ' || raw[i] == '\t' || raw[i] == '\r' || raw[i] == '\n' {
		i++
	}
	return i
}

// valueEnd returns where the value that begins at i ends.
func valueEnd(raw []byte, i int) int {
	switch raw[i] {
	case '"':
		return stringEnd(raw, i)
	case '{', '[':
		return nestEnd(raw, i)
	}
	for i < len(raw) && bytes.IndexByte([]byte(",]} \t\r\n"), raw[i]) < 0 {
		i++
	}
	return i
}

func stringEnd(raw []byte, i int) int {
	for i++; raw[i] != '"'; i++ {
		if raw[i] == '\\' {
			i++
		}
	}
	return i + 1
}

func nestEnd(raw []byte, i int) int {
	for depth := 0; ; {
		switch raw[i] {
		case '"':
			i = stringEnd(raw, i)
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		if i++; depth == 0 {
			return i
		}
	}
}

// get returns a member's value; nil where it is absent or null.
func (o object) get(name string) json.RawMessage {
	for _, m := range slices.Backward(o.members) {
		if n := o.raw[m.name:m.nameEnd]; string(n) != name && (bytes.IndexByte(n, '\\') < 0 || o.name(m) != name) {
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
	if raw := o.get(name); len(raw) > 0 && raw[0] == '{' {
		return membersOf(raw)
	}
	return object{}
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
