package main

import (
	"slices"
	"testing"
)

func TestCommandsAreSplitLikeAShellDoes(t *testing.T) {
	for _, tt := range []struct {
		command string
		want    []string
	}{
		{"", nil},
		{"  pass  show\tsent\n", []string{"pass", "show", "sent"}},
		{`op read 'op://Private vault/Sent/key'`, []string{"op", "read", "op://Private vault/Sent/key"}},
		{`a"b c"d`, []string{"ab cd"}},
		{`'' ""`, []string{"", ""}},
		{`a\ b \'c\'`, []string{"a b", "'c'"}},
		{`"a\"b\\c\n\$d"`, []string{`a"b\c\n$d`}},
		{`'a\b"c'`, []string{`a\b"c`}},
		{`echo $HOME *.csv ; ~ | # > x`, []string{"echo", "$HOME", "*.csv", ";", "~", "|", "#", ">", "x"}},
	} {
		if got, err := splitWords(tt.command); err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, %v, want %q", tt.command, got, err, tt.want)
		}
	}
	for _, command := range []string{`a 'b`, `a "b`, `a "b'`, `a \`} {
		if got, err := splitWords(command); err == nil {
			t.Errorf("%s: got %q and no error", command, got)
		}
	}
}
