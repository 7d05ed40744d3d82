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
)

// Persistence is what waiting can change about a request that got no answer.
type Persistence int

const (
	// Transient: an outage of the API or of the network to it.
	Transient Persistence = iota
	// LikelyPermanent: a host name that does not exist, a port that refuses
	// connections. A restart looks the same, for less than a minute.
	LikelyPermanent
	// Permanent: somebody has to change something.
	Permanent
)

// diagnosis is why a request got no answer of the API that settles anything.
type diagnosis struct {
	what        string // in plain words: one line, without phone numbers and keys
	fix         string // what to do; "" where there is nothing to do but to wait
	persistence Persistence
}

// diagnose explains an answer that tells nothing, or its lack. It is pure.
func diagnose(a Answer) diagnosis {
	if a.Err == nil {
		return diagnoseAnswer(a)
	}
	for _, kind := range []func(error) (diagnosis, bool){
		diagnoseProxy, diagnoseTLS, diagnoseName, diagnoseConnection,
	} {
		if d, ok := kind(a.Err); ok {
			return d
		}
	}
	return diagnoseTimeout(a)
}

// diagnoseAnswer explains an answer whose status settles nothing.
func diagnoseAnswer(a Answer) diagnosis {
	switch {
	case a.Truncated:
		return diagnosis{what: "the answer (" + a.gist() + ") was cut off"}
	case a.Coding != "":
		return diagnosis{what: "the answer (" + a.gist() + ") is compressed as " + a.Coding + ", which was not asked for and cannot be read",
			fix: "ask whoever runs the server, or the proxy on the way, to obey Accept-Encoding: identity"}
	case a.FromAPI():
		return diagnosis{what: "the API has a problem (" + a.gist() + ")"}
	case isTLSOnly(a):
		return httpToHTTPS()
	}
	d := diagnosis{what: fmt.Sprintf("%d from something in front of the API, not the API: %s", a.Status, a.mediaType())}
	switch {
	case isSuccess(a.Status):
		d.fix = "open a web page in a browser, in case the network wants a sign-in, and check the base URL"
	case a.Status == 404:
		d.fix = "check the base URL (" + DefaultBaseURL + " is the API's)"
	case a.Status < 500:
		d.fix = "ask whoever runs the firewall or the proxy on the way to let requests to the API through, and check the base URL"
	}
	return d
}

// mediaType is the body's media type, if it is one of the usual ones: nothing
// that an unknown server has written is repeated.
func (a Answer) mediaType() string {
	if a.isEmpty() {
		return "empty"
	}
	kind, _, err := mime.ParseMediaType(a.Header.Get("Content-Type"))
	usual := []string{"text/html", "text/plain", "application/json", "application/problem+json", "application/xml", "text/xml"}
	if err != nil || !slices.Contains(usual, kind) {
		return "of an unknown type"
	}
	return kind
}

// isTLSOnly reports whether the answer is the text that Go, nginx or Apache sends
// for an http request to a port for https. Nothing else in the answer says so.
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

func httpToHTTPS() diagnosis {
	return diagnosis{"the server speaks https at this address, and the base URL says http", "correct the base URL", Permanent}
}

// proxyAddressError says that the address of a proxy in the environment cannot be
// parsed. It does not repeat the address, which may hold a password.
type proxyAddressError struct{}

func (*proxyAddressError) Error() string { return "the proxy's address cannot be read" }

// proxyRefusal is a proxy's refusal to connect to the API.
type proxyRefusal struct{ status int }

func (e *proxyRefusal) Error() string { return fmt.Sprintf("the proxy answers %d", e.status) }

func diagnoseProxy(err error) (diagnosis, bool) {
	if _, ok := errors.AsType[*proxyAddressError](err); ok {
		return diagnosis{"the proxy's address cannot be read", "correct HTTPS_PROXY or HTTP_PROXY, as in http://proxy.example.com:3128, or unset it", Permanent}, true
	}
	refusal, ok := errors.AsType[*proxyRefusal](err)
	switch {
	case !ok:
		return diagnosis{}, false
	case refusal.status == http.StatusProxyAuthRequired:
		return diagnosis{"the proxy wants a user name and a password, or does not take those that it got (407)",
			"put them into HTTPS_PROXY, as in http://USER:PASSWORD@proxy.example.com:3128", Permanent}, true
	}
	return diagnosis{what: fmt.Sprintf("the proxy does not connect to the API (%d)", refusal.status), fix: "ask whoever runs the proxy to let it"}, true
}

// peer is the server that the error is about: the API, or the proxy before it.
func peer(err error) string {
	if op, ok := errors.AsType[*net.OpError](err); ok && (op.Op == "proxyconnect" || strings.HasPrefix(op.Op, "socks")) {
		return "the proxy"
	}
	return "the API"
}

func diagnoseTLS(err error) (diagnosis, bool) {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return diagnoseCertificate(err), true
	}
	if record, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		speaks := "something else"
		if string(record.RecordHeader[:]) == "HTTP/" {
			speaks = "plain http"
		}
		return diagnosis{peer(err) + "'s server speaks " + speaks + " at this address, and not https", "check the scheme and the port of the address", Permanent}, true
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && (op.Op == "remote error" || op.Op == "local error") { // how crypto/tls names its alerts
		return diagnosis{what: peer(err) + "'s server and this program do not agree on TLS (" + cleanError(op.Err.Error()) + ")"}, true
	}
	// A server for https answers http with a TLS record. net/http has no error
	// type for a response that it cannot parse.
	if strings.Contains(err.Error(), `malformed HTTP response "\x15\x03`) {
		return httpToHTTPS(), true
	}
	return diagnosis{}, false
}

// diagnoseCertificate says why a certificate was not accepted. Nothing of the
// certificate is shown but its dates, because its sender is not known.
func diagnoseCertificate(err error) diagnosis {
	who := peer(err)
	invalid, isInvalid := errors.AsType[x509.CertificateInvalidError](err)
	host, isOther := errors.AsType[x509.HostnameError](err)
	switch {
	case isInvalid && invalid.Reason == x509.Expired && invalid.Cert != nil:
		return diagnosis{fmt.Sprintf("%s's certificate is valid from %s to %s only, by the clock of this machine", who,
			invalid.Cert.NotBefore.UTC().Format("2 January 2006"), invalid.Cert.NotAfter.UTC().Format("2 January 2006")),
			"check the date of this machine; if it is right, the certificate has expired, and whoever runs the server has to renew it", Permanent}
	case isOther:
		return diagnosis{fmt.Sprintf("%s's certificate is not for %s", who, cleanError(host.Host)), "check the address", Permanent}
	}
	return diagnosis{who + "'s certificate is not trusted by this machine",
		"if a proxy of your own network signs for others, install its certificate authority on this machine, or name its file in SSL_CERT_FILE; otherwise check the address", Permanent}
}

func diagnoseName(err error) (diagnosis, bool) {
	dns, ok := errors.AsType[*net.DNSError](err)
	if !ok {
		return diagnosis{}, false
	}
	name := peer(err) + "'s host name " + cleanError(dns.Name)
	switch {
	case dns.IsNotFound:
		return diagnosis{name + " does not exist", "check its spelling, and that this machine is online", LikelyPermanent}, true
	case dns.IsTimeout:
		return diagnosis{what: "the name service did not say in time where " + name + " is"}, true
	}
	return diagnosis{what: "the name service could not say where " + name + " is"}, true
}

func diagnoseConnection(err error) (diagnosis, bool) {
	who := peer(err) + at(err)
	switch {
	case errors.Is(err, errElsewhere):
		return diagnosis{"plain http is for this machine, and localhost leads to another one" + at(err), "give the address itself, as in http://127.0.0.1:8787", Permanent}, true
	case errors.Is(err, refused):
		return diagnosis{who + " refused the connection", "check the address, and that it is up", LikelyPermanent}, true
	case errors.Is(err, reset), errors.Is(err, broken):
		return diagnosis{what: "the connection to " + who + " was reset before an answer came"}, true
	case errors.Is(err, noWay), errors.Is(err, noHost), errors.Is(err, networkDown):
		return diagnosis{"there is no way to " + who, "check that this machine is online", Transient}, true
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return diagnosis{what: "the connection to " + who + " was closed before an answer came"}, true
	}
	return diagnosis{}, false
}

// at is the address of the error's connection in brackets, with a blank before
// them; "" where it is not known.
func at(err error) string {
	for op, ok := errors.AsType[*net.OpError](err); ok; op, ok = errors.AsType[*net.OpError](op.Err) {
		if op.Addr != nil {
			return " (" + cleanError(op.Addr.String()) + ")"
		}
	}
	return ""
}

// diagnoseTimeout explains a timeout, and repeats an error of any other kind.
func diagnoseTimeout(a Answer) diagnosis {
	var timed net.Error
	switch slow := errors.As(a.Err, &timed) && timed.Timeout(); {
	case errors.Is(a.Err, context.DeadlineExceeded) && !a.NeverSent:
		return diagnosis{what: a.Err.Error()}
	case errors.Is(a.Err, context.DeadlineExceeded), slow && a.NeverSent:
		return diagnosis{what: "no connection to " + peer(a.Err) + at(a.Err) + " in time"}
	case slow:
		return diagnosis{what: "no answer in time"}
	}
	return diagnosis{what: "no answer: " + a.Err.Error()}
}
