package sent

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestSecretIsFound(t *testing.T) {
	const key = "sk_live_aB3/xY+7=Qz9~Lm2"
	s := newSecret(key)
	for name, text := range map[string]string{
		"itself":          "Bearer " + key + ".",
		"twice":           key + key,
		"its beginning":   "the key " + key[:16] + "… is not known",
		"its end":         "…" + key[len(key)-15:],
		"its middle":      key[3:19],
		"in a query":      "?key=" + url.QueryEscape(key),
		"in a path":       "/" + url.PathEscape(key),
		"escaped, lower":  strings.ToLower(url.QueryEscape(key)),
		"escaped in part": strings.Replace(key, "/", "%2f", 1),
		"escaped fully":   percentEncoded(key),
		"escaped middle":  percentEncoded(key[3:19]),
		"escaped base64":  url.QueryEscape(base64.StdEncoding.EncodeToString([]byte("u:" + key))),
		"upper case":      strings.ToUpper(key),
		"lower case":      "key " + strings.ToLower(key[2:]),
		"after a percent": "100%" + key + "%",
		"a part before":   key[len(key)-15:] + " of " + key,
		"base64":          base64.StdEncoding.EncodeToString([]byte(key)),
		"basic, user u":   base64.StdEncoding.EncodeToString([]byte("u:" + key)),
		"basic, user us":  base64.StdEncoding.EncodeToString([]byte("us:" + key)),
		"basic, no user":  base64.StdEncoding.EncodeToString([]byte(":" + key)),
		"basic, password": base64.StdEncoding.EncodeToString([]byte(key + ":password")),
		"base64 of URLs":  base64.RawURLEncoding.EncodeToString([]byte("u:" + key)),
	} {
		got := s.redact(text)
		if !s.holds(text) || !strings.Contains(got, redacted) || s.holds(got) {
			t.Errorf("%s: holds %t, redacted %q", name, s.holds(text), got)
		}
	}
	if got, want := s.redact("a "+key+" b% "+percentEncoded(key[:15])+" 5%20c"), "a [key] b% [key] 5%20c"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func percentEncoded(text string) (encoded string) {
	for _, c := range []byte(text) {
		encoded += fmt.Sprintf("%%%02x", c)
	}
	return encoded
}

func TestSecretIsNotFoundByChance(t *testing.T) {
	for _, test := range []struct{ key, text string }{
		{"sk_live_aB3xY7Qz9Lm2", "sk_live_ is how live keys begin"},
		{"sk_live_aB3xY7Qz9Lm2", "SK%5FLIVE%5f, 5%, %zz and %"},
		{"770e8400-e29b-41d4-a716-446655440002", "770e8400-0000-4000-8000-446655440002"},
		{"key", "a key of three"},
		{"", "nothing"},
	} {
		if got := newSecret(test.key).redact(test.text); got != test.text || newSecret(test.key).holds(test.text) {
			t.Errorf("key %q: got %q, want %q", test.key, got, test.text)
		}
	}
}

func FuzzSecret(f *testing.F) {
	f.Add("sk_live_aB3xY7Qz9Lm2", "x sk_live_aB3xY7Qz9Lm2")
	f.Add("aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaaaaaa")
	f.Add("[key][key][key]", "[key][key][key][key]")
	f.Fuzz(func(t *testing.T, key, text string) {
		if len(key) < shortestSecret || len(key)+len(text) > longestText || strings.Contains(redacted, key) {
			return
		}
		if got := newSecret(key).redact(text + key + text); strings.Contains(strings.ReplaceAll(got, redacted, "\x00"), key) {
			t.Errorf("key %q, text %q: got %q", key, text, got)
		}
	})
}

// A key that a server echoes is in no field of an answer that reports may keep.
func TestEchoedKeyIsNotKept(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		key := r.Header.Get("X-Api-Key")
		w.Header().Set("X-Request-Id", "req-"+key)
		w.Header().Set("Location", "/"+key)
		status := 201
		if r.Method == http.MethodGet {
			status = 200
		}
		w.WriteHeader(status)
		contact := fmt.Sprintf(`{"id":"c-%s","phone_number":"%s","format_e164":"%s","created_at":"%s","updated_at":"%s"}`, key, ours, ours, key, key)
		fmt.Fprintf(w, `{"success":true,"account":{"id":"%s"},"data":{"account_id":"%[1]s","contact":%s,"contacts":[%[2]s]},"error":{"code":"%s","message":"for \u0001%s%[1]s","details":{"%[1]s":["x"]}},"meta":{"request_id":"%[1]s"}}`,
			key, contact, strings.ToUpper(key), key[:4])
	}, func(o *Options) { o.Key = "ABCDEFGH_0123456" })
	for name, a := range map[string]Answer{
		"creation": c.Create(t.Context(), ours, "k"), "look-up": c.Lookup(t.Context(), ours),
		"account": c.Me(t.Context()), "list": c.List(t.Context(), 1, 10),
	} {
		said := fmt.Sprint(a.RequestID, a.Code, a.Message, a.Details, a.Account.ID, *a.Contact, a.Contact.CreatedAtText, a.Contact.UpdatedAtText, a.Contacts[0], a.Contacts[0].CreatedAtText)
		if strings.Contains(said, "ABCDEFGH_0123456") {
			t.Errorf("%s: the key is in %s", name, said)
		}
		if a.Contact.ID != "" || a.Contacts[0].ID != "" || a.Account.ID != "" || a.Code != "" {
			t.Errorf("%s: an id or a code that holds the key is taken for one: %s", name, said)
		}
		if a.RequestID != "req-[key]" {
			t.Errorf("%s: got request id %q", name, a.RequestID)
		}
	}
	if v := Classify(ours, c.Create(t.Context(), ours, "k")); v.Kind != Unknown {
		t.Errorf("got %v, want unknown: there is no contact id", v)
	}
}

func BenchmarkCensor(b *testing.B) {
	d := newDecoder("770e8400-e29b-41d4-a716-446655440002")
	a := Answer{RequestID: "req_0123456789", Contact: &Contact{ID: uuid, PhoneNumber: ours, FormatE164: ours, CreatedAtText: "2026-01-15T10:30:00.1234567Z"}}
	for b.Loop() {
		d.censor(&a)
	}
}
