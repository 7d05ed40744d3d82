package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"sent-import/importer/simulator"
)

// spyProxy is a proxy that records each request and refuses it.
type spyProxy struct {
	mu  sync.Mutex
	got []string // method, target and headers of each request
}

func (p *spyProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.got = append(p.got, fmt.Sprint(r.Method, " ", r.RequestURI, " ", r.Header))
	w.WriteHeader(http.StatusProxyAuthRequired)
}

// askThrough imports one contact with proxies in the environment, and returns
// what the proxy got and what the program said.
func askThrough(t *testing.T, base string, env ...string) (proxied, said string, code int) {
	t.Helper()
	spy := &spyProxy{}
	proxy := httptest.NewServer(spy)
	defer proxy.Close()
	list := filepath.Join(t.TempDir(), "list.csv")
	if err := os.WriteFile(list, []byte("phone\n+14155550101\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := program(t, "run", list, "--base-url", base, "--state", t.TempDir(), "--outage", "1s", "--rate", "unlimited")
	cmd.Env = append(cmd.Env, "SENT_DM_API_KEY=sk_live_0123456789abcdef")
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"} {
		cmd.Env = append(cmd.Env, name+"="+proxy.URL)
	}
	cmd.Env = append(cmd.Env, append([]string{"NO_PROXY=", "no_proxy="}, env...)...)
	out, _ := cmd.CombinedOutput() // the exit code says it
	return strings.Join(spy.got, "\n"), string(out), cmd.ProcessState.ExitCode()
}

// TestAttack09KeyStaysFromProxy: plain http to this machine goes through no
// proxy, however the machine is spelled; https does, and shows it no key.
func TestAttack09KeyStaysFromProxy(t *testing.T) {
	t.Parallel()
	sim := simulator.New(simulator.Options{})
	server := httptest.NewServer(sim)
	t.Cleanup(func() {
		server.Close()
		sim.Close()
	})
	port := server.URL[strings.LastIndex(server.URL, ":"):]
	for _, host := range []string{"LOCALHOST", "localhost.", "127.0.0.1.", "[::ffff:127.0.0.1]", "localhost", "127.0.0.1"} {
		t.Run(host, func(t *testing.T) {
			t.Parallel()
			if proxied, said, code := askThrough(t, "http://"+host+port); proxied != "" || code != exitOK {
				t.Errorf("exit %d, the proxy got %q; %s", code, proxied, said)
			}
		})
	}
	t.Run("zone", func(t *testing.T) { // nobody may listen there, but the proxy must not be asked
		t.Parallel()
		if proxied, said, _ := askThrough(t, "http://[::1%25lo]"+port); proxied != "" {
			t.Errorf("the proxy got %q; %s", proxied, said)
		}
	})
	t.Run("https", func(t *testing.T) {
		t.Parallel()
		proxied, said, _ := askThrough(t, "https://api.example.invalid")
		if !strings.HasPrefix(proxied, "CONNECT api.example.invalid:443") || strings.Contains(proxied, "sk_live") {
			t.Errorf("the proxy got %q, want CONNECT without the key; %s", proxied, said)
		}
	})
	t.Run("NO_PROXY", func(t *testing.T) {
		t.Parallel()
		if proxied, said, _ := askThrough(t, "https://api.example.invalid", "NO_PROXY=.example.invalid"); proxied != "" {
			t.Errorf("the proxy got %q; %s", proxied, said)
		}
	})
}
