package retry

import (
	"strings"
	"testing"
	"time"

	"sent-import/importer/outcome"
	"sent-import/importer/sent"
	"sent-import/importer/serverclock"
)

// newMarkRow is a row that wants its contact marked, and whose creation has gone out.
func newMarkRow() *Row {
	r := New(Options{Attempts: 3, Grace: time.Minute, Rand: func() float64 { return 0.5 }}, Start{Run: 1, KeyNumber: 1, Mark: true})
	r.Sending("key")
	return r
}

// aContact is a contact as the API shows it.
func aContact(change ...func(*sent.Contact)) *sent.Contact {
	c := &sent.Contact{ID: "c1", FormatE164: testPhone, UpdatedAtText: "then"}
	for _, f := range change {
		f(c)
	}
	return c
}

func optedOut(c *sent.Contact)  { c.OptOut = true }
func inherited(c *sent.Contact) { c.Inherited = true }

// created concludes the row with its creation.
func created(r *Row, c *sent.Contact) Step {
	return r.Conclude(r.AfterPost(sent.Verdict{Kind: sent.Created}, Reply{Answer: sent.Answer{Status: 201, RequestID: "r1", Contact: c}}))
}

// markable is a row whose contact is created and to be marked.
func markable(t *testing.T) *Row {
	t.Helper()
	r := newMarkRow()
	if s := created(r, aContact()); s.Do != Mark || s.Contact.UpdatedAtText != "then" {
		t.Fatalf("got action %d of %v, want the mark", s.Do, s.Contact)
	}
	if !r.OnlyMark() || r.Found().Reason != outcome.ReasonCreated || r.Found().ContactID != "c1" {
		t.Fatalf("the row has found %+v", r.Found())
	}
	return r
}

// TestConclude: what comes in the place of a row's outcome if its contact is to be marked.
func TestConclude(t *testing.T) {
	settle := func(reason outcome.Reason, c *sent.Contact) Step {
		s := Step{Do: Settle, Contact: c, Outcome: outcome.Outcome{Status: reason.Status(), Reason: reason, HTTPStatus: 409, RequestID: "r1", Attempts: 1}}
		if c != nil && !c.Inherited {
			s.Outcome.ContactID = c.ID
		}
		return s
	}
	for _, c := range []struct {
		name    string
		step    Step
		do      Action
		reason  outcome.Reason
		id      string
		message string // its beginning
	}{
		{"created", settle(outcome.ReasonCreated, aContact()), Mark, "", "", ""},
		{"recovered", settle(outcome.ReasonRecovered, aContact()), Mark, "", "", ""},
		{"exists, found", settle(outcome.AlreadyExists, aContact()), Mark, "", "", ""},
		{"exists, by the API's word", settle(outcome.AlreadyExists, nil), Lookup, "", "", ""},
		{"created, opted out before", settle(outcome.ReasonCreated, aContact(optedOut)), Settle, outcome.ReasonCreated, "c1", MarkedAlready},
		{"exists, opted out", settle(outcome.AlreadyExists, aContact(optedOut)), Settle, outcome.AlreadyExists, "c1", MarkedAlready},
		{"inherited", settle(outcome.AlreadyExists, aContact(inherited)), Settle, outcome.Rejected, "c1", "the contact exists, but could not be marked as opted out: "},
		{"inherited, opted out", settle(outcome.AlreadyExists, aContact(inherited, optedOut)), Settle, outcome.AlreadyExists, "c1", MarkedAlready},
		{"not valid", settle(outcome.RejectedByAPI, nil), Settle, outcome.RejectedByAPI, "", ""},
		{"in doubt", settle(outcome.OutcomeUnknown, aContact()), Settle, outcome.OutcomeUnknown, "c1", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newMarkRow()
			got := r.Conclude(c.step)
			if got.Do != c.do || got.Do == Lookup && got.Why != ForMark {
				t.Fatalf("got action %d for %d, want %d", got.Do, got.Why, c.do)
			}
			o := got.Outcome
			if c.do == Settle && (o.Reason != c.reason || o.Status != c.reason.Status() || o.ContactID != c.id || !strings.HasPrefix(o.Message, c.message)) {
				t.Errorf("got %+v, want %s of %q with %q", o, c.reason, c.id, c.message)
			}
			if r.OnlyMark() != (c.do == Mark) {
				t.Errorf("only the mark is left: %t", r.OnlyMark())
			}
			if again := r.Conclude(got); got.Do == Settle && again.Outcome != got.Outcome {
				t.Errorf("concluded again: %+v", again.Outcome)
			}
			if plain := newTestRow().Conclude(c.step); plain.Do != Settle || plain.Outcome != c.step.Outcome {
				t.Errorf("of a row that wants no mark: %+v", plain)
			}
		})
	}
}

// TestAfterTheFirstMark: what each answer to a mark leads to.
func TestAfterTheFirstMark(t *testing.T) {
	marked := sent.Verdict{Kind: sent.Marked, Contact: *aContact(optedOut)}
	for _, c := range []struct {
		verdict sent.Verdict
		answer  sent.Answer
		do      Action
		reason  outcome.Reason
		message string
	}{
		{marked, sent.Answer{Status: 200, RequestID: "r2"}, Settle, outcome.ReasonCreated, Marked},
		{sent.Verdict{Kind: sent.Rejected, Message: "the API refused it"}, sent.Answer{Status: 403, Code: "AUTH_004"}, Settle, outcome.Rejected,
			"created, but could not be marked as opted out: the API refused it"},
		{sent.Verdict{Kind: sent.Absent}, sent.Answer{Status: 404}, Post, "", ""},
		{sent.Verdict{Kind: sent.Stop}, sent.Answer{Status: 401}, Stop, "", ""},
		{sent.Verdict{Kind: sent.RateLimited}, sent.Answer{Status: 429}, Mark, "", ""},
		{sent.Verdict{Kind: sent.NotSent}, lostAt(t0), Mark, "", ""},
		{sent.Verdict{Kind: sent.Unknown}, lostAt(t0), Mark, "", ""},
	} {
		t.Run(string(c.verdict.Kind), func(t *testing.T) {
			r := markable(t)
			r.SendingMark()
			got := r.AfterMark(c.verdict, Reply{Answer: c.answer})
			o := got.Outcome
			if got.Do != c.do || o.Reason != c.reason || o.Message != c.message {
				t.Fatalf("got action %d, %+v; want %d, %s", got.Do, o, c.do, c.reason)
			}
			if got.Do == Settle && (o.ContactID != "c1" || o.HTTPStatus != c.answer.Status || o.ErrorCode != c.answer.Code || o.Attempts != 1) {
				t.Errorf("got %+v", o)
			}
			if r.Attempts() != 1 || r.InDoubt() {
				t.Errorf("%d creations, in doubt %t: a mark is none, and leaves no doubt", r.Attempts(), r.InDoubt())
			}
		})
	}
}

// TestLostMarks: a mark without an answer is sent again; then the contact itself tells.
func TestLostMarks(t *testing.T) {
	lost := sent.Verdict{Kind: sent.Unknown, FailReason: outcome.ServerError, Message: "500"}
	lose := func(t *testing.T, r *Row, o Outage) (s Step) {
		for i := range 3 {
			s = r.AfterMark(lost, Reply{Answer: lostAt(t0), Outage: o})
			if i < 2 && (s.Do != Mark || s.Wait <= 0) {
				t.Fatalf("mark %d: got action %d after %s, want it again after a while", i+1, s.Do, s.Wait)
			}
		}
		return s
	}
	for _, c := range []struct {
		name    string
		verdict sent.Verdict
		do      Action
		reason  outcome.Reason
		message string
	}{
		{"it was carried out", sent.Verdict{Kind: sent.Found, Contact: *aContact(optedOut)}, Settle, outcome.ReasonCreated, Marked},
		{"it was not", sent.Verdict{Kind: sent.Found, Contact: *aContact()}, Settle, outcome.ServerError, "created, but could not be marked as opted out: every attempt failed; last: 500"},
		{"the contact is gone", sent.Verdict{Kind: sent.Absent}, Post, "", ""},
		{"429", sent.Verdict{Kind: sent.RateLimited}, Check, "", ""},
		{"no answer", lost, Check, "", ""},
		{"no handle", sent.Verdict{Kind: sent.NotSent}, Check, "", ""},
		{"refused", sent.Verdict{Kind: sent.Stop}, Stop, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := markable(t)
			if s := lose(t, r, Outage{}); s.Do != Check {
				t.Fatalf("got action %d, want the check", s.Do)
			}
			got := r.AfterCheck(c.verdict, Reply{Answer: sent.Answer{Status: 200}})
			if got.Do != c.do || got.Outcome.Reason != c.reason || got.Outcome.Message != c.message {
				t.Errorf("got action %d, %+v; want %d, %s", got.Do, got.Outcome, c.do, c.reason)
			}
			if got.Do == Settle && got.Outcome.ContactID != "c1" {
				t.Errorf("without the contact's id: %+v", got.Outcome)
			}
		})
	}
	t.Run("checks without an answer", func(t *testing.T) {
		r := markable(t)
		s := lose(t, r, Outage{})
		for range MaxLookups {
			s = r.AfterCheck(lost, Reply{Answer: lostAt(t0)})
		}
		if s.Do != Settle || s.Outcome.Reason != outcome.ServerError || s.Outcome.ContactID != "c1" {
			t.Errorf("got %+v", s)
		}
	})
	t.Run("in an outage none counts", func(t *testing.T) {
		r := markable(t)
		r.Began(Outage{})
		for range 9 {
			if s := r.AfterMark(lost, Reply{Answer: lostAt(t0), Outage: Outage{Now: true, Count: 1}}); s.Do != Mark {
				t.Fatalf("got action %d", s.Do)
			}
			if s := r.AfterCheck(sent.Verdict{Kind: sent.Found, Contact: *aContact()}, Reply{Outage: Outage{Now: true, Count: 1}}); s.Do != Mark {
				t.Fatalf("a probe that finds it unmarked: got action %d", s.Do)
			}
		}
	})
	t.Run("a dead connection", func(t *testing.T) {
		r := markable(t)
		dead := lostAt(t0)
		dead.DeadConn = true
		if s := r.AfterMark(lost, Reply{Answer: dead}); s.Do != Mark || s.Wait != 0 || r.lost != 0 {
			t.Errorf("got %+v, %d lost", s, r.lost)
		}
	})
	t.Run("overload", func(t *testing.T) {
		r := markable(t)
		if s := r.AfterMark(lost, Reply{Answer: lostAt(t0), Blame: Blame{Load: true, Answers: 1}}); s.Do != Mark || s.Wait <= 0 || r.lost != 0 {
			t.Errorf("got %+v, %d lost", s, r.lost)
		}
	})
	t.Run("limited again and again", func(t *testing.T) {
		r := markable(t)
		s := Step{Do: Mark}
		for n := int64(1); s.Do == Mark; n++ {
			s = r.AfterMark(sent.Verdict{Kind: sent.RateLimited}, Reply{Blame: Blame{Answers: n}})
		}
		if s.Outcome.Reason != outcome.RateLimited || r.limits != maxLimited {
			t.Errorf("got %+v after %d", s.Outcome, r.limits)
		}
	})
}

// TestGoneBeforeTheMark: the contact is created again under another key, a few times.
func TestGoneBeforeTheMark(t *testing.T) {
	r := markable(t)
	for n := 2; n <= maxContradictions; n++ {
		s := r.AfterMark(sent.Verdict{Kind: sent.Absent}, Reply{Answer: sent.Answer{Status: 404}})
		if s.Do != Post || !s.Gone || r.KeyNumber() != n || r.OnlyMark() {
			t.Fatalf("got %+v with key %d", s, r.KeyNumber())
		}
		r.Sending("key")
		if s := created(r, aContact()); s.Do != Mark {
			t.Fatalf("got action %d, want the mark", s.Do)
		}
	}
	s := r.AfterMark(sent.Verdict{Kind: sent.Absent}, Reply{Answer: sent.Answer{Status: 404}})
	if s.Do != Settle || s.Outcome.Reason != outcome.OutcomeUnknown {
		t.Errorf("got %+v", s)
	}
}

// TestOnlyTheMarkIsLeft: a row of an earlier run, whose contact is there.
func TestOnlyTheMarkIsLeft(t *testing.T) {
	if s := newTestRow().First(); s.Do != Post {
		t.Errorf("a row begins with action %d", s.Do)
	}
	r := New(Options{Attempts: 3}, Start{Run: 2, KeyNumber: 1, Attempts: 4, Mark: true, Found: outcome.ReasonRecovered, ContactID: "c1"})
	if s := r.First(); s.Do != Mark || !r.OnlyMark() {
		t.Fatalf("got action %d", s.Do)
	}
	s := r.AfterMark(sent.Verdict{Kind: sent.Marked, Contact: *aContact(optedOut)}, Reply{Answer: sent.Answer{Status: 200}})
	want := outcome.Outcome{Status: outcome.Created, Reason: outcome.ReasonRecovered, ContactID: "c1", HTTPStatus: 200, Message: Marked, Attempts: 4}
	if s.Outcome != want || r.OnlyMark() {
		t.Errorf("got %+v, want %+v", s.Outcome, want)
	}
}

// TestLookupForTheMark: a contact that exists, by the API's word, is looked up for its id.
func TestLookupForTheMark(t *testing.T) {
	exists := func(t *testing.T) *Row {
		r := newMarkRow()
		s := r.Conclude(r.AfterPost(sent.Verdict{Kind: sent.Exists}, Reply{Answer: sent.Answer{Status: 409, Code: "RESOURCE_007"}}))
		if s.Do != Lookup || s.Why != ForMark {
			t.Fatalf("got action %d for %d", s.Do, s.Why)
		}
		return r
	}
	found := func(c *sent.Contact) sent.Verdict { return sent.Verdict{Kind: sent.Found, Contact: *c} }
	ok := Reply{Answer: sent.Answer{Status: 200}}
	r := exists(t)
	if s := r.Conclude(r.AfterLookup(ForMark, found(aContact()), ok, serverclock.Evidence{})); s.Do != Mark || r.Found().Reason != outcome.AlreadyExists {
		t.Errorf("found: got %+v", s)
	}
	r = exists(t)
	if s := r.Conclude(r.AfterLookup(ForMark, found(aContact(inherited)), ok, serverclock.Evidence{})); s.Outcome.Reason != outcome.Rejected || s.Outcome.ContactID != "c1" {
		t.Errorf("inherited: got %+v", s)
	}
	r = exists(t)
	if s := r.AfterLookup(ForMark, sent.Verdict{Kind: sent.Absent}, ok, serverclock.Evidence{}); s.Do != Post {
		t.Errorf("absent: got %+v", s)
	}
	r = exists(t)
	var s Step
	for range MaxLookups {
		s = r.AfterLookup(ForMark, sent.Verdict{Kind: sent.Unknown, FailReason: outcome.Network}, Reply{Answer: lostAt(t0)}, serverclock.Evidence{})
	}
	if o := s.Outcome; s.Do != Settle || o.Reason != outcome.Network || !strings.HasPrefix(o.Message, "the contact exists, but could not be marked as opted out: ") {
		t.Errorf("without an answer: got %+v", s)
	}
}
