package sent

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
)

// base is the address of the API.
type base struct {
	URL     *url.URL // with one spelling of the host, see canonicalHost
	literal string   // as it was given, without slashes at its end
}

// baseForPeople is the address without its password.
func baseForPeople(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "(not a URL)"
	}
	return u.Redacted()
}

// parseBase reads the address of the API. Its errors do not repeat the
// address, which may hold a password.
func parseBase(raw string) (base, error) {
	u, err := url.Parse(raw)
	host := ""
	if err == nil {
		host = canonicalHost(u.Hostname())
	}
	switch {
	case host == "":
		return base{}, baseError("it is not a URL with a host")
	case u.User != nil:
		return base{}, baseError("it holds a user name")
	case strings.ContainsAny(raw, "?#"):
		return base{}, baseError("it holds a query or a fragment")
	case u.Scheme == "http" && !isThisMachine(host):
		return base{}, baseError("the key would cross the network unencrypted (plain http is for 127.0.0.1, ::1 and localhost only)")
	case u.Scheme != "http" && u.Scheme != "https":
		return base{}, baseError("it is neither https nor http")
	}
	if u.Path == "" {
		u.Path = "/" // from an empty one JoinPath makes a path that no request can have
	}
	literal := trimmed(u)
	u.Host = hostAndPort(host, u.Port(), u.Scheme)
	return base{u, literal}, nil
}

// trimmed is the address without slashes at its end.
func trimmed(u *url.URL) string { return strings.TrimRight(u.String(), "/") }

func baseError(what string) error {
	return fmt.Errorf("base URL: %s; use one like %s", what, DefaultBaseURL)
}

// canonicalHost gives a host one spelling, so that this package and net/http
// decide alike what it is: lower case, no dot at its end, an IPv4 address not
// mapped into IPv6, and loopback addresses without a zone. Only complete IPv4
// addresses are addresses: 127.1 is a name.
func canonicalHost(host string) string {
	host = strings.TrimSuffix(host, ".")
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return strings.ToLower(host)
	}
	if addr = addr.Unmap(); addr.IsLoopback() {
		addr = addr.WithZone("")
	}
	return addr.String()
}

// hostAndPort joins a canonical host and its port, without the scheme's default
// port.
func hostAndPort(host, port, scheme string) string {
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port == "" || scheme == "http" && port == "80" || scheme == "https" && port == "443" {
		return host
	}
	return host + ":" + port
}

// isThisMachine reports whether a canonical host is localhost or a loopback
// address.
func isThisMachine(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// errElsewhere says that localhost resolved to another machine.
var errElsewhere = errors.New("localhost is another machine by the name service")

// onlyHere is a dialer's Control that allows connections to this machine only.
// The name localhost can resolve to another one: where the hosts file lacks it,
// a name service may answer.
func onlyHere(_, address string, _ syscall.RawConn) error {
	if to, err := netip.ParseAddrPort(address); err != nil || !to.Addr().Unmap().IsLoopback() {
		return errElsewhere
	}
	return nil
}
