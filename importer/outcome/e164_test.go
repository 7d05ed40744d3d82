package outcome

import "testing"

func TestParseE164(t *testing.T) {
	for s, want := range map[string]uint64{
		"+14155550100": 14155550100, "+1": 1, "+999999999999999": MaxE164,
		"": 0, "+": 0, "14155550100": 0, "+04155550100": 0, "+1 4155550100": 0, "+1_4155550100": 0, "++1415": 0, "+-1415": 0,
		"+9999999999999999": 0, "+1415555010x": 0, "+١٤١٥": 0,
	} {
		got, ok := ParseE164(s)
		if got != want && ok || ok != (want != 0) {
			t.Errorf("ParseE164(%q): got %d, %t, want %d", s, got, ok, want)
		}
		if ok && FormatE164(got) != s {
			t.Errorf("FormatE164(%d): got %s, want %s", got, FormatE164(got), s)
		}
	}
}
