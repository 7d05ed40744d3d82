package sent

import (
	"fmt"
	"strings"
	"testing"
)

const testKey = "sk_live_0123456789abcdef"

func TestNewAccepts(t *testing.T) {
	for _, c := range []struct{ name, base, want string }{
		{"the default", "", "https://api.sent.dm/v3/contacts"},
		{"https", "https://example.com", "https://example.com/v3/contacts"},
		{"a slash", "https://example.com/", "https://example.com/v3/contacts"},
		{"a prefix", "https://example.com/proxy/sent", "https://example.com/proxy/sent/v3/contacts"},
		{"a prefix and a slash", "https://example.com/proxy/", "https://example.com/proxy/v3/contacts"},
		{"an escaped prefix", "https://example.com/a%2Fb", "https://example.com/a%2Fb/v3/contacts"},
		{"a port", "https://example.com:8443", "https://example.com:8443/v3/contacts"},
		{"capitals", "HTTPS://example.com", "https://example.com/v3/contacts"},
		{"127.0.0.1", "http://127.0.0.1:8787", "http://127.0.0.1:8787/v3/contacts"},
		{"127.9.9.9", "http://127.9.9.9", "http://127.9.9.9/v3/contacts"},
		{"::1", "http://[::1]:8787", "http://[::1]:8787/v3/contacts"},
		{"localhost", "http://LocalHost:8787", "http://localhost:8787/v3/contacts"},
	} {
		client, err := New(Options{BaseURL: c.base, Key: testKey})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := client.contacts.String(); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
		if got := client.BaseURL() + "/v3/contacts"; got != c.want {
			t.Errorf("%s: got base %s, want the one of %s", c.name, client.BaseURL(), c.want)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	const secret = "s3cr3tp4ss"
	for _, c := range []struct {
		name string
		o    Options
	}{
		{"no key", Options{}},
		{"a key with a line break", Options{Key: testKey + "\n"}},
		{"a key with a blank", Options{Key: " " + testKey}},
		{"a key that is not ASCII", Options{Key: testKey + "é"}},
		{"a key with a control character", Options{Key: testKey + "\x7f"}},
		{"a profile that is no UUID", Options{Key: testKey, Profile: "marketing"}},
		{"a profile with a line break", Options{Key: testKey, Profile: uuid + "\n"}},
		{"plain http", Options{Key: testKey, BaseURL: "http://api.sent.dm"}},
		{"plain http to a private address", Options{Key: testKey, BaseURL: "http://192.168.1.10"}},
		{"plain http to a name that looks local", Options{Key: testKey, BaseURL: "http://localhost.example.com"}},
		{"plain http to a name that looks like a loopback address", Options{Key: testKey, BaseURL: "http://127.0.0.1.example.com"}},
		{"user information", Options{Key: testKey, BaseURL: "https://me:" + secret + "@api.sent.dm"}},
		{"a query", Options{Key: testKey, BaseURL: "https://api.sent.dm?token=" + secret}},
		{"an empty query", Options{Key: testKey, BaseURL: "https://api.sent.dm?"}},
		{"a fragment", Options{Key: testKey, BaseURL: "https://api.sent.dm/#" + secret}},
		{"another scheme", Options{Key: testKey, BaseURL: "ftp://api.sent.dm"}},
		{"no scheme", Options{Key: testKey, BaseURL: "api.sent.dm"}},
		{"no host", Options{Key: testKey, BaseURL: "https:///v3"}},
		{"not a URL", Options{Key: testKey, BaseURL: "https://me:" + secret + "@[::1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := New(c.o)
			if err == nil {
				t.Fatal("got no error")
			}
			for _, hidden := range []string{testKey, secret} {
				if strings.Contains(err.Error(), hidden) {
					t.Errorf("the error %q shows a secret", err)
				}
			}
		})
	}
}

func TestVersionIsSafeForAHeader(t *testing.T) {
	for in, want := range map[string]string{
		"": "dev", "1.2.3": "1.2.3", "v1.0.0-rc.1+g12": "v1.0.0-rc.1+g12", "1 2\r\nX: y": "12Xy", "✓": "dev",
	} {
		client, err := New(Options{Key: testKey, Version: in})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimPrefix(client.agent, "sent-import/"); got != want {
			t.Errorf("version %q: got %q, want %q", in, got, want)
		}
	}
}

func TestPrintingShowsNoKey(t *testing.T) {
	o := Options{Key: testKey, BaseURL: "https://me:s3cr3tp4ss@api.sent.dm"}
	client, err := New(Options{Key: testKey})
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		for _, value := range []any{o, &o, client, *client} {
			if got := fmt.Sprintf(verb, value); strings.Contains(got, testKey) || strings.Contains(got, "s3cr3tp4ss") {
				t.Errorf("%s of %T: got %q", verb, value, got)
			}
		}
	}
}
