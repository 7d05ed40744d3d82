package sent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"sent-import/importer/handles"
)

// Client sends requests to the API. Its methods may be called from any number
// of goroutines. Make one with New.
type Client struct {
	base      base
	contacts  url.URL // of the contacts, without query
	me        url.URL
	profiles  url.URL
	agent     string
	profile   string
	sandbox   bool
	timeout   time.Duration
	late      error // of a request that took longer than timeout
	transport http.RoundTripper
	fresh     http.RoundTripper // the same, and keeps no connection
	mixed     *atomic.Bool      // answers came that were not for the request; shared with Fresh
	ids       *requestIDs       // of all answers; shared with Fresh

	// The key is held by functions, so that printing a Client cannot show it.
	authorize func(http.Header)
	decoder   *decoder
}

// BaseURL returns the address of the API in one spelling, without a slash at its
// end.
func (c *Client) BaseURL() string { return trimmed(c.base.URL) }

// GivenBaseURL returns the same address in the spelling of the options.
func (c *Client) GivenBaseURL() string { return c.base.literal }

// New returns a Client. The error says which option is wrong and what to use
// instead; it never holds the key.
func New(o Options) (*Client, error) {
	o = o.withDefaults()
	if err := o.validate(); err != nil {
		return nil, err
	}
	base, err := parseBase(o.BaseURL)
	if err != nil {
		return nil, err
	}
	if o.Transport == nil {
		o.Transport = newTransport(o.MaxConns, base.URL.Scheme)
	}
	keys := []string{o.Key}
	return &Client{
		base:      base,
		contacts:  *base.URL.JoinPath("v3", "contacts"),
		me:        *base.URL.JoinPath("v3", "me"),
		profiles:  *base.URL.JoinPath("v3", "sender-profiles"),
		agent:     "sent-import/" + o.Version,
		profile:   o.Profile,
		sandbox:   o.Sandbox,
		timeout:   o.Timeout,
		late:      timeoutError(o.Timeout),
		transport: o.Transport,
		fresh:     withoutKeepAlive(o.Transport),
		mixed:     new(atomic.Bool),
		ids:       new(requestIDs),
		authorize: func(h http.Header) { h["X-Api-Key"] = keys },
		decoder:   newDecoder(o.Key),
	}, nil
}

// newTransport returns a transport of at most conns connections. It speaks
// HTTP/1.1, which carries twice as many of these small requests as HTTP/2, and a
// lost connection loses one answer instead of all. With plain http the key is
// not encrypted: connections go to this machine only, and through no proxy,
// whatever the environment says.
func newTransport(conns int, scheme string) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	proxy := proxyOf
	if scheme == "http" {
		dialer.Control, proxy = onlyHere, nil
	}
	return &http.Transport{
		Proxy:                  proxy,
		OnProxyConnectResponse: refusalOf,
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    10 * time.Second,
		Protocols:              protocols,
		MaxIdleConns:           conns,
		MaxIdleConnsPerHost:    conns,
		MaxConnsPerHost:        conns,
		IdleConnTimeout:        30 * time.Second, // sooner than servers close them (60 s is common), which would cost a request
		DisableCompression:     true,             // answers are small; what is compressed all the same is in readBody
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// proxyOf is http.ProxyFromEnvironment with an error that is safe to show, also
// for http://host:port with a bad port, which net/http reads as a host named
// http.
func proxyOf(r *http.Request) (*url.URL, error) {
	proxy, err := http.ProxyFromEnvironment(r)
	if err != nil || proxy != nil && strings.HasPrefix(proxy.Path, "//") {
		return nil, &proxyAddressError{}
	}
	return proxy, nil
}

// refusalOf is the error for a proxy's answer to CONNECT; nil for a success.
func refusalOf(_ context.Context, _ *url.URL, _ *http.Request, res *http.Response) error {
	if res.StatusCode == http.StatusOK {
		return nil
	}
	return &proxyRefusal{res.StatusCode}
}

// withoutKeepAlive returns a copy of t that opens a connection for each request; t
// itself where it is no *http.Transport.
func withoutKeepAlive(t http.RoundTripper) http.RoundTripper {
	if t, ok := t.(*http.Transport); ok {
		fresh := t.Clone()
		fresh.DisableKeepAlives = true
		return fresh
	}
	return t
}

// Fresh returns a Client that opens a new connection for each request. It first
// closes the idle connections: where one was dead, others may be.
func (c *Client) Fresh() *Client {
	c.CloseIdle()
	fresh := *c
	fresh.transport = c.fresh
	return &fresh
}

// MixedUp reports whether an answer came that was not for the request: a second one
// to the request before, or one about another number. From then on each request has a
// connection of its own, on which nothing else can be.
func (c *Client) MixedUp() bool { return c.mixed.Load() }

// mixUp records such an answer, and closes the connections. Another request may have
// been given the connection that the answer came on: its answer could be one too late.
func (c *Client) mixUp(way *trace) {
	c.mixed.Store(true)
	if conn := way.conn.Load(); conn != nil {
		_ = (*conn).Close() // it may be closed already
	}
	c.CloseIdle()
}

// CloseIdle closes the connections that no request uses.
func (c *Client) CloseIdle() {
	if t, ok := c.transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

// creation is the body of a creation: always these fields in this order, so that
// the same number gives the same bytes. JSON escapes nothing in an E.164 number.
func (c *Client) creation(phone string) []byte {
	const room = 64 // of the longest number's
	body := append(make([]byte, 0, room), `{"phone_number":`...)
	body = strconv.AppendQuoteToASCII(body, phone)
	body = append(body, `,"sandbox":`...)
	return append(strconv.AppendBool(body, c.sandbox), '}')
}

// Create creates a contact with the number phone (E.164) under the idempotency
// key; "" sends none. Classify says what the Answer means.
func (c *Client) Create(ctx context.Context, phone, key string) Answer {
	a := c.send(ctx, call{method: http.MethodPost, to: &c.contacts, key: key, phone: phone, body: c.creation(phone)})
	a.AskedSandbox = c.sandbox
	return a
}

// Lookup asks for the contact that has the number phone (E.164).
// ClassifyLookup says what the Answer means.
func (c *Client) Lookup(ctx context.Context, phone string) Answer {
	return c.read(ctx, c.contacts, "page=1&page_size=1&phone="+url.QueryEscape(phone))
}

// Me asks for the account that owns the key, within the client's profile: an answer for
// the profile tells the organization's id, and the profile's name in Account.Profiles.
// ClassifyRead says whether the key was accepted. Accounts without this endpoint answer
// 404.
func (c *Client) Me(ctx context.Context) Answer {
	from := c.me
	a := c.send(ctx, call{method: http.MethodGet, to: &from, account: true})
	a.Account = a.Account.asked(c.profile)
	return a
}

// MeOfKey is Me outside of any profile: the account's own name, and its profiles.
func (c *Client) MeOfKey(ctx context.Context) Answer {
	from := c.me
	return c.send(ctx, call{method: http.MethodGet, to: &from, account: true, unscoped: true})
}

// SenderProfiles asks for a page of the organization's profiles, counted from 1, outside
// of any profile: Answer.Account.Profiles and Answer.Pagination.
func (c *Client) SenderProfiles(ctx context.Context, page, pageSize int) Answer {
	from := c.profiles
	from.RawQuery = "page=" + strconv.Itoa(page) + "&page_size=" + strconv.Itoa(pageSize)
	return c.send(ctx, call{method: http.MethodGet, to: &from, account: true, unscoped: true})
}

// EnterProfile has all requests from now on made within the profile with that id. It must
// not be called while requests are under way.
func (c *Client) EnterProfile(id string) { c.profile = id }

// List asks for a page of the account's contacts, counted from 1:
// Answer.Contacts and Answer.Pagination. The largest pageSize is not documented;
// the API refuses a larger one with VALIDATION_005.
func (c *Client) List(ctx context.Context, page, pageSize int) Answer {
	return c.read(ctx, c.contacts, "page="+strconv.Itoa(page)+"&page_size="+strconv.Itoa(pageSize))
}

func (c *Client) read(ctx context.Context, from url.URL, query string) Answer {
	from.RawQuery = query
	return c.send(ctx, call{method: http.MethodGet, to: &from})
}

// call is what differs from one request to another.
type call struct {
	method string
	to     *url.URL // never changed: creations share one
	key    string   // "" for none
	phone  string   // of the contact that a success must hold; "" for none
	id     string   // of that contact; "" for none
	body   []byte   // nil for none

	account  bool // the answer tells an account
	unscoped bool // outside of the client's profile
}

// expects reports whether the contact is one that an answer to the call may hold.
func (c call) expects(contact Contact) bool {
	return (c.phone == "" || contact.Is(c.phone)) && (c.id == "" || contact.ID == c.id)
}

// request returns the request of a call. http.NewRequest would parse the address
// each time.
func (c *Client) request(ctx context.Context, call call) *http.Request {
	const headers = 7
	req := new(http.Request).WithContext(ctx) // which makes a copy, and so comes first
	req.Method, req.URL, req.Host = call.method, call.to, call.to.Host
	req.Proto, req.ProtoMajor, req.ProtoMinor = "HTTP/1.1", 1, 1
	req.Header = make(http.Header, headers)
	values := make([]string, 0, headers) // one block for all, instead of one for each
	set := func(name, value string) {
		if value != "" {
			n := len(values)
			values = append(values, value)
			req.Header[name] = values[n : n+1 : n+1]
		}
	}
	c.authorize(req.Header)
	if call.method == http.MethodDelete { // its success has no body
		set("Accept", "*/*")
	} else {
		set("Accept", "application/json")
	}
	set("Accept-Encoding", "identity") // without it a server may compress (RFC 9110, 12.5.3)
	set("User-Agent", c.agent)
	if !call.unscoped {
		set("X-Profile-Id", c.profile)
	}
	set("Idempotency-Key", call.key)
	if call.body != nil {
		set("Content-Type", "application/json")
		// No GetBody: it would let net/http send the request a second time.
		req.Body = io.NopCloser(bytes.NewReader(call.body))
		req.ContentLength = int64(len(call.body))
	}
	return req
}

// send makes one request and reads the answer. It uses the transport without an
// http.Client, which would handle redirects and put the URL, with a phone number
// in it, into its errors.
func (c *Client) send(ctx context.Context, call call) Answer {
	ctx, cancel := context.WithTimeoutCause(ctx, c.timeout, c.late)
	defer cancel()
	a := Answer{SentAt: time.Now(), Plain: call.to.Scheme == "http"}
	if ctx.Err() != nil {
		a.NeverSent = true
		return c.unanswered(a, context.Cause(ctx))
	}
	var way trace
	transport := c.transport
	if c.mixed.Load() {
		transport = c.fresh
	}
	res, err := transport.RoundTrip(c.request(httptrace.WithClientTrace(ctx, way.hooks()), call))
	a.Sends = way.sends()
	if err == nil && c.ids.repeats(res.Header) && way.kept.Load() {
		way.begun.Store(false) // what came is not the answer
		err = errors.Join(errRepeated, res.Body.Close())
		c.mixUp(&way)
	}
	if err != nil {
		a.DeadConn = way.keptSilent() && ctx.Err() == nil
		if way.keptSilent() && ctx.Err() != nil {
			c.CloseIdle() // the others may be as silent; a timeout tells of this one alone
		}
		a.NeverSent = way.neverSent()
		return c.unanswered(a, err)
	}
	defer res.Body.Close()
	a.Status, a.Header = res.StatusCode, res.Header
	c.decoder.readBody(&a, res)
	a.ReceivedAt = time.Now()
	c.decoder.decode(&a)
	if call.account {
		a.decodeAccount()
	}
	c.decoder.censor(&a)
	if a.Success && a.Contact != nil && !call.expects(*a.Contact) {
		c.mixUp(&way)
	}
	return a
}

// unanswered completes an Answer that has only an error.
func (c *Client) unanswered(a Answer, err error) Answer {
	a.ReceivedAt = time.Now()
	// A name service that can't be asked, or has no configuration that can be read,
	// gives errors of its own.
	a.NoHandle = a.NeverSent && (handles.Lacking(err) || handles.Exhausted())
	a.Err = &transportError{text: cleanError(c.decoder.redact(err.Error())), err: err}
	return a
}

// timeoutError is the error of a request that the Client's own timeout ends.
func timeoutError(d time.Duration) error {
	return fmt.Errorf("no answer within %v: %w", d, context.DeadlineExceeded)
}

// transportError is an error of the transport whose text is safe to show: some
// errors of net/http repeat what the server wrote.
type transportError struct {
	text string
	err  error
}

func (e *transportError) Error() string { return e.text }
func (e *transportError) Unwrap() error { return e.err }
