package simulator

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

func TestBadKeysAreRefusedWithAnEmptyBody(t *testing.T) {
	keys := map[string]Account{"good": {}}
	for _, c := range []struct {
		name, apiKey string
		bodies       bool
		code         string
	}{
		{"missing", "none", false, ""},
		{"unknown", "bad", false, ""},
		{"missing, with body", "none", true, "AUTH_001"},
		{"unknown, with body", "bad", true, "AUTH_002"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := New(Options{Keys: keys, AuthBodies: c.bodies})
			for _, request := range []call{create(alice, "key"), list("page=1&page_size=1"), lookup(alice), {path: "/v3/me"}} {
				r := do(t, s, request.by(c.apiKey))
				want(t, request.path, r, http.StatusUnauthorized, c.code)
				equal(t, "empty", r.raw == "", !c.bodies)
				if r.header.Get("X-Request-Id") == "" || r.header.Get("Date") == "" {
					t.Error("headers: got no X-Request-Id or no Date")
				}
			}
			equal(t, "good key", do(t, s, create(alice, "key").by("good")).status, 201)
		})
	}
}

func TestRefusalsDoNotCountForThePool(t *testing.T) {
	s := New(Options{Keys: map[string]Account{"good": {}}, BucketSize: 1})
	for range 5 {
		do(t, s, create(alice, "").by("bad"))
	}
	equal(t, "good key", do(t, s, create(alice, "").by("good")).status, 201)
}

func TestTenFailuresLockTheKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Keys: map[string]Account{"good": {}}})
		fail := func(times int) {
			t.Helper()
			for range times {
				want(t, "bad key", do(t, s, create(alice, "").by("bad")), http.StatusUnauthorized, "")
			}
		}
		fail(10)
		for _, retryAfter := range []string{"60", "120", "240", "480", "960", "1920", "3600", "3600"} {
			r := do(t, s, create(alice, "").by("bad"))
			want(t, "locked", r, http.StatusTooManyRequests, "BUSINESS_002")
			equal(t, "Retry-After", r.header.Get("Retry-After"), retryAfter)
			wait, _ := time.ParseDuration(retryAfter + "s")
			pass(wait)
			fail(1)
		}
		equal(t, "another key", do(t, s, create(alice, "").by("good")).status, 201)
		equal(t, "locked", s.Stats().Locked, 8)
	})
}

func TestSuccessEndsTheFailuresInARow(t *testing.T) {
	s := New(Options{Stops: []Stop{{From: 1, Until: 10, Status: 401}, {From: 11, Until: 20, Status: 401}}})
	for i := 1; i <= 21; i++ {
		wantStatus := http.StatusUnauthorized
		if i == 10 || i >= 20 {
			wantStatus = http.StatusOK
		}
		equal(t, "status", do(t, s, call{path: "/v3/me"}).status, wantStatus)
	}
}

func TestKeyRevokedInTheMiddle(t *testing.T) {
	s := New(Options{Stops: []Stop{Revoked(3)}})
	equal(t, "first", do(t, s, create(alice, "")).status, 201)
	equal(t, "second", do(t, s, create(bob, "")).status, 201)
	for range 10 {
		equal(t, "revoked", do(t, s, create(carol, "")).status, 401)
	}
	equal(t, "revoked once too often", do(t, s, create(carol, "")).status, 429)
	equal(t, "contacts", s.Stats().Contacts, 2)
}

func TestStops(t *testing.T) {
	for _, c := range []struct {
		name   string
		stop   Stop
		status int
		code   string
		empty  bool
		reads  bool // reads are refused too
	}{
		{"verification", KYCOpen(2), 403, "AUTH_006", true, true},
		{"suspended", Suspended(2), 403, "BUSINESS_014", true, true},
		{"balance", Broke(2), 422, "BUSINESS_003", false, false},
		{"quota", OverQuota(2), 422, "BUSINESS_008", false, false},
		{"role", Stop{From: 2, Status: 403, Code: "AUTH_004"}, 403, "AUTH_004", true, true},
		{"profile gone", Stop{From: 2, Status: 404, Code: "RESOURCE_014"}, 404, "RESOURCE_014", false, true},
		{"unknown", Stop{From: 2, Status: 422, Code: "BUSINESS_099"}, 422, "BUSINESS_099", false, false},
	} {
		for _, bodies := range []bool{false, true} {
			name := c.name
			if bodies {
				name += " with bodies"
			}
			t.Run(name, func(t *testing.T) {
				s := New(Options{Stops: []Stop{c.stop}, AuthBodies: bodies, Existing: []string{bob}})
				equal(t, "first", do(t, s, create(alice, "")).status, 201)
				code := c.code
				if c.empty && !bodies {
					code = ""
				}
				want(t, "creation", do(t, s, create(carol, "")), c.status, code)
				equal(t, "look-up refused", do(t, s, lookup(bob)).status != 200, c.reads)
				s.SetStops()
				equal(t, "when it is over", do(t, s, create(carol, "")).status, 201)
			})
		}
	}
}

func TestProfiles(t *testing.T) {
	s := New(Options{
		Keys: map[string]Account{
			"org": {ID: "A"}, "own": {ID: "A", Profile: profileA}, "other": {ID: "B", Profiles: []string{profileB}},
		},
		Profiles: []string{profileA}, AuthBodies: true,
	})
	for _, c := range []struct {
		name, apiKey, profile string
		status                int
		code, echo            string
	}{
		{"own profile", "org", profileA, 201, "", profileA},
		{"foreign profile", "org", profileB, 404, "RESOURCE_014", ""},
		{"malformed", "org", "profile-1", 400, "VALIDATION_003", ""},
		{"no hex", "org", "zb9d6c0e-7c3f-4e58-9a55-6f1f5a1f0a01", 400, "VALIDATION_003", ""},
		{"a profile's key", "own", profileA, 403, "AUTH_004", ""},
		{"an account's own list", "other", profileB, 201, "", profileB},
		{"not in the account's own list", "other", profileA, 404, "RESOURCE_014", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := do(t, s, create(alice, "").by(c.apiKey).in(c.profile))
			want(t, "create", r, c.status, c.code)
			equal(t, "X-Profile-Id", r.header.Get("X-Profile-Id"), c.echo)
		})
	}
	want(t, "the same scope by the profile's key", do(t, s, create(alice, "").by("own")), 409, "RESOURCE_007")
}

func TestMe(t *testing.T) {
	keys := map[string]Account{"org": {ID: "A"}, "own": {ID: "A", Profile: profileA}}
	me := call{path: "/v3/me"}
	r := do(t, New(Options{Keys: keys}), me.by("org"))
	want(t, "organization", r, 200, "")
	equal(t, "id", r.contact.ID, "A")
	equal(t, "id of a profile's key", do(t, New(Options{Keys: keys}), me.by("own")).contact.ID, profileA)
	equal(t, "id by default", do(t, New(Options{}), me).contact.ID, "acct")
	want(t, "no such route", do(t, New(Options{MeStatus: 404}), me), 404, "RESOURCE_001")
	want(t, "broken", do(t, New(Options{MeStatus: 500}), me), 500, "INTERNAL_001")
	equal(t, "another shape", string(do(t, New(Options{MeData: `{"account":1}`}), me).envelope.Data), `{"account":1}`)
}

func TestMeTellsProfiles(t *testing.T) {
	o := Options{
		Keys: map[string]Account{"org": {ID: "A"}, "own": {ID: "A", Profile: profileA}}, AccountName: "Acme",
		Profiles: []string{profileA, profileB}, ProfileNames: map[string]ProfileName{profileA: {"Berlin", "BER"}},
	}
	me := call{path: "/v3/me"}
	const channels = `,"channels":{"sms":{},"whatsapp":{}}}`
	equal(t, "organization", string(do(t, New(o), me.by("org")).envelope.Data), `{"id":"A","name":"Acme","type":"organization","profiles":[`+
		`{"id":"`+profileA+`","name":"Berlin","short_name":"BER","status":"active","role":"admin"},`+
		`{"id":"`+profileB+`","name":"Simulated profile","status":"active","role":"admin"}]`+channels)
	within := `{"id":"` + profileA + `","name":"Berlin","type":"profile","organization_id":"A"` + channels
	equal(t, "within a profile", string(do(t, New(o), me.by("org").in(profileA)).envelope.Data), within)
	equal(t, "a profile's key", string(do(t, New(o), me.by("own")).envelope.Data), within)
	o.MeWithoutProfiles = true
	equal(t, "without profiles", string(do(t, New(o), me.by("org")).envelope.Data), `{"id":"A","name":"Acme","type":"organization"`+channels)
	equal(t, "their list", string(do(t, New(o), call{path: "/v3/sender-profiles?page=2&page_size=1"}.by("org")).envelope.Data),
		`{"pagination":{"has_more":false,"page":2,"page_size":1,"total_count":2},"sender_profiles":[{"id":"`+profileB+`","name":"Simulated profile"}]}`)
	want(t, "no page", do(t, New(o), call{path: "/v3/sender-profiles"}.by("org")), 400, "VALIDATION_004")
	o.MeStatus = 404
	want(t, "no such route", do(t, New(o), call{path: "/v3/sender-profiles?page=1&page_size=1"}.by("org")), 404, "RESOURCE_001")
}
