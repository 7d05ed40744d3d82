package simulator

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestReplayIsMarkedAndKeepsTheOriginalsMeta(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{})
		first := do(t, s, create(alice, "key"))
		pass(time.Minute)
		again := do(t, s, create(alice, "key"))
		want(t, "replay", again, http.StatusCreated, "")
		equal(t, "body", again.raw, first.raw)
		equal(t, "Idempotent-Replayed", again.header.Get("Idempotent-Replayed"), "true")
		equal(t, "X-Original-Request-Id", again.header.Get("X-Original-Request-Id"), first.header.Get("X-Request-Id"))
		if again.header.Get("X-Request-Id") == first.header.Get("X-Request-Id") {
			t.Error("X-Request-Id: got the original's, want a new one")
		}
		equal(t, "Date", again.header.Get("Date"), time.Now().UTC().Format(http.TimeFormat))
		equal(t, "timestamp", again.envelope.Meta.Timestamp, time.Now().Add(-time.Minute).UTC())
		equal(t, "first answer's mark", first.header.Get("Idempotent-Replayed"), "")
		equal(t, "replays", s.Stats().Replays, 1)
		equal(t, "commits", s.Truth().Contacts[0].Commits, 1)
	})
}

func TestKeyExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{})
		do(t, s, create(alice, "key"))
		pass(24*time.Hour - time.Second)
		want(t, "within 24 h", do(t, s, create(alice, "key")), http.StatusCreated, "")
		pass(time.Second)
		want(t, "after 24 h", do(t, s, create(alice, "key")), http.StatusConflict, "RESOURCE_007")
	})
}

func TestNothingIsRememberedWithNegativeTTL(t *testing.T) {
	s := New(Options{NoReplays: true})
	do(t, s, create(alice, "key"))
	want(t, "again", do(t, s, create(alice, "key")), http.StatusConflict, "RESOURCE_007")
}

func TestFirstBodyWins(t *testing.T) {
	s := New(Options{})
	do(t, s, create(alice, "key"))
	r := do(t, s, create(bob, "key"))
	want(t, "another body", r, http.StatusCreated, "")
	equal(t, "number", r.contact.Phone, alice)
	want(t, "a bad body", do(t, s, create("+1", "key")), http.StatusCreated, "")
	equal(t, "contacts", s.Stats().Contacts, 1)
}

func TestConflict005(t *testing.T) {
	s := New(Options{Conflict005: true})
	do(t, s, create(alice, "key"))
	want(t, "another body", do(t, s, create(bob, "key")), http.StatusConflict, "CONFLICT_005")
	want(t, "the same body", do(t, s, create(alice, "key")), http.StatusCreated, "")
}

func TestSandboxAnswerPoisonsTheKey(t *testing.T) {
	s := New(Options{})
	fake := do(t, s, sandbox(alice, "key"))
	r := do(t, s, create(alice, "key"))
	want(t, "real request", r, http.StatusCreated, "")
	equal(t, "id", r.contact.ID, fake.contact.ID)
	equal(t, "replayed", r.header.Get("Idempotent-Replayed"), "true")
	equal(t, "X-Sandbox", r.header.Get("X-Sandbox"), "")
	equal(t, "contacts", s.Stats().Contacts, 0)
	equal(t, "committed", s.Truth().OfKey("key")[1].Committed, false)
}

func TestOnlySuccessesAreCachedByDefault(t *testing.T) {
	s := New(Options{
		Existing: []string{alice},
		Faults:   Script(map[uint64]Fault{1: {Kind: Internal}}, nil, nil),
	})
	want(t, "500", do(t, s, create(bob, "a")), http.StatusInternalServerError, "INTERNAL_001")
	want(t, "after a 500", do(t, s, create(bob, "a")), http.StatusCreated, "")
	want(t, "duplicate", do(t, s, create(alice, "b")), http.StatusConflict, "RESOURCE_007")
	s.Delete("acct", "", alice)
	want(t, "after a duplicate", do(t, s, create(alice, "b")), http.StatusCreated, "")
	want(t, "invalid", do(t, s, create("+1", "c")), http.StatusBadRequest, "VALIDATION_002")
	want(t, "after an invalid one", do(t, s, create(carol, "c")), http.StatusCreated, "")
}

func TestCachedErrorsAreReplayed(t *testing.T) {
	for _, after := range []bool{false, true} {
		t.Run(fmt.Sprint("after commit ", after), func(t *testing.T) {
			s := New(Options{CacheErrors: true, Faults: Script(map[uint64]Fault{1: {Kind: Internal, After: after}}, nil, nil)})
			want(t, "500", do(t, s, create(alice, "key")), http.StatusInternalServerError, "INTERNAL_001")
			r := do(t, s, create(alice, "key"))
			want(t, "again", r, http.StatusInternalServerError, "INTERNAL_001")
			equal(t, "replayed", r.header.Get("Idempotent-Replayed"), "true")
			equal(t, "contacts", s.Stats().Contacts, map[bool]int64{false: 0, true: 1}[after])
			next := map[bool]int{false: http.StatusCreated, true: http.StatusConflict}[after]
			equal(t, "the next key", do(t, s, create(alice, "key_2")).status, next)
		})
	}
}

func TestMalformedKey(t *testing.T) {
	s := New(Options{})
	for _, key := range []string{blank, "a b", "ä", "a.b", strings.Repeat("k", 256)} {
		want(t, key, do(t, s, create(alice, key)), http.StatusBadRequest, "VALIDATION_007")
	}
	want(t, "255 characters", do(t, s, create(alice, strings.Repeat("k", 255))), http.StatusCreated, "")
}

func TestCacheIsPerCustomer(t *testing.T) {
	keys := map[string]Account{"a": {ID: "A"}, "b": {ID: "B"}}
	s := New(Options{Keys: keys, Profiles: []string{profileA}})
	do(t, s, create(alice, "key").by("a"))
	equal(t, "another account's replay", do(t, s, create(alice, "key").by("b")).header.Get("Idempotent-Replayed"), "")
	equal(t, "own profile's replay", do(t, s, create(alice, "key").by("a").in(profileA)).header.Get("Idempotent-Replayed"), "true")

	s = New(Options{Keys: keys, Profiles: []string{profileA}, IdempotencyPerProfile: true})
	do(t, s, create(alice, "key").by("a"))
	equal(t, "replay per profile", do(t, s, create(alice, "key").by("a").in(profileA)).header.Get("Idempotent-Replayed"), "")
}

func TestKeyInFlight(t *testing.T) {
	for _, c := range []struct {
		name    string
		latency time.Duration
		o       Options
		status  int
		code    string
		after   time.Duration // how long the second request takes
	}{
		{"answered in time", 4 * time.Second, Options{}, http.StatusCreated, "", 4 * time.Second},
		{"too slow", 7 * time.Second, Options{}, http.StatusConflict, "CONFLICT_001", 5 * time.Second},
		{"another wait", 7 * time.Second, Options{InFlightWait: 10 * time.Second}, http.StatusCreated, "", 7 * time.Second},
		{"no wait", 4 * time.Second, Options{NoInFlightWait: true}, http.StatusConflict, "CONFLICT_001", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c.o.Latency = func(Request) time.Duration { return c.latency }
				s := New(c.o)
				var first sync.WaitGroup
				first.Go(func() { want(t, "first", do(t, s, create(alice, "key")), http.StatusCreated, "") })
				synctest.Wait()
				start := time.Now()
				want(t, "second", do(t, s, create(alice, "key")), c.status, c.code)
				equal(t, "time", time.Since(start), c.after)
				first.Wait()
				equal(t, "contacts", s.Stats().Contacts, 1)
			})
		})
	}
}

func TestWaiterExecutesWhenTheHolderFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Existing: []string{alice}, Latency: func(Request) time.Duration { return time.Second }})
		var first sync.WaitGroup
		first.Go(func() { want(t, "holder", do(t, s, create(alice, "key")), http.StatusConflict, "RESOURCE_007") })
		synctest.Wait()
		want(t, "waiter", do(t, s, create(bob, "key")), http.StatusCreated, "")
		first.Wait()
	})
}

func TestKeyInFlightWithAnotherBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Conflict005: true, Latency: func(Request) time.Duration { return time.Second }})
		var first sync.WaitGroup
		first.Go(func() { do(t, s, create(alice, "key")) })
		synctest.Wait()
		want(t, "second", do(t, s, create(bob, "key")), http.StatusConflict, "CONFLICT_005")
		first.Wait()
	})
}

func TestOneKeyFromManyClientsCommitsOnce(t *testing.T) {
	s := New(Options{Unlimited: true})
	var clients sync.WaitGroup
	for range 50 {
		clients.Go(func() { want(t, "create", do(t, s, create(alice, "key")), http.StatusCreated, "") })
	}
	clients.Wait()
	equal(t, "created", s.Stats().Created, 1)
	equal(t, "replays", s.Stats().Replays, 49)
}

func TestOneNumberWithManyKeysCommitsOnce(t *testing.T) {
	s := New(Options{Unlimited: true})
	var clients sync.WaitGroup
	for i := range 50 {
		clients.Go(func() { do(t, s, create(alice, fmt.Sprint("key_", i))) })
	}
	clients.Wait()
	equal(t, "created", s.Stats().Created, 1)
	equal(t, "duplicates", s.Stats().Duplicates, 49)
}
