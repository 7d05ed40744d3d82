package simulator

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestCreateAnswers201WithEveryField(t *testing.T) {
	r := do(t, New(Options{}), create(alice, ""))
	want(t, "create", r, http.StatusCreated, "")
	var data map[string]any
	if err := json.Unmarshal(r.envelope.Data, &data); err != nil {
		t.Fatal(err)
	}
	got := slices.Sorted(maps.Keys(data))
	wantFields := []string{
		"available_channels", "country_code", "created_at", "default_channel", "format_e164", "format_international",
		"format_national", "format_rfc", "id", "is_inherited", "opt_out", "phone_number", "region_code", "updated_at",
	}
	if !slices.Equal(got, wantFields) {
		t.Errorf("fields: got %v, want %v", got, wantFields)
	}
	for field, value := range map[string]any{
		"phone_number": alice, "format_e164": alice, "format_international": "+1 415-555-2671", "format_national": "(415) 555-2671",
		"format_rfc": "tel:+1-415-555-2671", "country_code": "1", "region_code": "US", "available_channels": "sms,whatsapp",
		"default_channel": "sms", "opt_out": false, "is_inherited": false, "updated_at": nil,
	} {
		if data[field] != value {
			t.Errorf("%s: got %v, want %v", field, data[field], value)
		}
	}
	if !uuidFormat.MatchString(r.contact.ID) {
		t.Errorf("id: got %q, want a UUID", r.contact.ID)
	}
}

func TestEnvelopeIsEverywhere(t *testing.T) {
	s := New(Options{Existing: []string{bob}})
	for name, c := range map[string]call{
		"created": create(alice, ""), "duplicate": create(bob, ""), "invalid": create("+1", ""),
		"list": list("page=1&page_size=5"), "found": lookup(bob), "absent": lookup(carol), "me": {path: "/v3/me"},
	} {
		t.Run(name, func(t *testing.T) {
			r := do(t, s, c)
			var members map[string]json.RawMessage
			if err := json.Unmarshal([]byte(r.raw), &members); err != nil {
				t.Fatal(err)
			}
			if got := slices.Sorted(maps.Keys(members)); !slices.Equal(got, []string{"data", "error", "meta", "success"}) {
				t.Errorf("members: got %v", got)
			}
			equal(t, "success", r.envelope.Success, r.status < 300)
			equal(t, "version", r.envelope.Meta.Version, "v3")
			equal(t, "request id", r.envelope.Meta.RequestID, r.header.Get("X-Request-Id"))
			if r.envelope.Meta.Timestamp.IsZero() {
				t.Error("meta.timestamp: missing")
			}
			if e := r.envelope.Error; e != nil && (e.Message == "" || e.DocURL == "") {
				t.Errorf("error: got %+v, want a message and a doc_url", *e)
			}
		})
	}
}

func TestCreateRefusesBadBodies(t *testing.T) {
	for _, c := range []struct {
		name, body, code, field string
	}{
		{"no JSON", `phone`, "VALIDATION_001", "body"},
		{"empty", ``, "VALIDATION_001", "body"},
		{"two objects", `{"phone_number":"` + alice + `"}{}`, "VALIDATION_001", "body"},
		{"a name", `{"phone_number":"` + alice + `","name":"A"}`, "VALIDATION_001", "body"},
		{"number as number", `{"phone_number":14155552671}`, "VALIDATION_001", "body"},
		{"phone missing", `{"sandbox":false}`, "VALIDATION_004", "phone_number"},
		{"phone empty", `{"phone_number":""}`, "VALIDATION_004", "phone_number"},
		{"phone null", `{"phone_number":null}`, "VALIDATION_004", "phone_number"},
		{"national", `{"phone_number":"4155552671"}`, "VALIDATION_002", "phone_number"},
		{"spaces", `{"phone_number":"+1 415 555 2671"}`, "VALIDATION_002", "phone_number"},
		{"the documentation's example", `{"phone_number":"+1234567890"}`, "VALIDATION_002", "phone_number"},
		{"larger than any creation", `{"phone_number":"` + strings.Repeat("1", maxBody) + `"}`, "VALIDATION_001", "body"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := New(Options{})
			r := do(t, s, call{method: "POST", path: "/v3/contacts", body: c.body})
			want(t, "create", r, http.StatusBadRequest, c.code)
			if len(r.envelope.Error.Details[c.field]) != 1 {
				t.Errorf("details: got %v, want a message for %s", r.envelope.Error.Details, c.field)
			}
			equal(t, "contacts", s.Stats().Contacts, 0)
		})
	}
}

func TestCreateWithoutSandboxFieldIsReal(t *testing.T) {
	s := New(Options{})
	want(t, "create", do(t, s, call{method: "POST", path: "/v3/contacts", body: `{"phone_number":"` + alice + `"}`}), 201, "")
	equal(t, "contacts", s.Stats().Contacts, 1)
}

func TestInvalidStatusAndRejected(t *testing.T) {
	s := New(Options{InvalidStatus: http.StatusUnprocessableEntity, Rejected: []string{alice}})
	want(t, "rejected", do(t, s, create(alice, "")), http.StatusUnprocessableEntity, "VALIDATION_002")
	want(t, "look-up of a rejected number", do(t, s, lookup(alice)), http.StatusNotFound, "RESOURCE_001")
}

func TestExistingContactIsADuplicateWithoutDetails(t *testing.T) {
	s := New(Options{Existing: []string{alice}})
	r := do(t, s, create(alice, "key"))
	want(t, "create", r, http.StatusConflict, "RESOURCE_007")
	if r.envelope.Error.Details != nil {
		t.Errorf("details: got %v, want null: the existing id is not told", r.envelope.Error.Details)
	}
	equal(t, "duplicates", s.Stats().Duplicates, 1)
}

func TestDeletedContactIsRestoredWithItsOldCreation(t *testing.T) {
	s := New(Options{Deleted: []string{alice}})
	want(t, "look-up before", do(t, s, lookup(alice)), http.StatusNotFound, "RESOURCE_001")
	before := s.now()
	r := do(t, s, create(alice, ""))
	want(t, "create", r, http.StatusCreated, "")
	c := s.Truth().Contacts[0]
	if c.CreatedAt.After(before.Add(-age + time.Hour)) {
		t.Errorf("created_at: got %v, want the old one", c.CreatedAt)
	}
	if c.UpdatedAt == nil || c.UpdatedAt.Before(before) || r.contact.UpdatedAt == nil {
		t.Errorf("updated_at: got %v, want now", c.UpdatedAt)
	}
	equal(t, "commits", c.Commits, 1)
	equal(t, "restored", s.Stats().Restored, 1)
	want(t, "again", do(t, s, create(alice, "")), http.StatusConflict, "RESOURCE_007")
}

func TestSoftDeletion(t *testing.T) {
	s := New(Options{})
	id := do(t, s, create(alice, "")).contact.ID
	s.Delete("acct", "", alice)
	s.Delete("acct", "", alice) // nothing more to it
	want(t, "look-up", do(t, s, lookup(alice)), http.StatusNotFound, "RESOURCE_001")
	equal(t, "contacts", s.Stats().Contacts, 0)
	equal(t, "restored id", do(t, s, create(alice, "")).contact.ID, id)
}

func TestInsertedContactIsThere(t *testing.T) {
	s := New(Options{})
	s.Insert("acct", "", alice, s.now())
	want(t, "create", do(t, s, create(alice, "")), http.StatusConflict, "RESOURCE_007")
	s.Insert("acct", "", alice, s.now())
	c := s.Truth().Contacts
	if len(c) != 1 || c[0].Commits != 0 || c[0].Key != "" {
		t.Errorf("contacts: got %+v, want one that no request created", c)
	}
}

func TestUniquePerAccountAndProfile(t *testing.T) {
	s := New(Options{
		Keys:     map[string]Account{"a": {ID: "A"}, "a2": {ID: "A"}, "b": {ID: "B"}},
		Profiles: []string{profileA, profileB},
	})
	for _, step := range []struct {
		name   string
		c      call
		status int
	}{
		{"account A", create(alice, "").by("a"), 201},
		{"account A, another key", create(alice, "").by("a2"), 409},
		{"account B", create(alice, "").by("b"), 201},
		{"profile of A", create(alice, "").by("a").in(profileA), 201},
		{"the same profile", create(alice, "").by("a2").in(profileA), 409},
		{"another profile", create(alice, "").by("a").in(profileB), 201},
	} {
		equal(t, step.name, do(t, s, step.c).status, step.status)
	}
	equal(t, "contacts", s.Stats().Contacts, 4)
	equal(t, "of profile A", len(s.Truth().ByPhone("A", profileA)), 1)
}

func TestSandboxWritesNothingAndNoticesNothing(t *testing.T) {
	s := New(Options{Existing: []string{alice}})
	r := do(t, s, sandbox(alice, ""))
	want(t, "existing number", r, http.StatusCreated, "")
	equal(t, "X-Sandbox", r.header.Get("X-Sandbox"), "true")
	want(t, "invalid number", do(t, s, sandbox("+1", "")), http.StatusBadRequest, "VALIDATION_002")
	want(t, "bad key", do(t, New(Options{Keys: map[string]Account{"other": {}}}), sandbox(bob, "")), 401, "")
	want(t, "new number", do(t, s, sandbox(bob, "")), http.StatusCreated, "")
	equal(t, "contacts", s.Stats().Contacts, 1)
	equal(t, "X-Sandbox of a real request", do(t, s, create(bob, "")).header.Get("X-Sandbox"), "")
}

func TestContactsOffset(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	s := New(Options{Now: func() time.Time { return now }, ContactsOffset: -time.Second, Deleted: []string{bob}})
	r := do(t, s, create(alice, "k1"))
	if want := "2026-01-02T03:04:04.000Z"; r.contact.CreatedAt != want || !r.envelope.Meta.Timestamp.Equal(now) {
		t.Errorf("got created_at %s, timestamp %s, want %s and %s", r.contact.CreatedAt, r.envelope.Meta.Timestamp, want, now)
	}
	if r := do(t, s, create(bob, "k2")); r.contact.UpdatedAt == nil || !r.contact.UpdatedAt.Equal(now.Add(-time.Second)) {
		t.Errorf("got updated_at %v of a restored contact, want a second before %v", r.contact.UpdatedAt, now)
	}
}

func TestClockOffsetShowsEverywhere(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s := New(Options{Now: func() time.Time { return now }, ClockOffset: -time.Hour})
	r := do(t, s, create(alice, ""))
	equal(t, "Date", r.header.Get("Date"), "Sun, 01 Mar 2026 11:00:00 GMT")
	equal(t, "created_at", r.contact.CreatedAt, "2026-03-01T11:00:00.000Z")
	equal(t, "timestamp", r.envelope.Meta.Timestamp, now.Add(-time.Hour))
	equal(t, "reset", r.header.Get("X-Ratelimit-Reset"), "1772362801")
	equal(t, "truth", s.Truth().Requests[0].At, now.Add(-time.Hour))
}

func TestSeedMakesIDsTheSame(t *testing.T) {
	id := func(seed uint64) (string, string) {
		r := do(t, New(Options{Seed: seed}), create(alice, ""))
		return r.contact.ID, r.header.Get("X-Request-Id")
	}
	contact1, request1 := id(7)
	contact2, request2 := id(7)
	contact3, request3 := id(8)
	if contact1 != contact2 || request1 != request2 {
		t.Errorf("same seed: got %s, %s and %s, %s", contact1, request1, contact2, request2)
	}
	if contact1 == contact3 || request1 == request3 {
		t.Errorf("another seed: got the same ids")
	}
	if contact1[14] != '4' || !strings.Contains("89ab", contact1[19:20]) {
		t.Errorf("id: got %s, want a version 4 UUID", contact1)
	}
}

func TestUnknownRouteIsNotTheAPIs(t *testing.T) {
	s := New(Options{})
	for _, c := range []call{{path: "/v2/contacts"}, {method: "DELETE", path: "/v3/contacts"}, {path: "/"}, {method: "POST", path: "/v3/me"}} {
		r := do(t, s, c)
		want(t, c.method+" "+c.path, r, http.StatusNotFound, "")
		if r.header.Get("X-Request-Id") == "" {
			t.Error("X-Request-Id: missing")
		}
	}
	equal(t, "others", s.Stats().Others, 4)
}
