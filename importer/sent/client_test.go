package sent

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// serve starts a server and returns a Client of it. change adapts the options.
func serve(t *testing.T, h http.HandlerFunc, change ...func(*Options)) *Client {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return clientOf(t, server.URL, change...)
}

func clientOf(t *testing.T, base string, change ...func(*Options)) *Client {
	t.Helper()
	o := Options{BaseURL: base, Key: testKey, Version: "1.2.3"}
	for _, f := range change {
		f(&o)
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdle)
	return c
}

// seen is a request as a server saw it.
type seen struct {
	line   string
	header http.Header
	body   string
	length int64
}

func see(r *http.Request) seen {
	body, _ := io.ReadAll(r.Body)
	return seen{r.Method + " " + r.URL.String() + " " + r.Proto, r.Header.Clone(), string(body), r.ContentLength}
}

func TestCreateRequest(t *testing.T) {
	requests := make(chan seen, 2)
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		requests <- see(r)
		w.WriteHeader(201)
		io.WriteString(w, contactBody)
	}, func(o *Options) { o.BaseURL += "/prefix/"; o.Profile = uuid })

	before := time.Now()
	a := c.Create(t.Context(), ours, "si1_abc")
	if v := Classify(ours, a); v.Kind != Created || a.Sends != 1 || a.NeverSent {
		t.Errorf("got %v (sends %d, never sent %t), want created by one request", v, a.Sends, a.NeverSent)
	}
	if a.SentAt.Before(before) || a.ReceivedAt.Before(a.SentAt) || a.Date.IsZero() {
		t.Errorf("times: sent %v, received %v, server's %v", a.SentAt, a.ReceivedAt, a.Date)
	}
	got := <-requests
	want := seen{line: "POST /prefix/v3/contacts HTTP/1.1", body: `{"phone_number":"+14155552671","sandbox":false}`}
	if got.line != want.line || got.body != want.body || got.length != int64(len(want.body)) {
		t.Errorf("got %s, %d bytes: %s; want %s: %s", got.line, got.length, got.body, want.line, want.body)
	}
	for name, want := range map[string]string{
		"X-Api-Key": testKey, "Idempotency-Key": "si1_abc", "X-Profile-Id": uuid,
		"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "sent-import/1.2.3",
		"Authorization": "", "Accept-Encoding": "identity", "Cookie": "",
	} {
		if got := strings.Join(got.header.Values(name), "|"); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}

	c.Create(t.Context(), ours, "")
	if got := <-requests; got.header.Values("Idempotency-Key") != nil {
		t.Errorf("a creation without a key has Idempotency-Key %q", got.header.Values("Idempotency-Key"))
	}
}

func TestSandboxIsInTheBody(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if got, want := see(r).body, `{"phone_number":"+14155552671","sandbox":true}`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		w.Header().Set("X-Sandbox", "true")
		w.WriteHeader(201)
		io.WriteString(w, contactBody)
	}, func(o *Options) { o.Sandbox = true })
	if v := Classify(ours, c.Create(t.Context(), ours, "si1_abc")); v.Kind != Created {
		t.Errorf("got %v, want created", v)
	}
}

func TestReads(t *testing.T) {
	requests := make(chan seen, 1)
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		requests <- see(r)
		io.WriteString(w, `{"success":true,"data":{"organization":{"id":"org_1"}}}`)
	})
	for _, call := range []struct {
		want string
		do   func() Answer
	}{
		{"GET /v3/contacts?page=1&page_size=1&phone=%2B14155552671 HTTP/1.1", func() Answer { return c.Lookup(t.Context(), ours) }},
		{"GET /v3/contacts?page=3&page_size=50 HTTP/1.1", func() Answer { return c.List(t.Context(), 3, 50) }},
		{"GET /v3/me HTTP/1.1", func() Answer { return c.Me(t.Context()) }},
	} {
		a := call.do()
		got := <-requests
		if got.line != call.want || got.body != "" || got.header.Get("X-Api-Key") != testKey || got.header.Get("Content-Type") != "" {
			t.Errorf("got %s %q, want %s with the key and no body", got.line, got.body, call.want)
		}
		if wantID := strings.Contains(call.want, "/me"); (a.Account.ID == "org_1") != wantID {
			t.Errorf("%s: account %q", call.want, a.Account.ID)
		}
	}
}

// rawServer answers connections with serve, which gets the number of the
// request that was read, counted over all connections, and reports whether the
// connection goes on.
func rawServer(t *testing.T, serve func(n int32, w io.Writer) bool) (base string, requests *atomic.Int32) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	requests = new(atomic.Int32)
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer conn.Close()
				for in := bufio.NewReader(conn); ; {
					r, err := http.ReadRequest(in)
					if err != nil {
						return
					}
					io.Copy(io.Discard, r.Body)
					if !serve(requests.Add(1), conn) {
						return
					}
				}
			})
		}
	})
	t.Cleanup(func() {
		listener.Close()
		all.Wait()
	})
	return "http://" + listener.Addr().String(), requests
}

func writeAnswer(w io.Writer, status, body string) {
	io.WriteString(w, "HTTP/1.1 "+status+"\r\nContent-Length: "+strconv.Itoa(len(body))+"\r\n\r\n"+body)
}

// dropsKeptAlive answers odd requests, and closes the connection at even ones
// after it has read them: the answer is lost on a kept-alive connection.
func dropsKeptAlive(n int32, w io.Writer) bool {
	if n%2 == 0 {
		return false
	}
	writeAnswer(w, "201 Created", contactBody)
	return true
}

func TestCreateIsNeverSentTwice(t *testing.T) {
	for _, key := range []string{"si1_abc", ""} {
		base, requests := rawServer(t, dropsKeptAlive)
		c := clientOf(t, base)
		if a := c.Create(t.Context(), ours, key); a.Status != 201 {
			t.Fatalf("first: got %v", a)
		}
		a := c.Create(t.Context(), ours, key)
		if a.Err == nil || a.Sends != 1 || a.NeverSent {
			t.Errorf("key %q: got %v (sends %d, never sent %t), want no answer to one request", key, a, a.Sends, a.NeverSent)
		}
		if got := requests.Load(); got != 2 {
			t.Errorf("key %q: the server got %d requests for 2 calls of Create", key, got)
		}
	}
}

func TestReadTellsThatItWasSentTwice(t *testing.T) {
	base, requests := rawServer(t, dropsKeptAlive)
	c := clientOf(t, base)
	c.Lookup(t.Context(), ours)
	a := c.Lookup(t.Context(), ours)
	if got := int(requests.Load()) - 1; a.Err != nil || a.Sends != got || got != 2 {
		t.Errorf("got %v (sends %d, the server %d), want an answer to two", a, a.Sends, got)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("the redirect was followed")
	}))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, location := range []string{other.URL, "://", ""} {
			c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", location)
				w.WriteHeader(status)
			})
			for _, a := range []Answer{c.Create(t.Context(), ours, "k"), c.Lookup(t.Context(), ours)} {
				if v := Classify(ours, a); v.Cause != Redirected {
					t.Errorf("%d to %q: got %v, want %s", status, location, v, Redirected)
				}
			}
		}
	}
}

func TestHugeBodyIsCutAt1MiB(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "10000000000")
		w.WriteHeader(201)
		for chunk := []byte(strings.Repeat(" ", 64<<10)); ; {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	a := c.Create(t.Context(), ours, "k")
	if a.Err != nil || len(a.Body) != 1<<20 || !a.Truncated {
		t.Errorf("got %v, %d bytes, truncated %t, want 1 MiB of it", a, len(a.Body), a.Truncated)
	}
	if v := Classify(ours, a); v.Kind != Unknown {
		t.Errorf("got %v, want unknown", v)
	}
}

func TestCutOffBody(t *testing.T) {
	base, _ := rawServer(t, func(_ int32, w io.Writer) bool {
		io.WriteString(w, "HTTP/1.1 201 Created\r\nContent-Length: 5000\r\n\r\n"+contactBody)
		return false
	})
	a := clientOf(t, base).Create(t.Context(), ours, "k")
	if a.Err != nil || a.Status != 201 || !a.Truncated || string(a.Body) != contactBody {
		t.Errorf("got %v, truncated %t, %d bytes", a, a.Truncated, len(a.Body))
	}
	if v := Classify(ours, a); v.Kind != Unknown {
		t.Errorf("got %v, want unknown", v)
	}
}

func TestTimeoutBoundsTheWholeAnswer(t *testing.T) {
	for _, c := range []struct {
		name, begin string
		answered    bool
	}{
		{"before the status", "", false},
		{"in the headers", "HTTP/1.1 201 Created\r\nDate:", false},
		{"in the body", "HTTP/1.1 201 Created\r\nContent-Length: 99\r\n\r\n{", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			stop := make(chan struct{})
			base, _ := rawServer(t, func(_ int32, w io.Writer) bool {
				io.WriteString(w, c.begin)
				<-stop
				return false
			})
			defer close(stop)
			a := clientOf(t, base, func(o *Options) { o.Timeout = 50 * time.Millisecond }).Create(t.Context(), ours, "k")
			if c.answered {
				if a.Err != nil || !a.Truncated || a.Status != 201 {
					t.Errorf("got %v, truncated %t, want a 201 that is cut off", a, a.Truncated)
				}
				return
			}
			if !errors.Is(a.Err, context.DeadlineExceeded) || !strings.Contains(a.Err.Error(), "no answer within 50ms") || a.NeverSent {
				t.Errorf("got %v (never sent %t), want no answer within 50ms", a.Err, a.NeverSent)
			}
		})
	}
}

func TestCancellation(t *testing.T) {
	arrived := make(chan struct{})
	release := make(chan struct{})
	base, requests := rawServer(t, func(int32, io.Writer) bool {
		close(arrived)
		<-release
		return false
	})
	defer close(release)
	c := clientOf(t, base)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	a := c.Create(ctx, ours, "k")
	if !errors.Is(a.Err, context.Canceled) || a.NeverSent || a.Sends != 1 {
		t.Errorf("canceled on the way: got %v (never sent %t, sends %d)", a.Err, a.NeverSent, a.Sends)
	}
	a = c.Create(ctx, ours, "k")
	if !errors.Is(a.Err, context.Canceled) || !a.NeverSent || a.Sends != 0 {
		t.Errorf("canceled before: got %v (never sent %t, sends %d)", a.Err, a.NeverSent, a.Sends)
	}
	if got := requests.Load(); got != 1 {
		t.Errorf("the server got %d requests, want 1", got)
	}
}

func TestNeverSent(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := listener.Addr().String()
	listener.Close()
	foreign := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("a server with a foreign certificate got the request")
	}))
	foreign.Config.ErrorLog = log.New(io.Discard, "", 0) // it would tell of the handshake
	foreign.StartTLS()
	defer foreign.Close()
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()

	for _, c := range []struct{ name, base string }{
		{"connection refused", "http://" + closed},
		{"foreign certificate", foreign.URL},
		{"TLS with a server of plain http", "https" + strings.TrimPrefix(plain.URL, "http")},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := clientOf(t, c.base).Create(t.Context(), ours, "k")
			if a.Err == nil || !a.NeverSent || a.Sends != 0 {
				t.Errorf("got %v (never sent %t, sends %d), want the proof that nothing left", a, a.NeverSent, a.Sends)
			}
		})
	}
}

// A transport that says nothing about its connections proves nothing.
func TestForeignTransportProvesNothing(t *testing.T) {
	c := clientOf(t, "http://localhost", func(o *Options) {
		o.Transport = roundTrip(func(*http.Request) (*http.Response, error) {
			return nil, fmt.Errorf("lost the answer for %s of %s", ours, testKey)
		})
	})
	a := c.Create(t.Context(), ours, "k")
	if a.NeverSent {
		t.Error("NeverSent without a proof")
	}
	for _, hidden := range []string{ours[1:], testKey} {
		if text := a.Err.Error() + Classify(ours, a).Message; strings.Contains(text, hidden) {
			t.Errorf("%q shows a secret", text)
		}
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestMessagesShowNoSecret(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(401)
		fmt.Fprintf(w, `{"success":false,"error":{"code":"AUTH_002","message":"unknown key %s for %s"}}`, testKey, ours)
	})
	a := c.Create(t.Context(), ours, "k")
	if want := "unknown key [key] for +•••"; a.Message != want {
		t.Errorf("got %q, want %q", a.Message, want)
	}
}

func TestServerThatIsNotHTTP(t *testing.T) {
	base, _ := rawServer(t, func(_ int32, w io.Writer) bool {
		io.WriteString(w, "SSH-2.0 "+ours+"\r\n\r\n")
		return false
	})
	a := clientOf(t, base).Create(t.Context(), ours, "k")
	if a.Err == nil || a.NeverSent || strings.Contains(a.Err.Error(), ours[1:]) {
		t.Errorf("got %v (never sent %t)", a.Err, a.NeverSent)
	}
}

// Two rounds of conns requests at the same time, of twice as many that want to
// go, need conns connections in all.
func TestConnectionsAreBoundedAndKept(t *testing.T) {
	const conns = 5
	var opened atomic.Int32
	arrived, release := make(chan struct{}), make(chan struct{})
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		arrived <- struct{}{}
		<-release
		io.WriteString(w, contactBody)
	}))
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	c := clientOf(t, server.URL, func(o *Options) { o.MaxConns = conns })
	var all sync.WaitGroup
	for range 2 * conns {
		all.Go(func() {
			if a := c.Create(t.Context(), ours, "k"); a.Status != 200 || a.Sends != 1 {
				t.Errorf("got %v (sends %d)", a, a.Sends)
			}
		})
	}
	for range 2 { // conns of them at a time
		for range conns {
			<-arrived
		}
		for range conns {
			release <- struct{}{}
		}
	}
	all.Wait()
	for range conns { // now all connections are idle at once, and none was closed
		all.Go(func() { c.Create(t.Context(), ours, "k") })
	}
	for range conns {
		<-arrived
	}
	close(release)
	all.Wait()
	if got := opened.Load(); got != conns {
		t.Errorf("got %d connections, want %d", got, conns)
	}
}

func TestOnlyHTTP1(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", r.Proto)
		io.WriteString(w, contactBody)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	transport := newTransport(1, "https")
	transport.TLSClientConfig = &tls.Config{RootCAs: server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}
	c := clientOf(t, server.URL, func(o *Options) { o.Transport = transport })
	if a := c.Create(t.Context(), ours, "k"); a.RequestID != "HTTP/1.1" {
		t.Errorf("got %v, want HTTP/1.1", a)
	}
}

func TestHeadersAreBounded(t *testing.T) {
	base, _ := rawServer(t, func(_ int32, w io.Writer) bool {
		io.WriteString(w, "HTTP/1.1 201 Created\r\nX-Long: "+strings.Repeat("x", 1<<20)+"\r\n\r\n")
		return false
	})
	a := clientOf(t, base).Create(t.Context(), ours, "k")
	if v := Classify(ours, a); a.Err == nil || v.Kind != Unknown {
		t.Errorf("got %v, %v, want an error and unknown", a, v)
	}
}

// A request that waits for a connection until its time is up has not left.
func TestNeverSentForWantOfAConnection(t *testing.T) {
	arrived, release := make(chan struct{}, 1), make(chan struct{})
	base, requests := rawServer(t, func(_ int32, w io.Writer) bool {
		arrived <- struct{}{}
		<-release
		writeAnswer(w, "201 Created", contactBody)
		return true
	})
	c := clientOf(t, base, func(o *Options) { o.MaxConns = 1 })
	var all sync.WaitGroup
	all.Go(func() {
		if a := c.Create(t.Context(), ours, "k"); a.Status != 201 {
			t.Errorf("first: got %v", a)
		}
	})
	<-arrived
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if a := c.Create(ctx, ours, "k"); !a.NeverSent || a.Sends != 0 || !errors.Is(a.Err, context.DeadlineExceeded) {
		t.Errorf("second: got %v (never sent %t, sends %d)", a, a.NeverSent, a.Sends)
	}
	close(release)
	all.Wait()
	if got := requests.Load(); got != 1 {
		t.Errorf("the server got %d requests, want 1", got)
	}
}

func BenchmarkCreate(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.WriteHeader(201)
		io.WriteString(w, contactBody)
	}))
	defer server.Close()
	c, err := New(Options{BaseURL: server.URL, Key: testKey})
	if err != nil {
		b.Fatal(err)
	}
	defer c.CloseIdle()
	b.ReportAllocs()
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if a := c.Create(context.Background(), ours, "si1_abc"); a.Status != 201 {
				b.Fatal(a)
			}
		}
	})
}
