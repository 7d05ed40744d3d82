package sent

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"sync"
)

// object is a JSON object of an answer; nil where there is none. A map and not a
// struct, because encoding/json fills the fields of a struct from names in any
// case, and "Success" is not the API's "success". Of members with the same name
// the last one counts. A member of a wrong type is read as if it were absent, so
// that one surprise does not hide the rest.
type object map[string]any

// objectOf returns the object that the whole text is; nil for anything else.
func objectOf(text []byte) object {
	o, _ := newReader().object(text)
	return o
}

// reader reads one text after the other, with the same buffers.
type reader struct {
	text    bytes.Reader
	decoder *json.Decoder
}

func newReader() *reader {
	r := new(reader)
	r.decoder = json.NewDecoder(&r.text)
	r.decoder.UseNumber() // ids may be numbers that a float64 would round
	return r
}

// object is objectOf. again says that r can read another text: its decoder stays where it
// has failed.
func (r *reader) object(text []byte) (o object, again bool) {
	r.text.Reset(text)
	defer r.text.Reset(nil)
	if r.decoder.Decode(&o) != nil {
		return nil, false
	}
	if _, err := r.decoder.Token(); err != io.EOF { // Decode allows other text after the object
		return nil, false
	}
	return o, true
}

// readers keep the buffers from one answer to the next: new ones for each are a fifth of
// all the garbage of a created row. The zero value is ready, for any number of goroutines.
type readers struct{ free sync.Pool }

// object is objectOf.
func (r *readers) object(text []byte) object {
	const most = 8 << 10 // bytes; the buffers of a page of contacts are not kept
	if len(text) > most {
		return objectOf(text)
	}
	one, ok := r.free.Get().(*reader)
	if !ok {
		one = newReader()
	}
	o, again := one.object(text)
	if again {
		r.free.Put(one)
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
