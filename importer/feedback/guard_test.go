package feedback

import (
	"strings"
	"testing"
)

func TestGuard(t *testing.T) {
	for _, tt := range []struct{ name, cell, want string }{
		{"empty", "", ""},
		{"words", "Lyon", "Lyon"},
		{"digits", "4155552671", "4155552671"},
		{"formula", "=1+1", "'=1+1"},
		{"at", "@SUM(1)", "'@SUM(1)"},
		{"tab", "\t=1", "'\t'=1"},
		{"carriage return", "\r=1", "'\r'=1"},
		{"line feed", "\n=1", "'\n'=1"},
		{"E.164", "+14155552671", "+14155552671"},
		{"plus, space", "+ 1 415 555 2671", "+ 1 415 555 2671"},
		{"plus, no-break space", "+\u00a01 415", "+\u00a01 415"},
		{"plus, bracket", "+(1) 415 555 2671", "+(1) 415 555 2671"},
		{"plus, square bracket", "+[1] 415", "+[1] 415"},
		{"plus, Arabic-Indic digit", "+٤٩ ٣٠", "+٤٩ ٣٠"},
		{"plus, letter", "+A1", "'+A1"},
		{"plus, plus", "++1", "'++1"},
		{"plus, bidi mark", "+\u202a1", "'+\u202a1"},
		{"minus, digit", "-5", "-5"},
		{"minus, letter", "-A1", "'-A1"},
		{"minus alone", "-", "-"},
		{"plus alone", "+", "+"},
		{"program behind a sum", "-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"},
		{"two numbers", "+1 415 555 0100 | +1 415 555 0101", "+1 415 555 0100 | +1 415 555 0101"},
		{"function behind a number", `+1+HYPERLINK("x")`, `'+1+HYPERLINK("x")`},
		{"function with a space", `+1+SUM (A1)`, `'+1+SUM (A1)`},
		{"extension", "+1 415 555 2671 ext 12", "+1 415 555 2671 ext 12"},
		{"trunk zero", "+44 (0)20 7946 0018", "+44 (0)20 7946 0018"},
		{"full-width formula", "＝1+1", "'＝1+1"},
		{"full-width at", "＠A1", "'＠A1"},
		{"full-width plus, digit", "＋1 415", "＋1 415"},
		{"full-width plus, letter", "＋A1", "'＋A1"},
		{"guarded already", "'=1+1", "'=1+1"},
		{"apostrophe before a number", "'+14155552671", "'+14155552671"},
		{"inside", "a=1", "a=1"},
		{"broken UTF-8", "\xff=1", "\xff=1"},
		{"spaces before a formula", "  =1", "'  =1"},
		{"behind a semicolon", "foo;=cmd|' /C calc'!A0", "foo;'=cmd|' /C calc'!A0"},
		{"behind each separator", "a,=1;@b|+x\t-y\n=2\r=3", "a,'=1;'@b|'+x\t'-y\n'=2\r'=3"},
		{"behind a line end of two", "a\r\n=1", "a\r\n'=1"},
		{"behind a separator and spaces", "a; \u00a0=1", "a;' \u00a0=1"},
		{"behind a separator and a quote", `a;"=1`, `a;'"=1`},
		{"full-width, behind a separator", "a;＝1", "a;'＝1"},
		{"numbers in one cell", "+1 415 555 2671; +44 (0)20 7946 0018", "+1 415 555 2671; +44 (0)20 7946 0018"},
		{"numbers with words", "+1 415 555 2671, +44 20 7946 0018 (home)", "+1 415 555 2671, +44 20 7946 0018 (home)"},
		{"a list in a note", "buy:\n- two eggs\n- some flour", "buy:\n- two eggs\n- some flour"},
		{"a sum that goes on in the next cell", "a;-2&", "a;'-2&"},
		{"a bracket that is closed in the next cell", "a;+(", "a;'+("},
		{"a lone sign before the next cell", "a;-", "a;'-"},
		{"a sheet's name that is closed in the next cell", "a;+1 '", "a;'+1 '"},
		{"one formula makes the number before it one", "a;+1;=2", "a;'+1;'=2"},
		{"nothing behind a separator", "a;", "a;"},
		{"words behind a separator", "a;b=c", "a;b=c"},
		{"guarded behind a separator already", "a;'=1", "a;'=1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := Guard(tt.cell)
			if got != tt.want {
				t.Errorf("Guard(%q): got %q, want %q", tt.cell, got, tt.want)
			}
			if again := Guard(got); again != got {
				t.Errorf("Guard(%q): got %q, want it unchanged", got, again)
			}
		})
	}
}

func TestUnguard(t *testing.T) {
	for _, tt := range []struct{ name, cell, want string }{
		{"guarded", "'=1+1", "=1+1"},
		{"not guarded", "=1+1", "=1+1"},
		{"an apostrophe of the user's", "'tis", "'tis"},
		{"before a number", "'+14155552671", "'+14155552671"},
		{"two apostrophes", "''=1", "''=1"},
		{"apostrophe alone", "'", "'"},
		{"empty", "", ""},
		{"behind a separator", "a;'=1", "a;=1"},
		{"in two places", "'=1;'=2", "=1;=2"},
		{"an apostrophe of the user's behind a separator", "a; 'tis", "a; 'tis"},
		{"a number behind a separator", "a;'+14155552671", "a;'+14155552671"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Unguard(tt.cell); got != tt.want {
				t.Errorf("Unguard(%q): got %q, want %q", tt.cell, got, tt.want)
			}
		})
	}
}

// own reports whether the cell has a ' at a position of a guard.
func own(cell string) bool {
	for i := range cell {
		if cell[i] == '\'' && (i == 0 || strings.IndexByte(separators, cell[i-1]) >= 0) {
			return true
		}
	}
	return false
}

func FuzzGuard(f *testing.F) {
	for _, cell := range []string{"", "'", "=1", "'=1", "''=1", "+1 415", "+x", "-2+3+cmd|' /C calc'!A0", "＋１", "\t", "+ (", "\xff",
		"a;=1", "a;'=1", "a;\t=1", ";+1;'=b", "\r'\n=x", "a;\"=1\"", "+1;+2 (a", "a,+1 b\n(c"} {
		f.Add(cell)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		guarded := Guard(cell)
		if runs(guarded) || len(behindSeparators(guarded)) > 0 {
			t.Errorf("Guard(%q): got %q, which still runs", cell, guarded)
		}
		if again := Guard(guarded); again != guarded {
			t.Errorf("Guard(Guard(%q)): got %q, want %q", cell, again, guarded)
		}
		want := cell
		if own(cell) {
			want = Unguard(cell) // the documented exception
		}
		if back := Unguard(guarded); back != want {
			t.Errorf("Unguard(Guard(%q)): got %q, want %q", cell, back, want)
		}
	})
}

// TestGuardOfManySeparators has a cell for which the time must not grow with the
// square of its length.
func TestGuardOfManySeparators(t *testing.T) {
	cell := strings.Repeat("\t;", 1<<19) + "=1"
	guarded := Guard(cell)
	if got := Unguard(guarded); got != cell {
		t.Error("got another cell back")
	}
}
