package feedback

import (
	"strings"
	"testing"
)

func TestPlain(t *testing.T) {
	for _, cell := range []string{"", "Ann", "+14155552671", "-5", "+", "-", "ann@example.com", "a=1", "O'Neill", "+49 151 23456789"} {
		if !Plain(cell) {
			t.Errorf("Plain(%q): got false, want true: most cells are such", cell)
		}
	}
	for _, cell := range []string{" a", "=1", "@a", "+a", "-x", "++1", "a,b", "a;b", "a|b", "a\tb", "a\nb", "a\rb", `a"b`, `\.`, "a!", "+1+f(2)", "é", "\x7f", "\u00a0"} {
		if Plain(cell) {
			t.Errorf("Plain(%q): got true, want false", cell)
		}
	}
}

// FuzzPlain: what is plain has no guard, whatever its bytes are.
func FuzzPlain(f *testing.F) {
	for _, cell := range []string{"", "+1", "-a", " =1", "a(", "＝1", "a;=1"} {
		f.Add(cell)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		if Plain(cell) && (runs(cell) || len(behindSeparators(cell)) > 0 || strings.ContainsAny(cell, separators+"\"")) {
			t.Errorf("Plain(%q): got true, but it is guarded or quoted", cell)
		}
	})
}
