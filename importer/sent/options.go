package sent

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"
)

const (
	// DefaultBaseURL is the address of the API.
	DefaultBaseURL = "https://api.sent.dm"

	// DefaultTimeout is long because the API may look the number up elsewhere
	// during a creation, and waiting for a late answer costs less than another
	// request that finds out what happened.
	DefaultTimeout = 60 * time.Second

	// DefaultMaxConns is enough for the documented rate at any latency that was
	// seen: 200 requests per minute, 15 s each, are 50 at the same time.
	DefaultMaxConns = 64
)

// Options is the configuration of a Client. Only Key is required.
type Options struct {
	// BaseURL is the address of the API; "" is DefaultBaseURL. Its path becomes a
	// prefix. Plain http is accepted for this machine only.
	BaseURL string

	// Key is the API key: printable ASCII without spaces. Nothing else is checked,
	// because keys of several shapes are in use.
	Key string

	// Profile is the UUID of the child profile to act for; "" for none.
	Profile string

	// Sandbox asks the API to validate creations without carrying them out.
	Sandbox bool

	// Version goes into the User-Agent, as sent-import/Version; "" is "dev".
	Version string

	// Timeout bounds one request from its start to the end of the answer,
	// including the wait for a free connection; 0 is DefaultTimeout.
	Timeout time.Duration

	// MaxConns is the largest number of connections; 0 is DefaultMaxConns.
	MaxConns int

	// Transport sends the requests; nil is one made for this API: HTTP/1.1 with
	// keep-alive, for https through the proxies of the environment.
	Transport http.RoundTripper
}

// Format prints the options without the key, for every verb.
func (o Options) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "sent.Options{BaseURL: %q, Profile: %q, Sandbox: %t}", baseForPeople(o.BaseURL), o.Profile, o.Sandbox)
}

func (o Options) withDefaults() Options {
	if o.BaseURL == "" {
		o.BaseURL = DefaultBaseURL
	}
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	if o.MaxConns <= 0 {
		o.MaxConns = DefaultMaxConns
	}
	if o.Version = productVersion(o.Version); o.Version == "" {
		o.Version = "dev"
	}
	return o
}

// productVersion removes from s what a User-Agent's version may not contain.
func productVersion(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune(".+-_", r):
			return r
		}
		return -1
	}, s)
}

var uuidShape = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// validate checks the key and the profile; parseBase checks the base URL.
func (o Options) validate() error {
	if err := checkKey(o.Key); err != nil {
		return err
	}
	if o.Profile != "" && !uuidShape.MatchString(o.Profile) {
		return errors.New("profile: not a UUID; use the profile's id, like 770e8400-e29b-41d4-a716-446655440002")
	}
	return nil
}

// checkKey says what is wrong with a key, without showing it.
func checkKey(key string) error {
	if key == "" {
		return keyError("there is none; set SENT_DM_API_KEY to the key from your Sent dashboard")
	}
	for i := range len(key) {
		if key[i] <= ' ' || key[i] > '~' {
			return keyError("it holds a space, a line break or another character that no key has; copy it again from your Sent dashboard")
		}
	}
	return nil
}

// ErrKey says that Options.Key is missing or malformed. The other errors of New
// are about the other options.
var ErrKey = errors.New("API key")

func keyError(what string) error { return fmt.Errorf("%w: %s", ErrKey, what) }
