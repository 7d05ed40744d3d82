package sent

import (
	"strings"
	"testing"
	"unicode"
)

func TestCleanMessage(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "Contact already exists", "Contact already exists"},
		{"a number", "+14155552671 exists", "+••• exists"},
		{"grouped", "Number +1 (415) 555-2671 exists.", "Number +••• exists."},
		{"dots", "415.555.2671.", "•••."},
		{"escaped", "/contacts?phone=%2B14155552671&page=1", "/contacts?phone=%2B•••&page=1"},
		{"other digits", "رقم ٠١٢٣٤٥٦٧٨", "رقم •••"},
		{"split by an invisible character", "1415\u200b5552671", "•••"},
		{"six digits stay", "code 123456, limit 200", "code 123456, limit 200"},
		{"seven do not", "1234567", "•••"},
		{"line breaks", "a\r\nb\tc\u2028d", "a  b c d"},
		{"control characters", "a\x00\x1b[31mb\u202ec", "a[31mbc"},
		{"blanks around", "  a ", "a"},
		{"empty", "", ""},
	} {
		if got := cleanMessage(c.in); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestCleanMessageIsShort(t *testing.T) {
	got := []rune(cleanMessage(strings.Repeat("é", 1000)))
	if len(got) != 300 || got[299] != '…' {
		t.Errorf("got %d characters that end in %q, want 300 that end in …", len(got), got[len(got)-1])
	}
	// A number at the cut is masked first.
	if got := cleanMessage(strings.Repeat("x", 295) + ours); strings.Contains(got, "141") {
		t.Errorf("got %q", got)
	}
}

func TestCleanErrorKeepsAddresses(t *testing.T) {
	const in = "dial tcp 192.168.100.200:58443: connect: connection refused"
	if got := cleanError(in); got != in {
		t.Errorf("got %q, want %q", got, in)
	}
	if got := cleanError("malformed HTTP response \"14155552671\""); strings.Contains(got, "1415") {
		t.Errorf("got %q", got)
	}
}

func TestRedact(t *testing.T) {
	if got, want := newSecret(testKey).redact("key "+testKey+", again "+testKey), "key [key], again [key]"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := newSecret("key").redact("a key of three"), "a key of three"; got != want {
		t.Errorf("a short key: got %q, want %q", got, want)
	}
}

func FuzzCleanMessage(f *testing.F) {
	f.Add("+1 (415) 555-2671 is taken")
	f.Add("\xff1234567\x00")
	f.Fuzz(func(t *testing.T, s string) {
		got := cleanMessage(s)
		if n := len([]rune(got)); n > maxMessageRunes {
			t.Errorf("%d characters", n)
		}
		run := 0
		for _, r := range got {
			if run++; !unicode.IsDigit(r) {
				run = 0
			}
			if run >= maskFrom || !unicode.IsPrint(r) {
				t.Fatalf("got %q of %q", got, s)
			}
		}
	})
}
