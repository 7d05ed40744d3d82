package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestTruthTellsWhatHappened(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		s := New(Options{Existing: []string{bob}, Faults: hits(Fault{Kind: Internal, After: true})})
		do(t, s, create(alice, "a"))
		pass(time.Second)
		replay := do(t, s, create(alice, "a"))
		do(t, s, create(bob, "b"))
		do(t, s, lookup(bob))

		truth := s.Truth()
		ours := truth.ByPhone("acct", "")[alice]
		equal(t, "created at", ours.CreatedAt, start)
		equal(t, "key", ours.Key, "a")
		equal(t, "ordinal", ours.Ordinal, 1)
		equal(t, "commits", ours.Commits, 1)
		theirs := truth.ByPhone("acct", "")[bob]
		equal(t, "existing contact", theirs.CreatedAt, start.Add(-age))
		equal(t, "its commits", theirs.Commits, 0)

		want := []Record{
			{Ordinal: 1, At: start, Operation: Create, Account: "acct", Phone: alice, Key: "a", Attempt: 1,
				Fault: "500-after", Status: 500, Code: "INTERNAL_001", Committed: true, ContactID: ours.ID, RequestID: ours.RequestID},
			{Ordinal: 2, At: start.Add(time.Second), Operation: Create, Account: "acct", Phone: alice, Key: "a", Attempt: 2,
				Status: 201, Replayed: true, RequestID: replay.header.Get("X-Request-Id")},
		}
		if got := truth.OfKey("a"); !reflect.DeepEqual(got, want) {
			t.Errorf("requests: got %+v, want %+v", got, want)
		}
		if got := truth.OfPhone(bob); len(got) != 2 || got[0].Code != "RESOURCE_007" || got[1].ContactID != theirs.ID {
			t.Errorf("requests for the existing number: got %+v", got)
		}
	})
}

func TestTruthIsACopy(t *testing.T) {
	s := New(Options{Deleted: []string{alice}})
	do(t, s, create(alice, ""))
	first := s.Truth()
	first.Contacts[0].Phone = "changed"
	*first.Contacts[0].UpdatedAt = time.Time{}
	first.Requests[0].Phone = "changed"
	first.Stats.Statuses[201] = 99
	second := s.Truth()
	equal(t, "contact", second.Contacts[0].Phone, alice)
	equal(t, "updated at", second.Contacts[0].UpdatedAt.IsZero(), false)
	equal(t, "request", second.Requests[0].Phone, alice)
	equal(t, "statuses", second.Stats.Statuses[201], 1)
}

func TestHistoryIsBounded(t *testing.T) {
	for _, c := range []struct {
		o       Options
		kept    int
		dropped int64
	}{{Options{}, 5, 0}, {Options{History: 3}, 3, 2}, {Options{NoHistory: true}, 0, 0}} {
		t.Run(fmt.Sprint(c.kept), func(t *testing.T) {
			s := New(c.o)
			for range 5 {
				do(t, s, call{path: "/v3/me"})
			}
			truth := s.Truth()
			equal(t, "kept", len(truth.Requests), c.kept)
			equal(t, "dropped", truth.Dropped, c.dropped)
			equal(t, "counted", truth.Stats.Mes, 5)
		})
	}
}

func TestStatsCount(t *testing.T) {
	s := New(Options{Keys: map[string]Account{"k": {}}, Existing: []string{bob}, BucketSize: 6, Faults: hits(Fault{Kind: BadGateway})})
	for _, c := range []call{
		create(alice, "a"), create(alice, "a"), create(alice, "a"), create(bob, "b"), lookup(alice), list("page=1&page_size=1"),
		{path: "/v3/me"}, {path: "/x"}, create(carol, "").by("bad"),
	} {
		do(t, s, c)
	}
	got := s.Stats()
	want := Stats{
		Requests: 9, Creates: 5, Lookups: 1, Lists: 1, Mes: 1, Others: 1,
		Created: 1, Duplicates: 1, Replays: 1, RateLimited: 1, Refused: 1,
		Statuses: map[int]int64{200: 2, 201: 2, 401: 1, 404: 1, 409: 1, 429: 1, 502: 1},
		Faults:   map[string]int64{"502-before": 1}, MaxPerMinute: 9, MaxPerSecond: 9, MaxInFlight: 1, Contacts: 2,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("stats: got %+v, want %+v", got, want)
	}
}

func TestMaxPerMinuteRolls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{})
		for range 6 { // ten at 30 s, 60 s, and so on
			pass(30 * time.Second)
			for range 10 {
				do(t, s, call{path: "/v3/me"})
			}
		}
		equal(t, "most in 60 s", s.Stats().MaxPerMinute, 20)
		equal(t, "most in 1 s", s.Stats().MaxPerSecond, 10)
	})
}

func TestControlRoutes(t *testing.T) {
	s := New(Options{Keys: map[string]Account{"k": {}}})
	server := httptest.NewServer(s)
	defer server.Close()
	get := func(route string, into any) int {
		t.Helper()
		resp, err := server.Client().Get(server.URL + "/_simulator/" + route)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if into != nil {
			if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
				t.Fatal(err)
			}
		}
		return resp.StatusCode
	}
	do(t, s, create(alice, "a"))
	var truth Truth
	get("truth", &truth)
	wantTruth, _ := json.Marshal(s.Truth())
	gotTruth, _ := json.Marshal(truth)
	equal(t, "truth", string(gotTruth), string(wantTruth))

	equal(t, "outage", get("outage?on=true", nil), 200)
	equal(t, "during it", do(t, s, create(bob, "b")).status, 503)
	equal(t, "end of the outage", get("outage?on=false", nil), 200)
	equal(t, "after it", do(t, s, create(bob, "b")).status, 201)
	equal(t, "outage without on", get("outage", nil), 400)
	equal(t, "no such route", get("nothing", nil), 404)

	var stats Stats
	get("stats", &stats)
	equal(t, "requests counted", stats.Requests, 3)
}

func TestTruthHasListsAndNoNulls(t *testing.T) {
	b, err := json.Marshal(New(Options{}).Truth())
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]json.RawMessage
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	equal(t, "contacts", string(got["contacts"]), "[]")
	equal(t, "requests", string(got["requests"]), "[]")
}

// Many clients of several profiles with faults everywhere: each number is there
// exactly once, and what the requests did adds up to what the accounts hold.
func TestTruthAddsUpUnderConcurrency(t *testing.T) {
	s := New(Options{
		Unlimited: true, Profiles: []string{profileA}, Existing: []string{"+14155550000", "+14155550001"},
		Faults: Random(9, map[Fault]float64{
			{Kind: Internal, After: true}: 0.1, {Kind: BadGateway}: 0.1, {Kind: WrongNumber}: 0.1, {Kind: Service}: 0.1, {Kind: InFlight}: 0.1,
		}),
	})
	var clients sync.WaitGroup
	for client := range 16 {
		clients.Go(func() {
			for i := range 200 {
				c := create(fmt.Sprintf("+1415555%04d", i), fmt.Sprintf("key_%d_%d", client%2, i))
				if client%4 >= 2 {
					c = c.in(profileA)
				}
				do(t, s, c)
				if i%50 == 0 {
					s.Truth()
				}
			}
		})
	}
	clients.Wait()
	truth := s.Truth()
	committed := map[string]int{}
	for _, r := range truth.Requests {
		if r.Committed {
			committed[r.Profile+r.Phone]++
		}
	}
	for _, c := range truth.Contacts {
		if c.Commits != committed[c.Profile+c.Phone] || c.Commits > 1 {
			t.Errorf("%s in %q: got %d commits, and %d requests that committed", c.Phone, c.Profile, c.Commits, committed[c.Profile+c.Phone])
		}
		delete(committed, c.Profile+c.Phone)
	}
	equal(t, "commits without a contact", len(committed), 0)
	equal(t, "contacts", truth.Stats.Contacts, int64(len(truth.Contacts)))
	equal(t, "created", truth.Stats.Created, int64(len(truth.Contacts)-4))
	equal(t, "requests", len(truth.Requests), 16*200)
}

func TestBodiesOfStrangersDoNoHarm(t *testing.T) {
	s := New(Options{})
	r := do(t, s, call{method: "POST", path: "/v3/contacts", body: "{\"phone_number\":\"+1\\u0000\\\"415\"}"})
	want(t, "control characters", r, http.StatusBadRequest, "VALIDATION_002")
}

func FuzzCreate(f *testing.F) {
	for _, body := range []string{`{"phone_number":"` + alice + `","sandbox":true}`, `{}`, `[]`, `{"phone_number":"+99999999999"}`, "\x00"} {
		f.Add(body, "key")
	}
	s := New(Options{Unlimited: true, NoHistory: true})
	f.Fuzz(func(t *testing.T, body, key string) {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, call{method: "POST", path: "/v3/contacts", body: body}.withRawKey(t, key))
		if w.Code >= 500 || !json.Valid(w.Body.Bytes()) {
			t.Errorf("%q: got %d %s, want JSON and no 5xx", body, w.Code, w.Body)
		}
	})
}

// withRawKey sets an Idempotency-Key that may hold any bytes.
func (c call) withRawKey(t *testing.T, key string) *http.Request {
	r := c.request(t, "http://sent.invalid")
	r.Header["Idempotency-Key"] = []string{key}
	return r
}
