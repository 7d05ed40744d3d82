package sent

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// diagnosisCase is a client whose server gives no answer of the API's.
type diagnosisCase struct {
	name        string
	client      func(*testing.T) *Client
	persistence Persistence
	words       []string // of what happened, and of what to do
}

// Each way to get no answer has its own message, and says what to do where
// anything can be done. The errors are real ones of net/http.
func TestDiagnoses(t *testing.T) {
	cases := append(certificateCases(), append(networkCases(), append(proxyCases(), answerCases()...)...)...)
	seen := make(map[string]string)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			a := c.client(t).Create(t.Context(), ours, "si1_abc")
			v := Classify(ours, a)
			if v.Kind != Unknown || v.Persistence != c.persistence {
				t.Errorf("got %s, persistence %d, want unknown, persistence %d: %s", v.Kind, v.Persistence, c.persistence, v.Message)
			}
			text := v.Text()
			for _, word := range c.words {
				if !strings.Contains(text, word) {
					t.Errorf("got %q, which does not say %q", text, word)
				}
			}
			if strings.Contains(text, testKey) || strings.Contains(text, ours[1:]) || strings.Contains(text, "secret") {
				t.Errorf("got %q, which says too much", text)
			}
			if other := seen[v.Message]; other != "" {
				t.Errorf("said the same as %q: %q", other, v.Message)
			}
			seen[v.Message] = c.name
			if needsFix := c.persistence != Transient; needsFix && v.Fix == "" {
				t.Errorf("%q, and nothing is said that could be done", v.Message)
			}
		})
	}
}

// over returns a Client with a transport that change has adapted.
func over(t *testing.T, base string, change func(*http.Transport)) *Client {
	t.Helper()
	tr := newTransport(1, "https")
	change(tr)
	return clientOf(t, base, func(o *Options) { o.Transport = tr })
}

func silent(s *httptest.Server) { s.Config.ErrorLog = log.New(io.Discard, "", 0) }

// tlsServer returns an https server and a client's configuration that trusts it.
func tlsServer(t *testing.T) (*httptest.Server, *tls.Config) {
	t.Helper()
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	silent(s)
	s.StartTLS()
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return s, &tls.Config{RootCAs: roots}
}

func certificateCases() []diagnosisCase {
	return []diagnosisCase{
		{"expired", func(t *testing.T) *Client {
			s, trust := tlsServer(t)
			trust.Time = func() time.Time { return s.Certificate().NotAfter.Add(time.Hour) }
			return over(t, s.URL, func(tr *http.Transport) { tr.TLSClientConfig = trust })
		}, Permanent, []string{"the API's certificate is valid from 1 January 1970 to ", "date of this machine", "renew"}},
		{"not for this host", func(t *testing.T) *Client {
			s, trust := tlsServer(t)
			return over(t, strings.Replace(s.URL, "127.0.0.1", "localhost", 1), func(tr *http.Transport) { tr.TLSClientConfig = trust })
		}, Permanent, []string{"certificate is not for localhost", "check the address"}},
		{"not trusted", func(t *testing.T) *Client {
			s, _ := tlsServer(t)
			return over(t, s.URL, func(*http.Transport) {})
		}, Permanent, []string{"not trusted", "SSL_CERT_FILE"}},
		{"https to a port for http", func(t *testing.T) *Client {
			s := httptest.NewUnstartedServer(http.NotFoundHandler())
			silent(s)
			s.Start()
			t.Cleanup(s.Close)
			return over(t, strings.Replace(s.URL, "http:", "https:", 1), func(*http.Transport) {})
		}, Permanent, []string{"plain http", "scheme and the port"}},
		{"https to a port for something else", func(t *testing.T) *Client {
			base := speak(t, "220 mail.example.com ESMTP\r\n")
			return over(t, strings.Replace(base, "http:", "https:", 1), func(*http.Transport) {})
		}, Permanent, []string{"something else", "scheme and the port"}},
		{"http to a port for https", func(t *testing.T) *Client {
			s, _ := tlsServer(t)
			return over(t, strings.Replace(s.URL, "https:", "http:", 1), func(*http.Transport) {})
		}, Permanent, []string{"https at this address", "base URL says http"}},
		{"TLS that ends in an alert", func(t *testing.T) *Client {
			s, trust := tlsServer(t)
			trust.MinVersion, s.TLS.MaxVersion = tls.VersionTLS13, tls.VersionTLS12
			return over(t, s.URL, func(tr *http.Transport) { tr.TLSClientConfig = trust })
		}, Transient, []string{"do not agree on TLS", "protocol version"}},
	}
}

// Some https servers answer http with a TLS record.
func TestRecordOfTLSIsASchemeMixUp(t *testing.T) {
	c := over(t, speak(t, "\x15\x03\x01\x00\x02\x02\x0a\r\n\r\n"), func(*http.Transport) {})
	if v := Classify(ours, c.Create(t.Context(), ours, "k")); v.Persistence != Permanent || !strings.Contains(v.Message, "https at this address") {
		t.Errorf("got %q, persistence %d", v.Message, v.Persistence)
	}
}

// speak returns the address of a server that sends the text to any request.
func speak(t *testing.T, text string) string {
	t.Helper()
	return converse(t, func(c net.Conn) { _, _ = io.WriteString(c, text) })
}

// converse returns the address of a server that reads the beginning of a request,
// calls do, and closes the connection.
func converse(t *testing.T, do func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	over := make(chan struct{}) // closed below
	go func() {
		defer close(over)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Read(make([]byte, 1<<12)) // closing a connection with unread data resets it
			do(c)
			c.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-over })
	return "http://" + l.Addr().String()
}

// nobody returns an address that refuses connections.
func nobody(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// nameService returns a resolver whose name service answers with do; with nil it
// does not answer.
func nameService(t *testing.T, do func([]byte) []byte) *net.Resolver {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	over := make(chan struct{}) // closed below
	go func() {
		defer close(over)
		b := make([]byte, 512)
		for {
			n, from, err := c.ReadFrom(b)
			if err != nil {
				return
			}
			if do != nil {
				_, _ = c.WriteTo(do(b[:n]), from)
			}
		}
	}()
	t.Cleanup(func() { c.Close(); <-over })
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", c.LocalAddr().String())
	}}
}

// answerCode turns a question to the name service into a reply with the code, by
// the bits for "response" and "recursion available".
func answerCode(code byte) func([]byte) []byte {
	return func(q []byte) []byte { q[2], q[3] = 0x81, 0x80|code; return q }
}

const noSuchName, serverFailure = 3, 2 // RFC 1035, 4.1.1

func networkCases() []diagnosisCase {
	dialed := func(base func(*testing.T) string, d func(*testing.T) *net.Dialer) func(*testing.T) *Client {
		return func(t *testing.T) *Client {
			dialer := d(t)
			return over(t, base(t), func(tr *http.Transport) { tr.DialContext = dialer.DialContext })
		}
	}
	at := func(base string) func(*testing.T) string { return func(*testing.T) string { return base } }
	plain := func(*testing.T) *net.Dialer { return &net.Dialer{} }
	return []diagnosisCase{
		{"no such name", dialed(at("https://api.example.invalid."), func(t *testing.T) *net.Dialer {
			return &net.Dialer{Resolver: nameService(t, answerCode(noSuchName))}
		}), LikelyPermanent, []string{"host name api.example.invalid", "does not exist", "spelling"}},
		{"name service fails", dialed(at("https://api.example.invalid."), func(t *testing.T) *net.Dialer {
			return &net.Dialer{Resolver: nameService(t, answerCode(serverFailure))}
		}), Transient, []string{"name service", "could not"}},
		{"name service is silent", dialed(at("https://api.example.invalid."), func(t *testing.T) *net.Dialer {
			return &net.Dialer{Resolver: nameService(t, nil), Timeout: 50 * time.Millisecond}
		}), Transient, []string{"name service", "in time"}},
		{"refused", dialed(func(t *testing.T) string { return "https://" + nobody(t) }, plain), LikelyPermanent, []string{"127.0.0.1", "refused the connection"}},
		{"connecting takes too long", dialed(func(t *testing.T) string { return "https://" + nobody(t) }, func(*testing.T) *net.Dialer {
			return &net.Dialer{Timeout: 1}
		}), Transient, []string{"no connection to the API (127.0.0.1", "in time"}},
		{"reset", dialed(func(t *testing.T) string {
			return converse(t, func(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0) })
		}, plain), Transient, []string{"was reset before an answer"}},
		{"closed", dialed(func(t *testing.T) string { return speak(t, "") }, plain), Transient, []string{"was closed before an answer"}},
		{"the answer takes too long", func(t *testing.T) *Client {
			base := converse(t, func(c net.Conn) { _, _ = c.Read(make([]byte, 1)) })
			return clientOf(t, base, func(o *Options) { o.Timeout = 50 * time.Millisecond })
		}, Transient, []string{"no answer within 50ms"}},
		{"the handshake takes too long", func(t *testing.T) *Client {
			base := converse(t, func(c net.Conn) { _, _ = c.Read(make([]byte, 1)) })
			return over(t, strings.Replace(base, "http:", "https:", 1), func(tr *http.Transport) { tr.TLSHandshakeTimeout = 50 * time.Millisecond })
		}, Transient, []string{"no connection to the API in time"}},
		{"no HTTP at all", dialed(func(t *testing.T) string { return speak(t, "SSH-2.0-OpenSSH_9.6\r\n") }, plain), Transient, []string{"no answer: ", "malformed"}},
	}
}

func proxyCases() []diagnosisCase {
	through := func(proxy func(*testing.T) string, change ...func(*testing.T, *http.Transport)) func(*testing.T) *Client {
		return func(t *testing.T) *Client {
			u, err := url.Parse(proxy(t))
			if err != nil {
				t.Fatal(err)
			}
			return over(t, "https://api.example.com", func(tr *http.Transport) {
				tr.Proxy = http.ProxyURL(u)
				for _, f := range change {
					f(t, tr)
				}
			})
		}
	}
	answering := func(status int) func(*testing.T) string {
		return func(t *testing.T) string {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
			t.Cleanup(s.Close)
			return strings.Replace(s.URL, "http://", "http://user:secret@", 1)
		}
	}
	return []diagnosisCase{
		{"address of the proxy", through(func(t *testing.T) string { return "http://" + nobody(t) }, func(_ *testing.T, tr *http.Transport) {
			tr.Proxy = func(*http.Request) (*url.URL, error) {
				return nil, &proxyAddressError{}
			}
		}), Permanent, []string{"proxy's address cannot be read", "HTTPS_PROXY"}},
		{"password of the proxy", through(answering(407)), Permanent, []string{"proxy wants a user name and a password", "407", "HTTPS_PROXY"}},
		{"proxy does not connect", through(answering(502)), Transient, []string{"the proxy does not connect to the API (502)"}},
		{"proxy forbids", through(answering(403)), Transient, []string{"the proxy does not connect to the API (403)", "ask whoever runs the proxy"}},
		{"proxy is down", through(func(t *testing.T) string { return "http://" + nobody(t) }), LikelyPermanent, []string{"the proxy (127.0.0.1", "refused the connection"}},
		{"proxy does not exist", through(func(*testing.T) string { return "http://proxy.example.invalid.:3128" }, func(t *testing.T, tr *http.Transport) {
			tr.DialContext = (&net.Dialer{Resolver: nameService(t, answerCode(noSuchName))}).DialContext
		}), LikelyPermanent, []string{"the proxy's host name proxy.example.invalid", "does not exist"}},
	}
}

func answerCases() []diagnosisCase {
	answer := func(status int, contentType, body string) func(*testing.T) *Client {
		return func(t *testing.T) *Client {
			return serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", contentType)
				w.WriteHeader(status)
				_, _ = io.WriteString(w, body)
			})
		}
	}
	const page = "text/html; charset=utf-8"
	return []diagnosisCase{
		{"captive portal", answer(200, page, html), Transient, []string{"200 from something in front of the API, not the API: text/html", "sign-in"}},
		{"firewall", answer(403, page, html), Transient, []string{"403 from something in front of the API, not the API: text/html", "firewall"}},
		{"backend of a load balancer", answer(404, "text/plain", "default backend - 404"), Transient, []string{"404 from something in front of the API, not the API: text/plain", "base URL"}},
		{"proxy's 503", answer(503, page, html), Transient, []string{"503 from something in front of the API, not the API: text/html"}},
		{"an empty 502", answer(502, page, ""), Transient, []string{"502 from something in front of the API, not the API: empty"}},
		{"500", answer(500, "application/json", fault("INTERNAL_001")), Transient, []string{"the API has a problem (500 INTERNAL_001: as documented)"}},
		{"cut off", func(t *testing.T) *Client {
			return over(t, speak(t, "HTTP/1.1 201 Created\r\nContent-Length: 1000\r\n\r\n{"), func(*http.Transport) {})
		}, Transient, []string{"201", "cut off"}},
	}
}
