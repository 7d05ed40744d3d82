package sent

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"
)

// Hope is what waiting can do about a Trouble.
type Hope int

const (
	// MayPass: it is an outage, of the API or of the way to it.
	MayPass Hope = iota
	// SeldomPasses: a name that does not exist, a port that nobody listens on. A
	// restart looks the same, for less than a minute.
	SeldomPasses
	// NeverPasses: somebody has to change something.
	NeverPasses
)

// Trouble is why a request got no answer of the API that settles anything.
type Trouble struct {
	What string // in plain words: one line, without numbers and keys
	Cure string // what to do about it; "" where there is nothing but to wait
	Hope Hope
}

// troubleOf says what the trouble is with an answer that tells nothing. It is
// pure.
func troubleOf(a Answer) Trouble {
	if a.Err == nil {
		return troubleOfAnswer(a)
	}
	for _, kind := range []func(error) (Trouble, bool){
		proxyTrouble, tlsTrouble, nameTrouble, connectionTrouble,
	} {
		if t, ok := kind(a.Err); ok {
			return t
		}
	}
	return timeTrouble(a)
}

// FromAPI reports whether the answer is the API's own: it has the API's
// envelope, or it is the empty 401 or 403 that the API gives. Nothing is learnt
// from another one, whatever its status and headers say: a firewall, a proxy or
// a network's sign-in page has made it.
func (a Answer) FromAPI() bool {
	return a.Err == nil && (a.Envelope || (a.Status == 401 || a.Status == 403) && a.isEmpty())
}

// isEmpty reports whether the answer has no body, and was not cut off either.
func (a Answer) isEmpty() bool { return len(a.Body) == 0 && !a.Truncated }

// troubleOfAnswer is about an answer of a status that settles nothing.
func troubleOfAnswer(a Answer) Trouble {
	switch {
	case a.Truncated:
		return Trouble{What: "the answer (" + a.gist() + ") was cut off"}
	case a.Coding != "":
		return Trouble{What: "the answer (" + a.gist() + ") is compressed as " + a.Coding + ", which was not asked for and cannot be read",
			Cure: "ask whoever runs the server, or the proxy on the way, to obey Accept-Encoding: identity"}
	case a.FromAPI():
		return Trouble{What: "the API has a problem (" + a.gist() + ")"}
	case isTLSOnly(a):
		return Trouble{"the server speaks https at this address, and the base URL says http", "correct the base URL", NeverPasses}
	}
	t := Trouble{What: fmt.Sprintf("%d from something in front of the API, not the API: %s", a.Status, a.mediaType())}
	switch {
	case isSuccess(a.Status):
		t.Cure = "open a web page in a browser, in case the network wants a sign-in, and check the base URL"
	case a.Status == 404:
		t.Cure = "check the base URL (" + DefaultBaseURL + " is the API's)"
	case a.Status < 500:
		t.Cure = "ask whoever runs the firewall or the proxy on the way to let requests to the API through, and check the base URL"
	}
	return t
}

// mediaType is the kind of the body, if it is one of the usual ones: nothing
// that a stranger has made up is repeated.
func (a Answer) mediaType() string {
	if a.isEmpty() {
		return "empty"
	}
	kind, _, err := mime.ParseMediaType(headerValue(a.Header, "Content-Type"))
	usual := []string{"text/html", "text/plain", "application/json", "application/problem+json", "application/xml", "text/xml"}
	if err != nil || !slices.Contains(usual, kind) {
		return "of an unknown type"
	}
	return kind
}

// isTLSOnly reports whether the answer is the plain words that a server has for
// http at a port for https, as Go's, nginx's and Apache's say them. There is
// no other sign of it.
func isTLSOnly(a Answer) bool {
	if !a.Plain || a.Status != 400 {
		return false
	}
	for _, words := range []string{"an HTTP request to an HTTPS server", "plain HTTP request was sent to HTTPS port", "plain HTTP to an SSL-enabled server port"} {
		if strings.Contains(string(a.Body), words) {
			return true
		}
	}
	return false
}

// proxyAddressError says that the environment names a proxy in a way that can't
// be read, without the address, which may hold a password.
type proxyAddressError struct{}

func (*proxyAddressError) Error() string { return "the proxy's address cannot be read" }

// proxyRefusal is a proxy's refusal of a connection to the API.
type proxyRefusal struct{ status int }

func (e *proxyRefusal) Error() string { return fmt.Sprintf("the proxy answers %d", e.status) }

func proxyTrouble(err error) (Trouble, bool) {
	if _, ok := errors.AsType[*proxyAddressError](err); ok {
		return Trouble{"the proxy's address cannot be read", "correct HTTPS_PROXY or HTTP_PROXY, as in http://proxy.example.com:3128, or unset it", NeverPasses}, true
	}
	refusal, ok := errors.AsType[*proxyRefusal](err)
	switch {
	case !ok:
		return Trouble{}, false
	case refusal.status == http.StatusProxyAuthRequired:
		return Trouble{"the proxy wants a user name and a password, or does not take those that it got (407)",
			"put them into HTTPS_PROXY, as in http://USER:PASSWORD@proxy.example.com:3128", NeverPasses}, true
	}
	return Trouble{What: fmt.Sprintf("the proxy does not connect to the API (%d)", refusal.status), Cure: "ask whoever runs the proxy to let it"}, true
}

// peer is who was spoken to, by the error: the API, or the proxy before it.
func peer(err error) string {
	if op, ok := errors.AsType[*net.OpError](err); ok && (op.Op == "proxyconnect" || strings.HasPrefix(op.Op, "socks")) {
		return "the proxy"
	}
	return "the API"
}

func tlsTrouble(err error) (Trouble, bool) {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return certificateTrouble(err), true
	}
	if record, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		speaks := "something else"
		if string(record.RecordHeader[:]) == "HTTP/" {
			speaks = "plain http"
		}
		return Trouble{peer(err) + "'s server speaks " + speaks + " at this address, and not https", "check the scheme and the port of the address", NeverPasses}, true
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && (op.Op == "remote error" || op.Op == "local error") { // crypto/tls names its alerts so
		return Trouble{What: peer(err) + "'s server and this program do not agree on TLS (" + cleanError(op.Err.Error()) + ")"}, true
	}
	// A server for https answers http with a record of TLS. net/http has no type
	// for what it can't read.
	if strings.Contains(err.Error(), `malformed HTTP response "\x15\x03`) {
		return Trouble{"the server speaks https at this address, and the base URL says http", "correct the base URL", NeverPasses}, true
	}
	return Trouble{}, false
}

// certificateTrouble says why a certificate was not accepted. Nothing of what
// stands in it is shown but a date: who sent it is not known.
func certificateTrouble(err error) Trouble {
	who := peer(err)
	invalid, isInvalid := errors.AsType[x509.CertificateInvalidError](err)
	host, isOther := errors.AsType[x509.HostnameError](err)
	switch {
	case isInvalid && invalid.Reason == x509.Expired && invalid.Cert != nil:
		return Trouble{fmt.Sprintf("%s's certificate is valid from %s to %s only, by the clock of this machine", who,
			invalid.Cert.NotBefore.UTC().Format("2 January 2006"), invalid.Cert.NotAfter.UTC().Format("2 January 2006")),
			"check the date of this machine; if it is right, the certificate has expired, and whoever runs the server has to renew it", NeverPasses}
	case isOther:
		return Trouble{fmt.Sprintf("%s's certificate is not for %s", who, cleanError(host.Host)), "check the address", NeverPasses}
	}
	return Trouble{who + "'s certificate is not trusted by this machine",
		"if a proxy of your own network signs for others, install its certificate authority on this machine, or name its file in SSL_CERT_FILE; otherwise check the address", NeverPasses}
}

func nameTrouble(err error) (Trouble, bool) {
	dns, ok := errors.AsType[*net.DNSError](err)
	if !ok {
		return Trouble{}, false
	}
	name := peer(err) + "'s host name " + cleanError(dns.Name)
	switch {
	case dns.IsNotFound:
		return Trouble{name + " does not exist", "check its spelling, and that this machine is online", SeldomPasses}, true
	case dns.IsTimeout:
		return Trouble{What: "the name service did not say in time where " + name + " is"}, true
	}
	return Trouble{What: "the name service could not say where " + name + " is"}, true
}

func connectionTrouble(err error) (Trouble, bool) {
	who := peer(err) + at(err)
	switch {
	case errors.Is(err, errElsewhere):
		return Trouble{"plain http is for this machine, and localhost leads to another one" + at(err), "give the address itself, as in http://127.0.0.1:8787", NeverPasses}, true
	case errors.Is(err, syscall.ECONNREFUSED):
		return Trouble{who + " refused the connection", "check the address, and that it is up", SeldomPasses}, true
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return Trouble{What: "the connection to " + who + " was reset before an answer came"}, true
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETDOWN):
		return Trouble{"there is no way to " + who, "check that this machine is online", MayPass}, true
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return Trouble{What: "the connection to " + who + " was closed before an answer came"}, true
	}
	return Trouble{}, false
}

// at is the address of the error's connection, with a blank before it; "" where
// it is not known.
func at(err error) string {
	for op, ok := errors.AsType[*net.OpError](err); ok; op, ok = errors.AsType[*net.OpError](op.Err) {
		if op.Addr != nil {
			return " (" + cleanError(op.Addr.String()) + ")"
		}
	}
	return ""
}

// timeTrouble is about what took too long, and about what has no name here.
func timeTrouble(a Answer) Trouble {
	var timed net.Error
	switch slow := errors.As(a.Err, &timed) && timed.Timeout(); {
	case errors.Is(a.Err, context.DeadlineExceeded) && !a.NeverSent:
		return Trouble{What: a.Err.Error()}
	case errors.Is(a.Err, context.DeadlineExceeded), slow && a.NeverSent:
		return Trouble{What: "no connection to " + peer(a.Err) + at(a.Err) + " in time"}
	case slow:
		return Trouble{What: "no answer in time"}
	}
	return Trouble{What: "no answer: " + a.Err.Error()}
}
