package simulator

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const optOut = `{"opt_out":true}`

// idOf is the id of the contact with the number.
func idOf(t *testing.T, s *Server, phone string) string {
	t.Helper()
	return s.Truth().ByPhone("acct", "")[phone].ID
}

func TestOneContact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Existing: []string{alice, bob}})
		id := idOf(t, s, alice)
		pass(time.Minute)
		before := do(t, s, of("GET", id, ""))
		want(t, "retrieve", before, http.StatusOK, "")
		if c := before.contact; c.ID != id || c.E164 != alice || c.OptOut || c.UpdatedAt != nil {
			t.Errorf("before: %+v", c)
		}
		after := do(t, s, of("PATCH", id, `{"opt_out":true,"default_channel":"whatsapp"}`))
		want(t, "update", after, http.StatusOK, "")
		if c := after.contact; c.ID != id || !c.OptOut || c.Channel != "whatsapp" || c.UpdatedAt == nil || c.CreatedAt != before.contact.CreatedAt {
			t.Errorf("after: %+v", c)
		}
		equal(t, "opt_out in a look-up", do(t, s, lookup(alice)).list.Contacts[0].OptOut, true)
		all := do(t, s, list("page=1&page_size=10")).list.Contacts
		equal(t, "opt_out in the list", all[0].OptOut && !all[1].OptOut, true)
		equal(t, "opt_out in the truth", s.Truth().ByPhone("acct", "")[alice].OptOut, true)

		gone := do(t, s, of("DELETE", id, `{}`))
		want(t, "delete", gone, http.StatusNoContent, "")
		equal(t, "its body", gone.raw, "")
		for _, method := range []string{"GET", "PATCH", "DELETE"} {
			want(t, method+" of a contact that is gone", do(t, s, of(method, id, optOut)), http.StatusNotFound, "RESOURCE_001")
		}
		again := do(t, s, create(alice, ""))
		want(t, "create again", again, http.StatusCreated, "")
		equal(t, "the same contact", again.contact.ID == id && again.contact.OptOut, true)
		if st := s.Stats(); st.Gets != 2 || st.Updates != 2 || st.Deletes != 2 {
			t.Errorf("got %d, %d and %d requests", st.Gets, st.Updates, st.Deletes)
		}
	})
}

func TestOneContactRefuses(t *testing.T) {
	unknown := "0b9d6c0e-7c3f-4e58-9a55-6f1f5a1f0a09"
	s := New(Options{Existing: []string{alice}, Inherited: []string{bob}, Profiles: []string{profileA}})
	id, inherited := idOf(t, s, alice), idOf(t, s, bob)
	for _, c := range []struct {
		name   string
		call   call
		status int
		code   string
	}{
		{"no UUID", of("GET", "12", ""), 400, "VALIDATION_003"},
		{"an id that nobody has", of("PATCH", unknown, optOut), 404, "RESOURCE_001"},
		{"in another profile", of("PATCH", id, optOut).in(profileA), 404, "RESOURCE_001"},
		{"no JSON", of("PATCH", id, "opt_out"), 400, "VALIDATION_001"},
		{"nothing to change", of("PATCH", id, `{}`), 400, "VALIDATION_004"},
		{"another field", of("PATCH", id, `{"opt_out":true,"name":"x"}`), 400, "VALIDATION_001"},
		{"another channel", of("PATCH", id, `{"default_channel":"post"}`), 400, "VALIDATION_006"},
		{"update of an inherited one", of("PATCH", inherited, optOut), 403, "AUTH_004"},
		{"delete of an inherited one", of("DELETE", inherited, ""), 403, "AUTH_004"},
		{"an inherited one is shown", of("GET", inherited, ""), 200, ""},
		{"another method", of("PUT", id, optOut), 404, ""},
		{"no key", of("PATCH", id, optOut).by("none"), 401, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := do(t, s, c.call)
			if c.code != "" {
				want(t, c.name, r, c.status, c.code)
			}
			equal(t, "status", r.status, c.status)
		})
	}
	for _, c := range s.Truth().Contacts {
		equal(t, "opted out", c.OptOut, false)
	}
	other := New(Options{Inherited: []string{bob}, InheritedCode: "BUSINESS_020"})
	want(t, "another code", do(t, other, of("PATCH", idOf(t, other, bob), optOut)), 422, "BUSINESS_020")
}

func TestOneContactInTheSandbox(t *testing.T) {
	s := New(Options{Existing: []string{alice}})
	id := idOf(t, s, alice)
	r := do(t, s, of("PATCH", id, `{"opt_out":true,"sandbox":true}`))
	want(t, "update", r, http.StatusOK, "")
	equal(t, "as if it were done", r.contact.OptOut, true)
	equal(t, "X-Sandbox", r.header.Get("X-Sandbox"), "true")
	want(t, "delete", do(t, s, of("DELETE", id, `{"sandbox":true}`)), http.StatusNoContent, "")
	if c, ok := s.Truth().ByPhone("acct", "")[alice]; !ok || c.OptOut {
		t.Errorf("got %t, %+v, want the contact as it was", ok, c)
	}
}

func TestOptedOutFromTheStart(t *testing.T) {
	s := New(Options{Existing: []string{alice, bob}, Deleted: []string{carol}, OptedOut: []string{bob, carol}})
	truth := s.Truth().ByPhone("acct", "")
	equal(t, "alice", truth[alice].OptOut, false)
	equal(t, "bob", truth[bob].OptOut, true)
	equal(t, "carol, restored", do(t, s, create(carol, "")).contact.OptOut, true)
}

func TestUpdateIsReplayed(t *testing.T) {
	s := New(Options{Existing: []string{alice}})
	update := of("PATCH", idOf(t, s, alice), optOut)
	update.key = "k1"
	do(t, s, update)
	equal(t, "replayed", do(t, s, update).header.Get("Idempotent-Replayed"), "true")
	update.key = blank
	want(t, "an empty key", do(t, s, update), http.StatusBadRequest, "VALIDATION_007")
}

func TestFaultsOfOneContact(t *testing.T) {
	for text, want := range map[string]struct {
		marked bool
		left   int
	}{
		"500-before@update:1": {false, 0}, "500-after@update:1": {true, 0}, "502-after@delete:1": {true, 0},
		"502@retrieve:1": {true, 0}, "500@post:1": {true, 0}, "429@all:1": {false, 1},
	} {
		t.Run(text, func(t *testing.T) {
			plan, err := ParseFaults(text)
			if err != nil {
				t.Fatal(err)
			}
			s := New(Options{Existing: []string{alice}, Faults: plan})
			id := idOf(t, s, alice)
			do(t, s, of("PATCH", id, optOut))
			equal(t, "marked", s.Truth().ByPhone("acct", "")[alice].OptOut, want.marked)
			do(t, s, of("GET", id, ""))
			do(t, s, of("DELETE", id, ""))
			equal(t, "left", len(s.Truth().Contacts), want.left)
			for _, r := range s.Truth().OfPhone(alice) {
				if r.Attempt != 1 {
					t.Errorf("%s: attempt %d of its operation", r.Operation, r.Attempt)
				}
			}
		})
	}
	if got := (Fault{Kind: Internal, On: OnUpdate}).String(); !strings.HasSuffix(got, "@update") {
		t.Errorf("got %s", got)
	}
}
