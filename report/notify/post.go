package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

const (
	// attemptTime is how long one attempt may take. What is posted to is not worth waiting
	// for longer.
	attemptTime = 10 * time.Second
	// longestHeader is how many bytes the header of an answer may have.
	longestHeader = 64 << 10
)

// waits are those before the second attempt and the third, which is the last.
var waits = [...]time.Duration{time.Second, 4 * time.Second}

// Client sends requests. Make one with NewClient.
type Client struct {
	agent string
	http  *http.Client
}

// NewClient returns a Client that names itself so. transport is nil for the network: https
// goes through the proxies of the environment (HTTPS_PROXY, NO_PROXY), plain http through
// none. No redirect is followed: it would take what is behind the address to another place.
func NewClient(agent string, transport http.RoundTripper) *Client {
	if transport == nil {
		transport = &http.Transport{
			Proxy: proxyOf, DisableKeepAlives: true, TLSHandshakeTimeout: attemptTime, MaxResponseHeaderBytes: longestHeader,
		}
	}
	return &Client{agent, &http.Client{
		Transport: transport, Timeout: attemptTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// proxyOf is the proxy for a request. Its error does not show the proxy's address, which
// may hold a password.
func proxyOf(r *http.Request) (*url.URL, error) {
	if r.URL.Scheme != "https" {
		return nil, nil
	}
	proxy, err := http.ProxyFromEnvironment(r)
	if err != nil {
		return nil, errors.New("the address of the proxy in the environment can't be read")
	}
	return proxy, nil
}

// Do sends a request, as an http.Client does, but an answer other than a success is a
// [*StatusError].
func (c *Client) Do(r *http.Request) (*http.Response, error) {
	r.Header.Set("User-Agent", c.agent)
	response, err := c.http.Do(r)
	if err != nil || response.StatusCode/100 == 2 {
		return response, err
	}
	return nil, errors.Join(&StatusError{response.StatusCode}, response.Body.Close())
}

// Post posts JSON, in three attempts at most, until ctx ends. What no further attempt
// changes ends it at once. The error is in words for people, and shows nothing of the
// address but its host.
func (c *Client) Post(ctx context.Context, to Address, body []byte) error {
	return c.Try(ctx, to, func(ctx context.Context) error { return c.post(ctx, to, body) })
}

// Try calls do up to three times, as Post does: until it returns nil, or a StatusError
// that says that another attempt is in vain, or ctx ends.
func (c *Client) Try(ctx context.Context, to Address, do func(context.Context) error) (err error) {
	for n := 0; ; n++ {
		err = do(ctx)
		var status *StatusError
		if err == nil || errors.As(err, &status) && status.final() || n == len(waits) || !pause(ctx, waits[n]) {
			break
		}
	}
	return explain(to, err)
}

func (c *Client) post(ctx context.Context, to Address, body []byte) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to.URL(), bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := c.Do(request)
	if err != nil {
		return err
	}
	return response.Body.Close()
}

// pause waits, and reports whether ctx has not ended.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// StatusError is an answer other than a success.
type StatusError struct{ Code int }

func (e *StatusError) Error() string {
	text := fmt.Sprintf("it answers %d %s", e.Code, http.StatusText(e.Code))
	if e.Code/100 == 3 {
		text += "; redirects are not followed: give the address that it leads to"
	}
	return text
}

// final reports whether the same request would get the same answer.
func (e *StatusError) final() bool {
	return e.Code < 500 && e.Code != http.StatusTooManyRequests && e.Code != http.StatusRequestTimeout
}

// explain is an error without the address.
func explain(to Address, err error) error {
	var inner *url.Error
	var status *StatusError
	var timeout interface{ Timeout() bool }
	switch {
	case err == nil:
		return nil
	case errors.As(err, &status):
		return status
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded) && !errors.As(err, &inner):
		return errors.New("it was not waited for any longer")
	case errors.As(err, &timeout) && timeout.Timeout():
		return errors.New("no answer in time")
	case errors.As(err, &inner):
		err = inner.Err
	}
	return errors.New(to.Mask(err.Error()))
}
