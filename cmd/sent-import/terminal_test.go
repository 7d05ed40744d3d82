package main

import "testing"

func TestCut(t *testing.T) {
	for width, want := range map[int]string{0: "zwölf Fälle", -2: "zwölf Fälle", 11: "zwölf Fälle", 10: "zwölf Fäl…", 1: "…"} {
		if got := cut("zwölf Fälle", width); got != want {
			t.Errorf("at %d: got %q, want %q", width, got, want)
		}
	}
}

func TestFit(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"short lines stay", "one two\nthree  four", "one two\nthree  four"},
		{"long lines break at spaces", "one two three four five\nsix", "one two three four\nfive\nsix"},
		{"an empty line stays", "one\n\ntwo", "one\n\ntwo"},
		{"a word that is too long stays whole", "see /a/very/long/path/indeed now", "see\n/a/very/long/path/indeed\nnow"},
		{"a command can be copied", "To have the other again: sent-import report 3f9a --report out", "To have the other\nagain:\n  sent-import \\\n    report 3f9a \\\n    --report out"},
		{"a command within the width", "Try: sent-import run", "Try: sent-import run"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := fit(tt.text, 20); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// A terminal that can only write lines gets lines.
func TestDumbTerminal(t *testing.T) {
	for term, want := range map[string]bool{"dumb": true, "xterm": false, "": false} {
		a := &app{getenv: func(name string) string { return map[string]string{"TERM": term}[name] }}
		if got := a.isDumb(); got != want {
			t.Errorf("%q: got %v, want %v", term, got, want)
		}
	}
}
