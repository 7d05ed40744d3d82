package sent

import (
	"errors"
	"strings"
	"testing"

	"sent-import/importer/outcome"
)

// item is a contact in a list.
func item(id, phone string, inherited string) string {
	return `{"id":"` + id + `","format_e164":"` + phone + `","is_inherited":` + inherited + `}`
}

// list is a page of contacts.
func list(items ...string) string {
	return `{"success":true,"data":{"contacts":[` + strings.Join(items, ",") + `],"pagination":{"page":1,"page_size":1,"total_count":` +
		string(rune('0'+len(items))) + `,"total_pages":1,"has_more":false,"cursors":null}}}`
}

func TestClassifyLookup(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer Answer
		kind   Kind
		id     string
		cause  Cause
	}{
		{"the contact", answered(200, contactBody), Found, uuid, ""},
		{"data.contact", answered(200, `{"success":true,"data":{"contact":`+item("c1", ours, "false")+`}}`), Found, "c1", ""},
		{"a list of it", answered(200, list(item("c1", ours, "false"))), Found, "c1", ""},
		{"a list of several", answered(200, list(item("c1", theirs, "false"), item("c2", ours, "false"))), Found, "c2", ""},
		{"its own before an inherited one", answered(200, list(item("c1", ours, "true"), item("c2", ours, "false"))), Found, "c2", ""},
		{"an inherited one alone", answered(200, list(item("c1", ours, "true"))), Found, "c1", ""},
		{"the first of two of its own", answered(200, list(item("c1", ours, "false"), item("c2", ours, "false"))), Found, "c1", ""},
		{"oddities beside it", answered(200, list("null", "7", "[]", item("c1", ours, "null"))), Found, "c1", ""},
		{"replayed", answered(200, contactBody, replay), Found, uuid, ""},

		{"404 RESOURCE_001", answered(404, fault("RESOURCE_001")), Absent, "", ""},
		{"an empty list", answered(200, list()), Absent, "", ""},
		{"an empty list without pagination", answered(200, `{"success":true,"data":{"contacts":[]}}`), Absent, "", ""},

		{"an empty list that should not be empty", answered(200, `{"success":true,"data":{"contacts":[],"pagination":{"total_count":3}}}`), Unknown, "", ""},
		{"an empty list without success", answered(200, `{"success":false,"data":{"contacts":[]}}`), Unknown, "", ""},
		{"a list of others", answered(200, list(item("c1", theirs, "false"))), Unknown, "", ""},
		{"a list of oddities", answered(200, list("null")), Unknown, "", ""},
		{"contacts is null", answered(200, `{"success":true,"data":{"contacts":null}}`), Unknown, "", ""},
		{"another contact", answered(200, strings.ReplaceAll(contactBody, ours, theirs)), Unknown, "", ""},
		{"without id", answered(200, list(item("", ours, "false"))), Unknown, "", ""},
		{"null data", answered(200, `{"success":true,"data":null}`), Unknown, "", ""},
		{"cut off", cutOff(200, contactBody), Unknown, "", ""},
		{"404 of a proxy", answered(404, html), Unknown, "", ""},
		{"404 cut off", cutOff(404, fault("RESOURCE_001")), Unknown, "", ""},
		{"500", answered(500, fault("INTERNAL_001")), Unknown, "", ""},
		{"500 with RESOURCE_001", answered(500, fault("RESOURCE_001")), Unknown, "", ""},
		{"503 SERVICE_001", answered(503, fault("SERVICE_001")), Unknown, "", ""},
		{"400", answered(400, fault("VALIDATION_002")), Unknown, "", ""},
		{"409", answered(409, fault("RESOURCE_007")), Unknown, "", ""},
		{"no answer", Answer{Err: errors.New("reset")}, Unknown, "", ""},

		{"429", answered(429, ""), RateLimited, "", ""},
		{"401", answered(401, ""), Stop, "", KeyRefused},
		{"403", answered(403, fault("AUTH_004")), Stop, "", AccessRefused},
		{"403 empty", answered(403, ""), Stop, "", AccessRefused},
		{"403 of a firewall", answered(403, html), Unknown, "", ""},
		{"429 of a firewall", answered(429, html), Unknown, "", ""},
		{"404 profile", answered(404, fault("RESOURCE_014")), Stop, "", ProfileUnknown},
		{"302", answered(302, ""), Stop, "", Redirected},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := ClassifyLookup(ours, c.answer)
			if v.Kind != c.kind || v.Contact.ID != c.id || v.Cause != c.cause {
				t.Errorf("got %s %q %s, want %s %q %s", v.Kind, v.Contact.ID, v.Cause, c.kind, c.id, c.cause)
			}
			if (v.FailReason != "") != (c.kind == Unknown || c.kind == RateLimited) {
				t.Errorf("reason %q with %s", v.FailReason, v.Kind)
			}
		})
	}
}

func TestLookupKeepsInherited(t *testing.T) {
	v := ClassifyLookup(ours, answered(200, list(item("c1", ours, "true"))))
	if !v.Contact.Inherited {
		t.Error("an inherited contact is not Inherited")
	}
}

func TestClassifyRead(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer Answer
		kind   Kind
		cause  Cause
	}{
		{"a page", answered(200, list(item("c1", ours, "false"))), Answered, ""},
		{"an account without envelope", answered(200, `{"data":{"id":"acc_1"}}`), Unknown, ""},
		{"403 of a firewall", answered(403, html), Unknown, ""},
		{"404 of a proxy", answered(404, html), Unknown, ""},
		{"a page of a proxy", answered(200, html), Unknown, ""},
		{"no success", answered(200, `{"success":false}`), Unknown, ""},
		{"404 empty", answered(404, ""), Unknown, ""},
		{"404 without a code", answered(404, `{"success":false}`), Absent, ""},
		{"404 of a resource", answered(404, fault("RESOURCE_001")), Absent, ""},
		{"404 of the profile", answered(404, fault("RESOURCE_014")), Stop, ProfileUnknown},
		{"page size too large", answered(400, fault("VALIDATION_005")), Rejected, ""},
		{"400 of a proxy", answered(400, html), Unknown, ""},
		{"401", answered(401, ""), Stop, KeyRefused},
		{"403", answered(403, ""), Stop, AccessRefused},
		{"429", answered(429, ""), RateLimited, ""},
		{"500", answered(500, ""), Unknown, ""},
		{"no answer", Answer{Err: errors.New("reset")}, Unknown, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if v := ClassifyRead(c.answer); v.Kind != c.kind || v.Cause != c.cause {
				t.Errorf("got %s %s, want %s %s", v.Kind, v.Cause, c.kind, c.cause)
			}
		})
	}
	if got := ClassifyRead(Answer{Err: errors.New("reset")}).FailReason; got != outcome.Network {
		t.Errorf("reason without an answer: got %s, want %s", got, outcome.Network)
	}
}
