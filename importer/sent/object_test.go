package sent

import (
	"reflect"
	"strings"
	"testing"
)

// Anything but one whole JSON object is none.
func TestObjectOf(t *testing.T) {
	nested := func(levels int) string { return strings.Repeat(`{"a":`, levels) + `0` + strings.Repeat("}", levels) }
	for text, want := range map[string]bool{
		`{}`: true, " \t\r\n{} \t\r\n": true, `{"a":[1,{"b":null}],"a":-1.5e3}`: true, "{\"\xff\":\"\xff\"}": true, nested(10000): true,
		``: false, ` `: false, `null`: false, ` null `: false, `[]`: false, `[{}]`: false, `"{}"`: false, `0`: false, `true`: false, html: false,
		`{`: false, `{"a":1`: false, `{"a":1,}`: false, `{"a":01}`: false, `{"a":"\u12G4"}`: false, "{\"a\":\"\n\"}": false, `{a:1}`: false, `{'a':1}`: false,
		`{}x`: false, `{}{}`: false, `{},`: false, "{}\x00": false, "\u00a0{}": false, "\ufeff{}": false, nested(10001): false,
	} {
		if got := objectOf([]byte(text)) != nil; got != want {
			t.Errorf("%.80q: got an object %t, want %t", text, got, want)
		}
	}
}

// A member is read if its name is exactly the one that is asked for and its type
// is right; of several, the last. Any other is as if it were absent.
func TestMembers(t *testing.T) {
	for _, c := range []struct{ value, text, scalar string }{
		{`"x"`, "x", "x"},
		{`"\u0078"`, "x", "x"},
		{`"a b"`, "a b", ""},
		{"\"x\xff\"", "x\ufffd", ""},
		{`"x\ud800"`, "x\ufffd", ""},
		{`"12"`, "12", "12"},
		{`12345678901234567890`, "", "12345678901234567890"},
		{`-1.50e3`, "", "-1.50e3"},
		{`null`, "", ""}, {`true`, "", ""}, {`{}`, "", ""}, {`["x"]`, "", ""}, {`""`, "", ""},
	} {
		for _, body := range []string{`{"a":` + c.value + `}`, `{"a":"other","A":1,"\u0061": ` + c.value + ` ,"A":"X","a ":"Y"}`} {
			o := objectOf([]byte(body))
			if text, scalar := o.text("a"), o.scalar("a"); text != c.text || scalar != c.scalar {
				t.Errorf("%s: got the text %q and the scalar %q, want %q and %q", body, text, scalar, c.text, c.scalar)
			}
		}
	}
	odd := objectOf([]byte(`{"flag":"true","number":2.0,"text":7,"list":{},"object":[],"Present":{}}`))
	_, isFlag := odd.flag("flag")
	_, isList := odd.list("list")
	if isFlag || isList || odd.number("number") != 0 || odd.text("text") != "" || odd.object("object") != nil || odd.object("present") != nil {
		t.Error("a member of another type or name is read")
	}
}

// A text is read the same after any other: a member, an error or a rest of one answer is
// never in the next.
func TestReadersAreAsNew(t *testing.T) {
	long := `{"pad":"` + strings.Repeat("x", 5000) + `"}`
	texts := []string{
		`{}`, `{"a":1}`, " \n{\"a\":\"x\"} \r\n\t", `{"b":[1,2,{"c":12345678901234567890}]}`, long, `{"d":{"e":null}}` + strings.Repeat(" ", 3000),
		``, ` `, `null`, `[]`, `{`, `{"a":1`, `{"a":1,}`, `{"a":"`, `{}x`, `{"a":2}{"a":3}`, `{"a":2} {`, `{},`, `7`, `"{}"`, html,
		strings.Repeat(" ", 9000) + `{"late":true}`,
	}
	var r readers
	for _, before := range texts {
		for _, text := range texts {
			r.object([]byte(before))
			if got, want := r.object([]byte(text)), objectOf([]byte(text)); !reflect.DeepEqual(got, want) {
				t.Errorf("%.40q after %.40q: got %.80v, want %.80v", text, before, got, want)
			}
		}
	}
}

// What was read stays as it is when the buffers are used again.
func TestReadersShareNothing(t *testing.T) {
	r := newReader()
	first, again := r.object([]byte(`{"name":"first","n":1,"list":["one"]}`))
	if !again {
		t.Fatal("a reader is not kept after an object")
	}
	if _, again := r.object([]byte(`{"mane":"other","m":2,"tsil":["two"]}`)); !again {
		t.Fatal("a reader is not kept after a second object")
	}
	if want := objectOf([]byte(`{"name":"first","n":1,"list":["one"]}`)); !reflect.DeepEqual(first, want) {
		t.Errorf("got %v, want %v", first, want)
	}
}
