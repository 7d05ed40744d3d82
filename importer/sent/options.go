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

	// DefaultTimeout is long because a creation may look the number up
	// elsewhere before it is answered, and an answer that is waited for costs
	// less than one that has to be found out.
	DefaultTimeout = 60 * time.Second

	// DefaultMaxConns is above what the documented rate needs at any latency
	// that was seen: 200 requests a minute, 15 s each, are 50 at a time.
	DefaultMaxConns = 64
)

// Options says whom to talk to, and as whom. Only Key is needed.
type Options struct {
	// BaseURL is the address of the API; "" is DefaultBaseURL. A path is kept
	// as a prefix. Plain http is accepted for this machine only.
	BaseURL string

	// Key is the API key: printable ASCII, no spaces. Its shape is not checked,
	// because keys of several shapes are in use.
	Key string

	// Profile is the UUID of the child profile to act for; "" for none.
	Profile string

	// Sandbox asks the API to check creations and not to carry them out.
	Sandbox bool

	// Version goes into the User-Agent, as sent-import/Version; "" is "dev".
	Version string

	// Timeout bounds one request from its start to the end of the answer,
	// including the wait for a connection; 0 is DefaultTimeout.
	Timeout time.Duration

	// MaxConns is the largest number of connections; 0 is DefaultMaxConns.
	MaxConns int

	// Transport carries the requests; nil is one made for this API: HTTP/1.1,
	// kept alive, for https through the proxies of the environment.
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

// productVersion leaves of s what may stand in a User-Agent's version.
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

// validate checks the key and the profile; parseBase checks the address.
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

// ErrKey says that the API key can't be one. Other errors of New are about the
// options' shape.
var ErrKey = errors.New("API key")

func keyError(what string) error { return fmt.Errorf("%w: %s", ErrKey, what) }
