// Package notify posts a text to an address that somebody has given, such as that of a
// ping service or of a webhook, and tries again for a while. It never says more of an
// address than its host: what is behind it is often a token.
package notify

import (
	"errors"
	"net/url"
	"strings"
)

// Address is where something is posted. The zero value is none. It is held by a function,
// so that printing an Address shows what String does.
type Address struct{ whole func() url.URL }

// errAddress says that a text is no address, without showing it.
var errAddress = errors.New("give an address that begins with https:// or http://, such as https://hc-ping.com/…")

// Parse reads an address: absolute, https or http. The error does not show it.
func Parse(text string) (Address, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.Opaque != "" {
		return Address{}, errAddress
	}
	u.Fragment, u.RawFragment = "", ""
	whole := *u
	return Address{func() url.URL { return whole }}, nil
}

// IsZero reports whether there is no address.
func (a Address) IsZero() bool { return a.whole == nil }

// URL is the whole address, for requests.
func (a Address) URL() string {
	u := a.whole()
	return u.String()
}

// String is the address as it may be seen: its scheme, its host, and … for the rest; ""
// for none.
func (a Address) String() string {
	if a.IsZero() {
		return ""
	}
	u := a.whole()
	shown := u.Scheme + "://" + u.Host
	if u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		shown += "/…"
	}
	return shown
}

// Mask hides what an address must not show in a text about it, such as an error of a
// library.
func (a Address) Mask(text string) string {
	u := a.whole()
	secrets := []string{u.String(), u.Redacted(), u.RequestURI(), u.EscapedPath(), u.Path, u.RawQuery, u.User.String(), u.User.Username()}
	if password, ok := u.User.Password(); ok {
		secrets = append(secrets, password)
	}
	for part := range strings.FieldsFuncSeq(u.Path+"&"+u.RawQuery, func(r rune) bool { return strings.ContainsRune("/&=", r) }) {
		secrets = append(secrets, part)
	}
	const shortest = 6 // a part of fewer characters is no secret, and would hide what is said
	for _, secret := range secrets {
		if len(secret) >= shortest {
			text = strings.ReplaceAll(text, secret, "…")
		}
	}
	return text
}
