package phone

import (
	"testing"
	"unicode"
)

// decimalZeros returns the digit zero of every script of Unicode.
func decimalZeros() []rune {
	var zeros []rune
	add := func(lo, hi rune) {
		for r := lo; r <= hi; r += 10 {
			zeros = append(zeros, r)
		}
	}
	for _, block := range unicode.Nd.R16 {
		add(rune(block.Lo), rune(block.Hi))
	}
	for _, block := range unicode.Nd.R32 {
		add(rune(block.Lo), rune(block.Hi))
	}
	return zeros
}

// digitValue depends on the ten digits of a script being consecutive in Unicode.
func TestDecimalDigitsComeInTens(t *testing.T) {
	for _, block := range unicode.Nd.R16 {
		if block.Stride != 1 || (block.Hi-block.Lo+1)%10 != 0 {
			t.Errorf("block %U–%U: got a stride of %d or no whole tens", block.Lo, block.Hi, block.Stride)
		}
	}
	for _, block := range unicode.Nd.R32 {
		if block.Stride != 1 || (block.Hi-block.Lo+1)%10 != 0 {
			t.Errorf("block %U–%U: got a stride of %d or no whole tens", block.Lo, block.Hi, block.Stride)
		}
	}
}

func TestClean(t *testing.T) {
	for _, c := range []struct{ name, cell, want string }{
		{"nothing", "", ""},
		{"marks only", " -()", ""},
		{"plus only", "+", ""},
		{"plus behind brackets", "((+ 44)", "+44"},
		{"hash stays", "#12#", "#12#"},
		{"inner marks stay", "a-1(b) .", "a-1(b"},
		{"line breaks", "1\r\n2\u20283", "1\n\n2\n3"},
		{"spaces", "1\u00a02\u30003\t4", "1 2 3 4"},
		{"dashes", "1–2‒3－4", "1-2-3-4"},
		{"pluses", "➕1", "+1"},
		{"dots and commas", "1·2•3。4、5،6", "1.2.3.4,5,6"},
		{"semicolons and slashes", "1؛2⁄3∕4", "1;2/3/4"},
		{"brackets", "1【2】3〔4〕5", "1[2]3[4]5"},
		{"keycaps", "1\ufe0f\u20e32\ufe0f\u20e3", "12"},
		{"letters keep their case", "Ａb", "Ab"},
	} {
		if got, ok := clean(c.cell); got != c.want || !ok {
			t.Errorf("%s: clean(%q): got %q, %t, want %q", c.name, c.cell, got, ok, c.want)
		}
	}
}
