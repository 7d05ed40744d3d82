package sent

import (
	"errors"
	"net/http"
	"strings"
	"testing"
)

// Every spelling of a host becomes one, which is used to check, dial and remember it.
func TestBaseHasOneSpelling(t *testing.T) {
	for _, test := range []struct{ given, want, literal string }{
		{"https://API.Sent.DM", "https://api.sent.dm", "https://API.Sent.DM"},
		{"https://api.sent.dm.", "https://api.sent.dm", "https://api.sent.dm."},
		{"https://api.sent.dm:443/", "https://api.sent.dm", "https://api.sent.dm:443"},
		{"https://api.sent.dm:", "https://api.sent.dm", "https://api.sent.dm:"},
		{"https://api.sent.dm:8443/Path//", "https://api.sent.dm:8443/Path", "https://api.sent.dm:8443/Path"},
		{"http://LOCALHOST:8787", "http://localhost:8787", "http://LOCALHOST:8787"},
		{"http://localhost.:8787", "http://localhost:8787", "http://localhost.:8787"},
		{"http://localhost:80", "http://localhost", "http://localhost:80"},
		{"http://127.0.0.2:8787", "http://127.0.0.2:8787", "http://127.0.0.2:8787"},
		{"http://127.0.0.1.:8787", "http://127.0.0.1:8787", "http://127.0.0.1.:8787"},
		{"http://[::ffff:127.0.0.1]:8787", "http://127.0.0.1:8787", "http://[::ffff:127.0.0.1]:8787"},
		{"http://[::FFFF:7f00:1]:8787", "http://127.0.0.1:8787", "http://[::FFFF:7f00:1]:8787"},
		{"http://[0:0:0:0:0:0:0:1]:8787", "http://[::1]:8787", "http://[0:0:0:0:0:0:0:1]:8787"},
		{"http://[::1%25lo]:8787", "http://[::1]:8787", "http://[::1%25lo]:8787"},
		{"https://[FE80::1%25Eth0]:8787", "https://[fe80::1%25Eth0]:8787", "https://[FE80::1%25Eth0]:8787"},
	} {
		c, err := New(Options{BaseURL: test.given, Key: testKey})
		if err != nil {
			t.Errorf("%s: %v", test.given, err)
			continue
		}
		if c.BaseURL() != test.want || c.GivenBaseURL() != test.literal {
			t.Errorf("%s: got %s, given %s; want %s, %s", test.given, c.BaseURL(), c.GivenBaseURL(), test.want, test.literal)
		}
	}
}

// A host that only looks like this machine may resolve to another one.
func TestPlainHTTPIsForThisMachine(t *testing.T) {
	for _, host := range []string{"127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0.0.0.0", "[::]", "localhost..", ".", "localhost.localdomain", "foo.localhost", "[fe80::1%25lo]", "[::ffff:10.0.0.1]", "10.0.0.1"} {
		if c, err := New(Options{BaseURL: "http://" + host + ":8787", Key: testKey}); err == nil {
			t.Errorf("%s: taken, as %s", host, c.BaseURL())
		}
	}
}

// Plain http uses no proxy, whatever the environment says, and connects to no
// other machine.
func TestPlainHTTPHasNoProxy(t *testing.T) {
	c, err := New(Options{BaseURL: "http://LOCALHOST:8787", Key: testKey})
	if err != nil {
		t.Fatal(err)
	}
	if c.transport.(*http.Transport).Proxy != nil {
		t.Error("the transport has a proxy for plain http")
	}
	if c, err = New(Options{Key: testKey}); err != nil || c.transport.(*http.Transport).Proxy == nil {
		t.Errorf("the transport has no proxy for https (%v)", err)
	}
	for address, want := range map[string]error{
		"127.0.0.1:80": nil, "[::1]:80": nil, "[::ffff:127.0.0.1]:80": nil, "[::1%lo]:80": nil,
		"10.0.0.1:80": errElsewhere, "[2001:db8::1]:80": errElsewhere, "localhost:80": errElsewhere, "": errElsewhere,
	} {
		if err := onlyHere("tcp", address, nil); !errors.Is(err, want) {
			t.Errorf("%q: got %v, want %v", address, err, want)
		}
	}
	if v := Classify(ours, Answer{Err: errElsewhere}); v.Persistence != Permanent || !strings.Contains(v.Message, "localhost") {
		t.Errorf("got %+v", v)
	}
}
