package phone

import (
	"slices"
	"strings"
	"testing"
)

func TestParseTypes(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []Type
	}{
		{"nothing", "", nil},
		{"blank", " , ", nil},
		{"one", "mobile", []Type{Mobile}},
		{"two", "mobile,fixed_line_or_mobile", []Type{Mobile, FixedLineOrMobile}},
		{"spaces, case, hyphens", " Mobile, Fixed-Line ", []Type{Mobile, FixedLine}},
		{"twice", "voip,voip", []Type{VoIP}},
	} {
		got, err := ParseTypes(c.text)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: ParseTypes(%q): got %v, %v, want %v", c.name, c.text, got, err, c.want)
		}
	}
	for _, t1 := range Types() {
		if got, err := ParseTypes(string(t1)); err != nil || !slices.Equal(got, []Type{t1}) {
			t.Errorf("ParseTypes(%q): got %v, %v", t1, got, err)
		}
	}
	if _, err := ParseTypes("mobile,landline"); err == nil || !strings.Contains(err.Error(), `"landline"`) || !strings.Contains(err.Error(), "fixed_line") {
		t.Errorf("ParseTypes(landline): got error %v, want one that names the word and the types", err)
	}
}

func TestMask(t *testing.T) {
	for cell, want := range map[string]string{
		"+14155552671":     "+1415•••2671",
		"+447900900123":    "+4479•••0123",
		"+6904567":         "+69•••67",
		"+491234567":       "+491•••567",
		"":                 "•••",
		"14155552671":      "•••",
		"+1415555267x":     "•••",
		"+123":             "•••",
		"+123456789012345": "+1234•••2345",
		"four one five":    "•••",
	} {
		if got := Mask(cell); got != want {
			t.Errorf("Mask(%q): got %q, want %q", cell, got, want)
		}
	}
}
