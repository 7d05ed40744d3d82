package phone

import "testing"

func TestDescribe(t *testing.T) {
	for number, want := range map[string]struct {
		region string
		kind   Type
		ok     bool
	}{
		"+14155552671":   {"US", FixedLineOrMobile, true},
		"+12423570000":   {"BS", Mobile, true},
		"+4915123456789": {"DE", Mobile, true},
		"+80012345678":   {"", TollFree, true},
		"+1415":          {"", "", false},
		"4155552671":     {"", "", false},
	} {
		region, kind, ok := Describe(number)
		if region != want.region || kind != want.kind || ok != want.ok {
			t.Errorf("%s: got %q, %q, %t, want %v", number, region, kind, ok, want)
		}
	}
}
