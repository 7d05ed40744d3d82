package simulator

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// hits is a plan that strikes the first request only.
func hits(f Fault) FaultPlan { return Script(map[uint64]Fault{1: f}, nil, nil) }

func TestFaultAnswers(t *testing.T) {
	for _, c := range []struct {
		fault  Fault
		status int
		code   string // of the envelope
		body   string // something in the body
	}{
		{Fault{Kind: Internal}, 500, "INTERNAL_001", "envelope"},
		{Fault{Kind: BadGateway}, 502, "", "<html>"},
		{Fault{Kind: Unavailable}, 503, "", "<html>"},
		{Fault{Kind: Timeout504}, 504, "", "<html>"},
		{Fault{Kind: Empty}, 200, "", ""},
		{Fault{Kind: Foreign}, 200, "", `"status":"ok"`},
		{Fault{Kind: Page}, 200, "", "<html>"},
		{Fault{Kind: Failure}, 500, "INTERNAL_099", ""},
		{Fault{Kind: Failure, Status: 400, Code: "VALIDATION_099"}, 400, "VALIDATION_099", ""},
		{Fault{Kind: Failure, Status: 422, Code: "BUSINESS_099"}, 422, "BUSINESS_099", ""},
		{Fault{Kind: Failure, Status: 418, Code: "FOO_1"}, 418, "FOO_1", ""},
		{Fault{Kind: Redirect}, 307, "", ""},
	} {
		for _, after := range []bool{false, true} {
			c.fault.After = after
			t.Run(c.fault.String(), func(t *testing.T) {
				s := New(Options{Faults: hits(c.fault)})
				r := do(t, s, create(alice, "key"))
				want(t, "hit", r, c.status, c.code)
				if c.body != "envelope" && !strings.Contains(r.raw, c.body) {
					t.Errorf("body: got %q, want %q in it", r.raw, c.body)
				}
				equal(t, "empty", r.raw == "", c.fault.Kind == Empty || c.fault.Kind == Redirect)
				equal(t, "committed", s.Stats().Contacts == 1, after)
				again := do(t, s, create(alice, "key"))
				want(t, "same key again", again, http.StatusCreated, "")
				equal(t, "replayed", again.header.Get("Idempotent-Replayed") == "true", after)
				equal(t, "counted", s.Stats().Faults[c.fault.String()], 1)
			})
		}
	}
}

func TestFaultsThatExecuteNothing(t *testing.T) {
	for _, c := range []struct {
		fault  Fault
		status int
		code   string
	}{
		{Fault{Kind: TooMany, After: true}, 429, "BUSINESS_002"},
		{Fault{Kind: Service, After: true}, 503, "SERVICE_001"},
		{Fault{Kind: InFlight, After: true}, 409, "CONFLICT_001"},
	} {
		t.Run(c.fault.String(), func(t *testing.T) {
			s := New(Options{Faults: hits(c.fault)})
			want(t, "hit", do(t, s, create(alice, "key")), c.status, c.code)
			equal(t, "contacts", s.Stats().Contacts, 0)
			want(t, "again", do(t, s, create(alice, "key")), http.StatusCreated, "")
		})
	}
}

func TestFaultsOfTheIdempotencyCacheNeedAKey(t *testing.T) {
	for kind, status := range map[Kind]int{Service: http.StatusServiceUnavailable, InFlight: http.StatusConflict} {
		t.Run(string(kind), func(t *testing.T) {
			s := New(Options{Faults: func(Request) Fault { return Fault{Kind: kind} }})
			equal(t, "with a key", do(t, s, create(alice, "key")).status, status)
			want(t, "without a key", do(t, s, create(alice, "")), http.StatusCreated, "")
			want(t, "reading", do(t, s, lookup(alice)), http.StatusOK, "")
			equal(t, "counted", s.Stats().Faults[string(kind)], 1)
		})
	}
}

func TestRetryAfterTexts(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for text, sent := range map[string]string{
		"": "1", "30": "30", "-1": "-1", "soon": "soon", "86400": "86400", "none": "",
		"date+30s": "Sun, 01 Mar 2026 12:00:30 GMT", "date+-1h": "Sun, 01 Mar 2026 11:00:00 GMT", "date+x": "date+x",
	} {
		t.Run(text, func(t *testing.T) {
			s := New(Options{Now: func() time.Time { return now }, Faults: hits(Fault{Kind: TooMany, RetryAfter: text})})
			equal(t, "Retry-After", do(t, s, create(alice, "")).header.Get("Retry-After"), sent)
		})
	}
	s := New(Options{Faults: hits(Fault{Kind: Unavailable, RetryAfter: "7"})})
	equal(t, "Retry-After of 503", do(t, s, create(alice, "")).header.Get("Retry-After"), "7")
}

func TestRedirectPointsElsewhere(t *testing.T) {
	s := New(Options{Faults: hits(Fault{Kind: Redirect})})
	equal(t, "default", do(t, s, create(alice, "")).header.Get("Location"), "https://elsewhere.invalid/v3/contacts")
	s = New(Options{Faults: hits(Fault{Kind: Redirect, Location: "http://x.invalid/"})})
	equal(t, "given", do(t, s, create(alice, "")).header.Get("Location"), "http://x.invalid/")
}

func TestSpoiledContacts(t *testing.T) {
	for _, c := range []struct {
		kind  Kind
		check func(t *testing.T, status int, got fields, truth Contact)
	}{
		{Status200, func(t *testing.T, status int, got fields, truth Contact) {
			equal(t, "status", status, 200)
			equal(t, "id", got.ID, truth.ID)
		}},
		{WrongNumber, func(t *testing.T, _ int, got fields, _ Contact) {
			equal(t, "number", got.Phone, "+14155552672")
			equal(t, "format_e164", got.E164, "+14155552672")
		}},
		{NoID, func(t *testing.T, _ int, got fields, _ Contact) {
			equal(t, "id", got.ID, "")
			equal(t, "number", got.Phone, alice)
		}},
		{ReusedID, func(t *testing.T, _ int, got fields, truth Contact) {
			equal(t, "number", got.Phone, alice)
			equal(t, "another's id", got.ID != truth.ID && uuidFormat.MatchString(got.ID), true)
		}},
		{BadDate, func(t *testing.T, _ int, got fields, _ Contact) { equal(t, "created_at", got.CreatedAt, "yesterday") }},
	} {
		t.Run(string(c.kind), func(t *testing.T) {
			s := New(Options{Existing: []string{bob}, Faults: hits(Fault{Kind: c.kind})})
			r := do(t, s, create(alice, "key"))
			truth := s.Truth().ByPhone("acct", "")
			c.check(t, r.status, r.contact, truth[alice])
			if c.kind == ReusedID {
				equal(t, "id", r.contact.ID, truth[bob].ID)
			}
			replay := do(t, s, create(alice, "key"))
			equal(t, "the cache keeps the truth", replay.contact.ID, truth[alice].ID)
			equal(t, "its number too", replay.contact.Phone, alice)
		})
		t.Run(string(c.kind)+" in a look-up", func(t *testing.T) {
			s := New(Options{Existing: []string{alice, bob}, Faults: hits(Fault{Kind: c.kind})})
			r := do(t, s, lookup(alice))
			c.check(t, r.status, r.list.Contacts[0], s.Truth().ByPhone("acct", "")[alice])
			equal(t, "spoiled once only", do(t, s, lookup(alice)).list.Contacts[0].Phone, alice)
		})
	}
}

func TestSpoilingLeavesOtherAnswersAlone(t *testing.T) {
	for _, kind := range []Kind{Status200, WrongNumber, NoID, ReusedID, BadDate, Slow, Late} {
		s := New(Options{Existing: []string{alice}, Faults: hits(Fault{Kind: kind, Delay: 1})})
		want(t, string(kind), do(t, s, create(alice, "")), http.StatusConflict, "RESOURCE_007")
	}
}

// connections runs a test over the in-memory pipe and over real TCP.
func connections(t *testing.T, name string, run func(t *testing.T, s *Server, rt http.RoundTripper), o Options) {
	t.Helper()
	t.Run(name+" over a pipe", func(t *testing.T) {
		s := New(o)
		rt, closePipe := Pipe(s)
		defer closePipe()
		run(t, s, rt)
	})
	t.Run(name+" over TCP", func(t *testing.T) {
		s := New(o)
		server := httptest.NewServer(s)
		defer server.Close()
		run(t, s, toServer{server})
	})
}

// toServer sends every request to a test server.
type toServer struct{ *httptest.Server }

func (s toServer) RoundTrip(r *http.Request) (*http.Response, error) {
	r.URL.Host = strings.TrimPrefix(s.URL, "http://")
	return s.Client().Transport.RoundTrip(r)
}

func TestReset(t *testing.T) {
	for _, after := range []bool{false, true} {
		f := Fault{Kind: Reset, After: after}
		connections(t, f.String(), func(t *testing.T, s *Server, rt http.RoundTripper) {
			_, err := over(t, rt, create(alice, "key"))
			if err == nil {
				t.Fatal("got an answer, want an error")
			}
			if _, tcp := rt.(toServer); tcp && !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("error: got %v, want a reset", err)
			}
			equal(t, "committed", s.Stats().Contacts == 1, after)
			r, err := over(t, rt, create(alice, "key"))
			if err != nil || r.status != http.StatusCreated {
				t.Errorf("again: got %d, %v, want 201", r.status, err)
			}
			equal(t, "status in the truth", s.Truth().Requests[0].Status, 0)
		}, Options{Faults: hits(f)})
	}
}

func TestResetUnderTLS(t *testing.T) {
	server := httptest.NewTLSServer(New(Options{Faults: hits(Fault{Kind: Reset})}))
	defer server.Close()
	_, err := server.Client().Do(create(alice, "").request(t, server.URL))
	if !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("error: got %v, want a reset", err)
	}
}

func TestAfterAResetTheTruthIsBooked(t *testing.T) {
	s := New(Options{Unlimited: true, Faults: func(Request) Fault { return Fault{Kind: Reset, After: true} }})
	rt, closePipe := Pipe(s)
	defer closePipe()
	for i := range 50 {
		if _, err := over(t, rt, create(alice, "")); err == nil {
			t.Fatal("got an answer, want an error")
		}
		if got := len(s.Truth().Requests); got < i+1 {
			t.Fatalf("requests: got %d, want at least %d", got, i+1)
		}
	}
}

func TestCutBody(t *testing.T) {
	for _, after := range []bool{false, true} {
		f := Fault{Kind: Cut, After: after}
		connections(t, f.String(), func(t *testing.T, s *Server, rt http.RoundTripper) {
			r, err := over(t, rt, create(alice, "key"))
			if err == nil || len(r.raw) == 0 {
				t.Errorf("got %q, %v, want a part of the body and an error", r.raw, err)
			}
			equal(t, "status", r.status, map[bool]int{false: 500, true: 201}[after])
			equal(t, "committed", s.Stats().Contacts == 1, after)
		}, Options{Faults: hits(f)})
	}
}

func TestResetAndCutWithoutAConnection(t *testing.T) {
	for _, kind := range []Kind{Reset, Cut} {
		t.Run(string(kind), func(t *testing.T) {
			defer func() {
				if got := recover(); got != http.ErrAbortHandler {
					t.Errorf("panic: got %v, want http.ErrAbortHandler", got)
				}
			}()
			do(t, New(Options{Faults: hits(Fault{Kind: kind})}), create(alice, ""))
		})
	}
}

func TestHugeBody(t *testing.T) {
	const size = 1 << 20
	connections(t, "huge", func(t *testing.T, s *Server, rt http.RoundTripper) {
		r, err := over(t, rt, create(alice, ""))
		if err != nil || len(r.raw) != size || r.status != http.StatusCreated {
			t.Errorf("got %d, %d bytes, %v, want 201 and %d bytes", r.status, len(r.raw), err, size)
		}
		equal(t, "committed", s.Stats().Contacts, 1)
	}, Options{Faults: hits(Fault{Kind: Huge, Bytes: size})})
}

func TestHugeBodyEndsWhenTheClientGoes(t *testing.T) {
	connections(t, "10 GB", func(t *testing.T, s *Server, rt http.RoundTripper) {
		resp, err := rt.RoundTrip(create(alice, "").request(t, "http://sent.invalid"))
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "length", resp.ContentLength, 10<<30)
		if _, err := io.CopyN(io.Discard, resp.Body, 1<<16); err != nil {
			t.Error(err)
		}
		resp.Body.Close() // closing the pipe or the server waits for the handler
	}, Options{Faults: hits(Fault{Kind: Huge})})
}

func TestHangUntilTheClientGoes(t *testing.T) {
	for _, after := range []bool{false, true} {
		t.Run(Fault{Kind: Hang, After: after}.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := New(Options{Faults: hits(Fault{Kind: Hang, After: after})})
				rt, closePipe := Pipe(s)
				defer closePipe()
				start := time.Now()
				client := &http.Client{Transport: rt, Timeout: time.Minute}
				_, err := client.Do(create(alice, "key").request(t, "http://sent.invalid"))
				if err == nil {
					t.Fatal("got an answer, want a timeout")
				}
				equal(t, "time", time.Since(start), time.Minute)
				synctest.Wait()
				equal(t, "booked", len(s.Truth().Requests), 1)
				equal(t, "committed", s.Stats().Contacts == 1, after)
			})
		})
	}
}

func TestHangForATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Faults: hits(Fault{Kind: Hang, Delay: 90 * time.Second})})
		rt, closePipe := Pipe(s)
		defer closePipe()
		start := time.Now()
		if _, err := over(t, rt, create(alice, "")); err == nil {
			t.Error("got an answer, want the connection cut")
		}
		equal(t, "time", time.Since(start), 90*time.Second)
	})
}

// A slow creation is committed after its client has given up and has looked the
// contact up in vain.
func TestSlowCommitsAfterTheClientHasGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Faults: hits(Fault{Kind: Slow, Delay: 90 * time.Second})})
		rt, closePipe := Pipe(s)
		defer closePipe()
		client := &http.Client{Transport: rt, Timeout: time.Minute}
		if _, err := client.Do(create(alice, "key").request(t, "http://sent.invalid")); err == nil {
			t.Fatal("got an answer, want a timeout")
		}
		want(t, "look-up", do(t, s, lookup(alice)), http.StatusNotFound, "RESOURCE_001")
		want(t, "same key", do(t, s, create(alice, "key")), http.StatusConflict, "CONFLICT_001")
		pass(30 * time.Second)
		want(t, "look-up later", do(t, s, lookup(alice)), http.StatusOK, "")
		want(t, "same key later", do(t, s, create(alice, "key")), http.StatusCreated, "")
	})
}

func TestLateAnswersAfterTheCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Faults: hits(Fault{Kind: Late})})
		done := make(chan result) // closed by nobody: one answer
		go func() { done <- do(t, s, create(alice, "key")) }()
		synctest.Wait()
		equal(t, "replayed at once", do(t, s, create(alice, "key")).header.Get("Idempotent-Replayed"), "true")
		start := time.Now()
		want(t, "late", <-done, http.StatusCreated, "")
		equal(t, "time", time.Since(start), time.Second)
	})
}

func TestCloseEndsTheWaits(t *testing.T) {
	for _, kind := range []Kind{Slow, Late, Hang} {
		t.Run(string(kind), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := New(Options{Faults: hits(Fault{Kind: kind, Delay: time.Hour})})
				rt, closePipe := Pipe(s)
				defer closePipe()
				start := time.Now()
				failed := make(chan error) // closed by nobody: one error
				go func() {
					_, err := over(t, rt, create(alice, ""))
					failed <- err
				}()
				synctest.Wait()
				s.Close()
				s.Close()
				if err := <-failed; err == nil {
					t.Error("got an answer, want the connection cut")
				}
				equal(t, "time", time.Since(start), 0)
				equal(t, "committed", s.Stats().Contacts == 1, kind == Late)
			})
		})
	}
}

func TestOutageStandsInFrontOfEverything(t *testing.T) {
	s := New(Options{Keys: map[string]Account{"k": {}}, BucketSize: 1})
	s.BeginOutage()
	for _, c := range []call{create(alice, ""), lookup(alice), {path: "/v3/me"}, create(alice, "").by("bad"), {path: "/"}} {
		want(t, c.path, do(t, s, c), http.StatusServiceUnavailable, "")
	}
	s.EndOutage()
	want(t, "after it", do(t, s, create(alice, "")), http.StatusCreated, "")
}

func TestOutageOfAnotherKind(t *testing.T) {
	s := New(Options{Outage: Fault{Kind: BadGateway}})
	s.BeginOutage()
	want(t, "create", do(t, s, create(alice, "")), http.StatusBadGateway, "")
}

func TestWhichKindsExecute(t *testing.T) {
	never := []Kind{TooMany, Service, InFlight}
	always := []Kind{Status200, WrongNumber, NoID, ReusedID, BadDate, Huge, Slow, Late}
	kinds := Kinds()
	for _, kind := range kinds {
		f := Fault{Kind: kind}
		equal(t, string(kind)+" executes", f.Executes(), slices.Contains(always, kind))
		f.After = true
		equal(t, string(kind)+" after executes", f.Executes(), !slices.Contains(never, kind))
	}
	equal(t, "kinds", len(slices.Compact(slices.Sorted(slices.Values(kinds)))), 24)
}
