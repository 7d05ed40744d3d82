package sent

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"sent-import/importer/handles"
	"sent-import/importer/outcome"
)

// markedBody is the contact after it was marked.
var markedBody = strings.ReplaceAll(strings.ReplaceAll(contactBody, `"opt_out":false`, `"opt_out":true`), `"updated_at":null`, `"updated_at":"2026-01-15T10:31:00Z"`)

func TestClassifyMark(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer Answer
		kind   Kind
		cause  Cause
	}{
		{"marked", answered(200, markedBody), Marked, ""},
		{"202", answered(202, markedBody), Marked, ""},
		{"data.contact", answered(200, `{"success":true,"data":{"contact":{"id":"`+uuid+`","opt_out":true}}}`), Marked, ""},
		{"not marked after all", answered(200, contactBody), Unknown, ""},
		{"another contact", answered(200, strings.ReplaceAll(markedBody, uuid, "c2")), Unknown, ""},
		{"no success", answered(200, strings.ReplaceAll(markedBody, `"success":true`, `"success":false`)), Unknown, ""},
		{"no contact", answered(200, `{"success":true,"data":null}`), Unknown, ""},
		{"opt_out as text", answered(200, strings.ReplaceAll(markedBody, `"opt_out":true`, `"opt_out":"true"`)), Unknown, ""},
		{"no body", answered(204, ""), Unknown, ""},
		{"cut off", cutOff(200, markedBody), Unknown, ""},
		{"of a proxy", answered(200, html), Unknown, ""},
		{"of the sandbox", answered(200, markedBody, "X-Sandbox: true"), Stop, SandboxAnswer},

		{"gone", answered(404, fault("RESOURCE_001")), Absent, ""},
		{"404 of a proxy", answered(404, html), Unknown, ""},
		{"404 empty", answered(404, ""), Unknown, ""},
		{"404 profile", answered(404, fault("RESOURCE_014")), Stop, ProfileUnknown},

		{"inherited, 403", answered(403, fault("BUSINESS_020")), Rejected, ""},
		{"inherited, 422", answered(422, fault("BUSINESS_020")), Rejected, ""},
		{"inherited, as a role", answered(403, fault("AUTH_004")), Rejected, ""},
		{"inherited, as an unknown AUTH_ code", answered(422, fault("AUTH_023")), Rejected, ""},
		{"an id that it does not take", answered(400, fault("VALIDATION_003")), Rejected, ""},
		{"422 of an unknown kind", answered(422, fault("MOON_001")), Rejected, ""},
		{"409 of an unknown kind", answered(409, fault("CONFLICT_009")), Rejected, ""},

		{"403 empty", answered(403, ""), Stop, AccessRefused},
		{"401 empty", answered(401, ""), Stop, KeyRefused},
		{"403 without a code", answered(403, `{"success":false}`), Stop, AccessRefused},
		{"401 with a code", answered(401, fault("AUTH_004")), Stop, AccessRefused},
		{"403 key", answered(403, fault("AUTH_002")), Stop, KeyRefused},
		{"403 KYC", answered(403, fault("AUTH_006")), Stop, AccessRefused},
		{"403 suspended", answered(403, fault("BUSINESS_014")), Stop, AccountSuspended},
		{"422 balance", answered(422, fault("BUSINESS_003")), Stop, OutOfBalance},
		{"422 quota", answered(422, fault("BUSINESS_008")), Stop, OutOfQuota},
		{"403 of a firewall", answered(403, html), Unknown, ""},
		{"422 of a firewall", answered(422, html), Unknown, ""},
		{"405", answered(405, fault("")), Stop, BadCall},
		{"302", answered(302, ""), Stop, Redirected},

		{"429", answered(429, fault("BUSINESS_002")), RateLimited, ""},
		{"429 as 422", answered(422, fault("BUSINESS_002")), RateLimited, ""},
		{"409 in flight", answered(409, fault("CONFLICT_001")), Unknown, ""},
		{"503 SERVICE_001", answered(503, fault("SERVICE_001")), Unknown, ""},
		{"500", answered(500, fault("INTERNAL_001")), Unknown, ""},
		{"502 of a proxy", answered(502, html), Unknown, ""},
		{"no answer", Answer{Err: errors.New("reset")}, Unknown, ""},
		{"no file handle", Answer{Err: errors.New("too many open files"), NeverSent: true, NoHandle: true}, NotSent, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := ClassifyMark(uuid, c.answer)
			if v.Kind != c.kind || v.Cause != c.cause {
				t.Errorf("got %s %s, want %s %s", v.Kind, v.Cause, c.kind, c.cause)
			}
			if (v.Contact.ID == uuid && v.Contact.OptOut) != (c.kind == Marked) {
				t.Errorf("got the contact %v with %s", v.Contact, v.Kind)
			}
			fails := c.kind == Unknown || c.kind == RateLimited || c.kind == NotSent || c.kind == Rejected
			if (v.FailReason != "") != fails || fails && v.Message == "" {
				t.Errorf("reason %q, message %q with %s", v.FailReason, v.Message, v.Kind)
			}
			if c.kind == NotSent && v.Message != handles.What() {
				t.Errorf("message %q", v.Message)
			}
		})
	}
	if got := ClassifyMark(uuid, Answer{Err: errors.New("reset")}).FailReason; got != outcome.Network {
		t.Errorf("reason without an answer: got %s, want %s", got, outcome.Network)
	}
}

func TestClassifyGet(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer Answer
		kind   Kind
	}{
		{"the contact", answered(200, contactBody), Found},
		{"another contact", answered(200, strings.ReplaceAll(contactBody, uuid, "c2")), Unknown},
		{"no contact", answered(200, `{"success":true,"data":null}`), Unknown},
		{"of a proxy", answered(200, html), Unknown},
		{"gone", answered(404, fault("RESOURCE_001")), Absent},
		{"404 of a proxy", answered(404, html), Unknown},
		{"403 empty", answered(403, ""), Stop},
		{"429", answered(429, ""), RateLimited},
		{"500", answered(500, ""), Unknown},
		{"422", answered(422, fault("BUSINESS_020")), Stop},
		{"400", answered(400, fault("VALIDATION_003")), Stop},
		{"no answer", Answer{Err: errors.New("reset")}, Unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			if v := ClassifyGet(uuid, c.answer); v.Kind != c.kind || (v.Contact.ID == uuid) != (c.kind == Found) {
				t.Errorf("got %s with %v, want %s", v.Kind, v.Contact, c.kind)
			}
		})
	}
	for body, want := range map[string]bool{contactBody: false, markedBody: true} {
		if v := ClassifyGet(uuid, answered(200, body)); v.Contact.OptOut != want {
			t.Errorf("opt_out: got %t, want %t", v.Contact.OptOut, want)
		}
	}
}

func TestMarkRequest(t *testing.T) {
	requests := make(chan seen, 1)
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		requests <- see(r)
		io.WriteString(w, markedBody)
	}, func(o *Options) { o.Profile = uuid })
	if v := ClassifyMark(uuid, c.Mark(t.Context(), uuid)); v.Kind != Marked {
		t.Errorf("got %v, want marked", v)
	}
	got := <-requests
	if want := "PATCH /v3/contacts/" + uuid + " HTTP/1.1"; got.line != want || got.body != `{"opt_out":true}` {
		t.Errorf("got %s: %s, want %s", got.line, got.body, want)
	}
	if got.header.Values("Idempotency-Key") != nil || got.header.Get("Content-Type") != "application/json" || got.header.Get("X-Profile-Id") != uuid {
		t.Errorf("headers: %v", got.header)
	}
	if v := ClassifyGet(uuid, c.Get(t.Context(), uuid)); v.Kind != Found || !v.Contact.OptOut {
		t.Errorf("got %v, want it found", v)
	}
	if got := <-requests; got.line != "GET /v3/contacts/"+uuid+" HTTP/1.1" || got.body != "" {
		t.Errorf("got %s: %s", got.line, got.body)
	}
	c.Get(t.Context(), "a/b?c")
	if got := <-requests; got.line != "GET /v3/contacts/a%2Fb%3Fc HTTP/1.1" {
		t.Errorf("an id with other characters: got %s", got.line)
	}
	if !c.MixedUp() {
		t.Error("an answer about another contact was not noticed")
	}
}
