package sent

import (
	"errors"
	"net/http"
	"testing"

	"sent-import/importer/handles"
)

func TestClassifyDelete(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer Answer
		kind   Kind
		cause  Cause
	}{
		{"deleted", answered(204, ""), Deleted, ""},
		{"200 in the envelope", answered(200, `{"success":true,"data":null}`), Deleted, ""},
		{"202 in the envelope", answered(202, `{"success":true,"data":{"id":"`+uuid+`"}}`), Deleted, ""},
		{"200 empty", answered(200, ""), Unknown, ""},
		{"204 with a body", answered(204, html), Unknown, ""},
		{"no success", answered(200, `{"success":false,"error":{"code":"INTERNAL_001"}}`), Unknown, ""},
		{"of a proxy", answered(200, html), Unknown, ""},
		{"cut off", cutOff(200, contactBody), Unknown, ""},
		{"of the sandbox", answered(204, "", "X-Sandbox: true"), Stop, SandboxAnswer},

		{"gone", answered(404, fault("RESOURCE_001")), Absent, ""},
		{"404 of a proxy", answered(404, html), Unknown, ""},
		{"404 empty", answered(404, ""), Unknown, ""},
		{"404 profile", answered(404, fault("RESOURCE_014")), Stop, ProfileUnknown},

		{"inherited, 403", answered(403, fault("BUSINESS_020")), Rejected, ""},
		{"inherited, 422", answered(422, fault("BUSINESS_020")), Rejected, ""},
		{"inherited, as a role", answered(403, fault("AUTH_004")), Rejected, ""},
		{"an id that it does not take", answered(400, fault("VALIDATION_003")), Rejected, ""},
		{"409 of an unknown kind", answered(409, fault("CONFLICT_009")), Rejected, ""},

		{"403 empty", answered(403, ""), Stop, AccessRefused},
		{"401 empty", answered(401, ""), Stop, KeyRefused},
		{"403 suspended", answered(403, fault("BUSINESS_014")), Stop, AccountSuspended},
		{"403 of a firewall", answered(403, html), Unknown, ""},
		{"405", answered(405, fault("")), Stop, BadCall},
		{"302", answered(302, ""), Stop, Redirected},

		{"429", answered(429, fault("BUSINESS_002")), RateLimited, ""},
		{"409 in flight", answered(409, fault("CONFLICT_001")), Unknown, ""},
		{"503 SERVICE_001", answered(503, fault("SERVICE_001")), Unknown, ""},
		{"500", answered(500, fault("INTERNAL_001")), Unknown, ""},
		{"502 of a proxy", answered(502, html), Unknown, ""},
		{"no answer", Answer{Err: errors.New("reset")}, Unknown, ""},
		{"no file handle", Answer{Err: errors.New(handles.What()), NeverSent: true, NoHandle: true}, NotSent, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := ClassifyDelete(c.answer)
			if v.Kind != c.kind || v.Cause != c.cause {
				t.Errorf("got %s %s, want %s %s", v.Kind, v.Cause, c.kind, c.cause)
			}
			if fails := c.kind == Unknown || c.kind == RateLimited || c.kind == Rejected; fails && v.Message == "" {
				t.Errorf("no message with %s", v.Kind)
			}
		})
	}
}

func TestDeleteRequest(t *testing.T) {
	requests := make(chan seen, 1)
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		requests <- see(r)
		w.WriteHeader(http.StatusNoContent)
	}, func(o *Options) { o.Profile = uuid })
	if v := ClassifyDelete(c.Delete(t.Context(), uuid)); v.Kind != Deleted {
		t.Errorf("got %v, want it deleted", v)
	}
	got := <-requests
	if want := "DELETE /v3/contacts/" + uuid + " HTTP/1.1"; got.line != want || got.body != "{}" {
		t.Errorf("got %s: %s, want %s", got.line, got.body, want)
	}
	if got.header.Values("Idempotency-Key") != nil || got.header.Get("Accept") != "*/*" || got.header.Get("X-Profile-Id") != uuid {
		t.Errorf("headers: %v", got.header)
	}
}
