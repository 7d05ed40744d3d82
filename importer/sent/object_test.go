package sent

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

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
