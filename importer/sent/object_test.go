package sent

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestObjectIsJSON takes for an object what encoding/json takes for one, at each
// turn that the grammar has.
func TestObjectIsJSON(t *testing.T) {
	nested := func(levels int) string {
		return `{"a":` + strings.Repeat("[", levels) + strings.Repeat("]", levels) + `}`
	}
	nestedObjects := func(levels int) string {
		return strings.Repeat(`{"a":`, levels) + `0` + strings.Repeat("}", levels)
	}
	values := []string{
		``, `0`, `-0`, `-`, `00`, `01`, `-01`, `1.`, `.1`, `1.0`, `1.e1`, `1e`, `1e+`, `1E-07`, `1e5.`, `0x1`, `+1`, `12,`, `1 2`,
		`true`, `tru`, `truex`, `false`, `fals`, `fals `, `falsx`, `null`, `nulL`, `nul`, `None`,
		`""`, `"`, `"a`, `"\`, `"\"`, `"\\"`, `"\/\b\f\n\r\t"`, `"\a"`, `"\u"`, `"\u12"`, `"\u12G4"`, `"\uD83D\ude00"`, `"\u00e9`, "\"\x1f\"", "\"\x7f\"", "\"\xff\"",
		`[]`, `[ ]`, `[`, `]`, `[,]`, `[1`, `[1,`, `[1,]`, `[1 2]`, `[1}`, `[1,"a" , {}]`, `[[[]]`,
		`{}`, `{ }`, `{`, `}`, `{"b"}`, `{"b":}`, `{"b":1,}`, `{"b" : 1 , "c":2}`, `{b:1}`, `{1:1}`, `{"b":1]`, `{"b":1 "c":2}`, `{,}`, `{"b"::1}`, `{"b";1}`, `{"b" 1}`,
	}
	texts := []string{
		``, ` `, "\u00a0{}", `{`, `{}`, " \t\r\n{} \t\r\n", `{}x`, `{}{}`, `{},`, "{}\x00", `{"a":1`, `{"a":1}}`, `{"a`, `{"a"`, `{"a":`, `{"a":1,`, `{"a":1, "b`,
		nested(9999), nested(10000), nestedObjects(10000), nestedObjects(10001),
	}
	for _, v := range values {
		texts = append(texts, `{"a":`+v+`}`, `{"a": `+v+` ,"b":[`+v+`]}`, `{"a":[`+v+`,`+v+`]}`, `{"a":`+v)
	}
	for _, text := range texts {
		trimmed := strings.TrimLeft(text, " \t\r\n")
		want := strings.HasPrefix(trimmed, "{") && json.Valid([]byte(text))
		if got := objectOf([]byte(text)); got.is() != want {
			t.Errorf("%.80q: got an object %t, want %t", text, got.is(), want)
		}
	}
}

// TestEscapesCostWhatTheyAre looks a body through in which a value is escaped, as
// some servers do to each plus sign: no member is read for it that is not asked
// for.
func TestEscapesCostWhatTheyAre(t *testing.T) {
	count := func(body string) float64 {
		return testing.AllocsPerRun(100, func() {
			a := Answer{Status: 201, Body: []byte(body)}
			if testDecoder.decode(&a); a.Contact == nil || a.Contact.PhoneNumber != ours {
				t.Fatalf("got the contact %v", a.Contact)
			}
		})
	}
	plain, escaped := count(contactBody), count(strings.ReplaceAll(contactBody, "+", `\u002B`))
	const most = 10 // two values, and what it takes to resolve them
	if escaped > plain+most {
		t.Errorf("got %.0f allocations, want at most %.0f and %d", escaped, plain, most)
	}
}

// FuzzObject reads objects as encoding/json does.
func FuzzObject(f *testing.F) {
	for _, text := range []string{
		`{}`, ` { } `, `{"a":1}`, `{"a":"x\"}y","b":[{"c":"]"},2],"d":null}`, `{"a":{"b":{"c":{}}},"a":[]}`,
		`{"\u0061":"\u00e9","é":"x"}`, "{\"a\" : \t-1.5e3 , \"b\":\r\n true}", `[1,{"a":"b"},"c"]`, `"x"`, `nul`, `{"a":`, "{\"a\":\"\xff\"}",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		got := objectOf(raw)
		var want map[string]json.RawMessage
		if json.Unmarshal(raw, &want) != nil {
			want = nil
		}
		if got.is() != (want != nil) {
			t.Fatalf("got an object %t, want %t", got.is(), want != nil)
		}
		for name, value := range want {
			if strings.ContainsRune(name, utf8.RuneError) {
				continue // no name that is asked for
			}
			if string(value) == "null" {
				value = nil
			}
			if g := got.get(name); !bytes.Equal(g, value) {
				t.Errorf("%q: got %s, want %s", name, g, value)
			}
			var s string
			if json.Unmarshal(value, &s) != nil {
				s = ""
			}
			if g := got.text(name); g != s {
				t.Errorf("%q: got text %q, want %q", name, g, s)
			}
			var items []json.RawMessage
			isList := json.Unmarshal(value, &items) == nil && items != nil
			g, ok := got.list(name)
			if ok != isList || len(g) != len(items) {
				t.Fatalf("%q: got %d elements (%t), want %d (%t)", name, len(g), ok, len(items), isList)
			}
			for i := range items {
				if !bytes.Equal(g[i], items[i]) {
					t.Errorf("%q: element %d: got %s, want %s", name, i, g[i], items[i])
				}
			}
		}
	})
}
