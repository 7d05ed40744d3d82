package jobid

import (
	"regexp"
	"testing"
)

// The golden values below were computed from the canonical form by hand, with
// sha256sum. If one of these tests fails, the next version would send requests
// again under other keys: don't change the values, put the form back.

func TestIdempotencyKeyIsFixed(t *testing.T) {
	const job = "0123456789abcdef0123"
	const profile = "770e8400-e29b-41d4-a716-446655440002"
	for _, test := range []struct {
		name    string
		profile string
		sandbox bool
		phone   string
		number  int
		want    string
	}{
		{"plain", "", false, "+14155552671", 1, "si1_939b0a4bff9ca464b28045fc548ce5561aa833c9"},
		{"sandbox", "", true, "+14155552671", 1, "si1_f2e1045341f5d236e564e368379baaa097fa9c93"},
		{"profile", profile, false, "+14155552671", 1, "si1_7213a109c07e609f7a2346f1ce2e76f0cc764b75"},
		{"another number", "", false, "+447400123456", 1, "si1_7646057e7f7fe1f1a64856bd89b6d226b58c60ca"},
		{"second key", "", false, "+14155552671", 2, "si1_939b0a4bff9ca464b28045fc548ce5561aa833c9_2"},
		{"tenth key", "", false, "+14155552671", 10, "si1_939b0a4bff9ca464b28045fc548ce5561aa833c9_10"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := Key{job, test.profile, test.sandbox, test.phone, test.number}.String()
			if got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestJobIDIsFixed(t *testing.T) {
	id := Identity{
		FileSHA256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		Account:    "acct_1", BaseURL: "https://api.sent.dm",
		Reading: `{"region":"DE"}`,
	}
	if got, want := id.JobID(), "1728428fcb6cdd9a938f"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := Fingerprint("sk_test_1"), "feed842723eb86effc9a237c9d1e5e55"; got != want {
		t.Errorf("fingerprint: got %s, want %s", got, want)
	}
}

// Everything that a key depends on changes it, and nothing can be moved from
// one field to the next without changing it.
func TestKeysDiffer(t *testing.T) {
	seen := make(map[string]string)
	add := func(what, key string) {
		t.Helper()
		if other, ok := seen[key]; ok {
			t.Errorf("%s and %s have one key", what, other)
		}
		seen[key] = what
	}
	add("plain", Key{"a", "", false, "+14155552671", 1}.String())
	add("other job", Key{"b", "", false, "+14155552671", 1}.String())
	add("profile", Key{"a", "p", false, "+14155552671", 1}.String())
	add("sandbox", Key{"a", "", true, "+14155552671", 1}.String())
	add("shifted", Key{"a\nprofile:0:", "", false, "+14155552671", 1}.String())
	add("number 2", Key{"a", "", false, "+14155552671", 2}.String())
	add("number 22", Key{"a", "", false, "+14155552671", 22}.String())
}

// keyShape is what the API takes for an Idempotency-Key.
var keyShape = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,255}$`)

func FuzzKey(f *testing.F) {
	f.Add("job", "profile", true, "+14155552671", 1)
	f.Add("", "", false, "", 1_000_000)
	f.Fuzz(func(t *testing.T, job, profile string, sandbox bool, phone string, number int) {
		key := (Key{job, profile, sandbox, phone, number}).String()
		if !keyShape.MatchString(key) {
			t.Errorf("key %q is not of the API's shape", key)
		}
		if again := (Key{job, profile, sandbox, phone, number}).String(); again != key {
			t.Errorf("got %q and then %q", key, again)
		}
	})
}
