package sent

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestDecodeContact(t *testing.T) {
	a := answered(201, contactBody, "Date: Thu, 15 Jan 2026 10:30:01 GMT")
	want := Contact{
		ID: uuid, PhoneNumber: ours, FormatE164: ours,
		CreatedAt: time.Date(2026, 1, 15, 10, 30, 0, 123_456_700, time.UTC), CreatedAtText: "2026-01-15T10:30:00.1234567Z",
	}
	if a.Contact == nil || *a.Contact != want {
		t.Errorf("contact: got %#v, want %#v", a.Contact, want)
	}
	if !a.Envelope || !a.Success || a.Code != "" || a.RequestID != "req_1" {
		t.Errorf("envelope: got %t %t %q %q", a.Envelope, a.Success, a.Code, a.RequestID)
	}
	if want := time.Date(2026, 1, 15, 10, 30, 1, 0, time.UTC); !a.Date.Equal(want) {
		t.Errorf("date: got %v, want %v", a.Date, want)
	}
}

func TestDecodeFault(t *testing.T) {
	a := answered(400, validation("VALIDATION_001", `{"sandbox":[],"phone_number":["x"],"":[]}`), "X-Request-Id: req_9", replay, sandbox)
	if a.Code != "VALIDATION_001" || a.Message != "no" || a.RequestID != "req_9" || !a.Replayed || !a.Sandbox {
		t.Errorf("got %q %q %q %t %t", a.Code, a.Message, a.RequestID, a.Replayed, a.Sandbox)
	}
	if want := []string{"phone_number", "sandbox"}; !slices.Equal(a.Details, want) {
		t.Errorf("details: got %v, want %v", a.Details, want)
	}
}

func TestDecodeList(t *testing.T) {
	body := `{"success":true,"data":{"contacts":[` + item("c1", ours, "true") + `,7,{"created_at":"2026-01-15T10:30:00Z"}],"pagination":` +
		`{"page":2,"page_size":100,"total_count":102,"total_pages":2,"has_more":true,"cursors":{}}}}`
	a := answered(200, body)
	if !a.Listed || len(a.Contacts) != 3 || a.Contacts[0].ID != "c1" || !a.Contacts[0].Inherited || a.Contacts[1] != (Contact{}) || a.Contacts[2] != (Contact{}) || a.Contact != nil {
		t.Errorf("contacts: got %t %v %v", a.Listed, a.Contacts, a.Contact)
	}
	if want := (Pagination{2, 100, 102, 2, true}); a.Pagination == nil || *a.Pagination != want {
		t.Errorf("pagination: got %v, want %v", a.Pagination, want)
	}
	odd := answered(200, `{"success":true,"data":{"contacts":{},"pagination":{"page":"2","total_count":1e99,"has_more":1}}}`)
	if odd.Listed || *odd.Pagination != (Pagination{}) {
		t.Errorf("odd list: got %t %v", odd.Listed, odd.Pagination)
	}
}

func TestDecodeAccount(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"data.id", `{"success":true,"data":{"id":"a1","account_id":"a2"}}`, "a1"},
		{"account_id", `{"success":true,"data":{"account_id":"a2"}}`, "a2"},
		{"customer_id", `{"success":true,"data":{"customer_id":"a3"}}`, "a3"},
		{"organization_id", `{"success":true,"data":{"organization_id":"a4"}}`, "a4"},
		{"organization.id", `{"success":true,"data":{"organization":{"id":"a5"}}}`, "a5"},
		{"account.id", `{"success":true,"data":{"account":{"id":"a6"},"organization":{"id":"a5"}}}`, "a6"},
		{"a number", `{"success":true,"data":{"id":42}}`, "42"},
		{"not in data", `{"success":true,"id":"a7"}`, ""},
		{"no envelope", `{"data":{"id":"a8"}}`, ""},
		{"null", `{"success":true,"data":{"id":null}}`, ""},
		{"an object", `{"success":true,"data":{"id":{}}}`, ""},
		{"with a blank", `{"success":true,"data":{"id":"a b"}}`, ""},
		{"no JSON", html, ""},
	} {
		a := answered(200, c.body)
		a.decodeAccount()
		if a.Account.ID != c.want {
			t.Errorf("%s: got %q, want %q", c.name, a.Account.ID, c.want)
		}
	}
}

func TestCodesAndIDsOfOddShapes(t *testing.T) {
	for _, code := range []string{"resource_007", "RESOURCE 007", "RESOURCE_007\\n", strings.Repeat("A", 65), "É"} {
		if got := answered(409, fault(code)).Code; got != "" {
			t.Errorf("code %q: got %q, want none", code, got)
		}
	}
	for _, id := range []string{"a b", strings.Repeat("x", 129), "é", "a\tb"} {
		if got := answered(200, "", "X-Request-Id: "+id).RequestID; got != "" {
			t.Errorf("request id %q: got %q, want none", id, got)
		}
	}
}

func TestPrintingShowsNoNumber(t *testing.T) {
	a := answered(200, list(item("c1", ours, "false")))
	a.Contact = &a.Contacts[0]
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d"} {
		for _, value := range []any{a, &a, a.Contacts, a.Contact, ClassifyLookup(ours, a)} {
			if got := fmt.Sprintf(verb, value); strings.Contains(got, ours[1:]) {
				t.Errorf("%s of %T: got %q", verb, value, got)
			}
		}
	}
}

func TestPrintingAnswers(t *testing.T) {
	for want, a := range map[string]Answer{
		"answer 409 RESOURCE_007 (request req_9)": answered(409, fault("RESOURCE_007"), "X-Request-Id: req_9"),
		"no answer: reset":                        {Err: errors.New("reset")},
	} {
		if got := fmt.Sprint(a); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestNoContactHasTheEmptyNumber(t *testing.T) {
	if (Contact{ID: "c1"}).Is("") {
		t.Error("a contact without a number is the one of no number")
	}
}
