package retry

import (
	"errors"
	"testing"
	"time"

	"sent-import/importer/outcome"
	"sent-import/importer/sent"
	"sent-import/importer/serverclock"
)

const testPhone = "+14155550100"

var t0 = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// exact is a server clock that agrees with ours.
var exact = serverclock.Evidence{Run: 1, Offsets: serverclock.Offsets{{}}}

func newTestRow() *Row {
	r := New(Options{Attempts: 3, Grace: time.Minute, Rand: func() float64 { return 0.5 }}, Start{Run: 1, KeyNumber: 1})
	r.Sending("key")
	return r
}

// lostAt is the answer to a request that was sent at a time and never answered.
func lostAt(at time.Time) sent.Answer {
	return sent.Answer{Err: errors.New("timeout"), SentAt: at, ReceivedAt: at.Add(time.Minute)}
}

func contactAt(created time.Time) sent.Verdict {
	return sent.Verdict{
		Kind:    sent.Found,
		Contact: sent.Contact{ID: "c1", FormatE164: testPhone, CreatedAt: created, CreatedAtText: created.Format("2006-01-02T15:04:05.000Z")},
	}
}

func lose(r *Row, n int) Step { return loseIn(r, n, Outage{}) }

// loseIn loses the answers to n creations in the given state of the server.
func loseIn(r *Row, n int, o Outage) (last Step) {
	for i := range n {
		last = r.AfterPost(sent.Verdict{Kind: sent.Unknown, FailReason: outcome.Network},
			Reply{Answer: lostAt(t0.Add(time.Duration(i) * 2 * time.Minute)), Outage: o})
	}
	return last
}

func TestRowAfterTheFirstAnswer(t *testing.T) {
	created := sent.Answer{Status: 201, Contact: &sent.Contact{ID: "c1"}}
	for _, test := range []struct {
		name    string
		verdict sent.Verdict
		answer  sent.Answer
		do      Action
		reason  outcome.Reason
	}{
		{"created", sent.Verdict{Kind: sent.Created}, created, Settle, outcome.ReasonCreated},
		{"replay of a creation", sent.Verdict{Kind: sent.Created, Recovered: true}, created, Settle, outcome.ReasonRecovered},
		{"exists, nothing was lost", sent.Verdict{Kind: sent.Exists}, sent.Answer{Status: 409}, Settle, outcome.AlreadyExists},
		{"refused number", sent.Verdict{Kind: sent.InvalidNumber}, sent.Answer{Status: 400}, Settle, outcome.RejectedByAPI},
		{"unknown refusal", sent.Verdict{Kind: sent.Rejected}, sent.Answer{Status: 418}, Settle, outcome.Rejected},
		{"lost", sent.Verdict{Kind: sent.Unknown}, lostAt(t0), Post, ""},
		{"in flight", sent.Verdict{Kind: sent.InFlight}, sent.Answer{Status: 409}, Post, ""},
		{"cache down", sent.Verdict{Kind: sent.NotExecuted}, sent.Answer{Status: 503}, Post, ""},
		{"rate limited", sent.Verdict{Kind: sent.RateLimited}, sent.Answer{Status: 429}, Post, ""},
		{"burnt key", sent.Verdict{Kind: sent.Burnt}, sent.Answer{Status: 500}, Post, ""},
		{"account refused", sent.Verdict{Kind: sent.Stop}, sent.Answer{Status: 401}, Stop, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := newTestRow().AfterPost(test.verdict, Reply{Answer: test.answer})
			if got.Do != test.do || got.Outcome.Reason != test.reason {
				t.Errorf("got action %d with reason %q, want %d with %q", got.Do, got.Outcome.Reason, test.do, test.reason)
			}
			if test.verdict.Kind == sent.Burnt != got.NewKey {
				t.Errorf("got burn %t", got.NewKey)
			}
		})
	}
}

// Whatever costs no attempt leaves the row's attempts as they were; what was never sent
// is no creation either.
func TestRowCountsAttempts(t *testing.T) {
	for _, test := range []struct {
		kind  sent.Kind
		want  int
		posts int
	}{
		{sent.RateLimited, 0, 1}, {sent.NotExecuted, 0, 1}, {sent.NotSent, 0, 0},
		{sent.Unknown, 1, 1}, {sent.InFlight, 1, 1}, {sent.Burnt, 1, 1},
	} {
		r := newTestRow()
		r.AfterPost(sent.Verdict{Kind: test.kind}, Reply{Answer: lostAt(t0)})
		if r.attempts != test.want || r.posts != test.posts {
			t.Errorf("after %s: got %d attempts and %d creations, want %d and %d", test.kind, r.attempts, r.posts, test.want, test.posts)
		}
	}
}

func TestRowConflictAfterALostAnswer(t *testing.T) {
	const edge = 2 * time.Millisecond // more than the unit of the times
	lookedUp := t0.Add(time.Hour)
	end := t0.Add(2 * time.Minute) // the answer was given up after a minute, and the server had another
	for _, test := range []struct {
		name    string
		verdict sent.Verdict
		want    outcome.Reason
	}{
		{"created in our second, as far as whole seconds tell", func() sent.Verdict {
			v := contactAt(t0.Truncate(time.Second).Add(-900 * time.Millisecond))
			v.Contact.CreatedAtText = "2026-03-01T11:59:59Z"
			v.Contact.CreatedAt = t0.Add(-900 * time.Millisecond)
			return v
		}(), outcome.ReasonRecovered},
		{"created while our request was under way", contactAt(t0.Add(time.Second)), outcome.ReasonRecovered},
		{"created at the very beginning", contactAt(t0.Add(-serverclock.Skew)), outcome.ReasonRecovered},
		{"created at the very end", contactAt(end.Add(serverclock.Skew)), outcome.ReasonRecovered},
		{"created before", contactAt(t0.Add(-serverclock.Skew - edge)), outcome.AlreadyExists},
		{"created after", contactAt(end.Add(serverclock.Skew + edge)), outcome.AlreadyExists},
		{"restored while our request was under way", func() sent.Verdict {
			v := contactAt(t0.AddDate(-1, 0, 0))
			v.Contact.UpdatedAt, v.Contact.UpdatedAtText = t0.Add(time.Second), "2026-03-01T12:00:01.000Z"
			return v
		}(), outcome.ReasonRecovered},
		{"creation time unreadable", contactAt(time.Time{}), outcome.OutcomeUnknown},
		{"only inherited", func() sent.Verdict {
			v := contactAt(t0.Add(time.Second))
			v.Contact.Inherited = true
			return v
		}(), outcome.AlreadyExists},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newTestRow()
			lose(r, 1)
			s := r.AfterPost(sent.Verdict{Kind: sent.Exists}, Reply{Answer: sent.Answer{Status: 409}})
			if s.Do != Lookup || s.Why != AfterConflict {
				t.Fatalf("got action %d, want a look-up", s.Do)
			}
			s = r.AfterLookup(s.Why, test.verdict, Reply{Answer: sent.Answer{Status: 200, SentAt: lookedUp}}, exact)
			if s.Do != Settle || s.Outcome.Reason != test.want {
				t.Errorf("got action %d with reason %q, want %q", s.Do, s.Outcome.Reason, test.want)
			}
		})
	}
}

// A request that never left can't have created anything.
func TestRowNeverSentLeavesNoDoubt(t *testing.T) {
	r := newTestRow()
	a := lostAt(t0)
	a.NeverSent = true
	r.AfterPost(sent.Verdict{Kind: sent.Unknown, FailReason: outcome.Network}, Reply{Answer: a})
	if r.InDoubt() {
		t.Fatal("the row is in doubt")
	}
	s := r.AfterPost(sent.Verdict{Kind: sent.Exists}, Reply{Answer: sent.Answer{Status: 409}})
	if s.Do != Settle || s.Outcome.Reason != outcome.AlreadyExists {
		t.Errorf("got action %d with reason %q", s.Do, s.Outcome.Reason)
	}
}

func TestRowAttemptsUsedUp(t *testing.T) {
	absent := sent.Verdict{Kind: sent.Absent}
	silent := sent.Verdict{Kind: sent.Unknown}
	for _, test := range []struct {
		name    string
		lookups []sent.Verdict
		want    outcome.Reason
	}{
		{"not there", []sent.Verdict{absent}, outcome.Network},
		{"there, of ours", []sent.Verdict{contactAt(t0.Add(time.Second))}, outcome.ReasonRecovered},
		{"there before", []sent.Verdict{contactAt(t0.AddDate(0, 0, -1))}, outcome.AlreadyExists},
		{"second look-up answers", []sent.Verdict{silent, absent}, outcome.Network},
		{"no look-up answers", []sent.Verdict{silent, silent, silent, silent, silent}, outcome.OutcomeUnknown},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newTestRow()
			s := lose(r, 3)
			for _, v := range test.lookups {
				if s.Do != Lookup {
					t.Fatalf("got action %d, want a look-up", s.Do)
				}
				s = r.AfterLookup(s.Why, v, Reply{Answer: sent.Answer{}}, exact)
			}
			if s.Do != Settle || s.Outcome.Reason != test.want {
				t.Errorf("got action %d with reason %q, want %q", s.Do, s.Outcome.Reason, test.want)
			}
		})
	}
}

// An outcome that an earlier run has left open is judged by the spans of its requests.
func TestKeepsSpans(t *testing.T) {
	for status, want := range map[outcome.Status]bool{
		outcome.Pending: true, outcome.Failed: true, outcome.Created: false, outcome.Duplicate: false,
	} {
		if got := KeepsSpans(status); got != want {
			t.Errorf("%s: got %t, want %t", status, got, want)
		}
	}
}

// Look-ups without an answer in an outage are not the row's: it asks again.
func TestRowLooksUpUntilTheOutageEnds(t *testing.T) {
	r := newTestRow()
	s := lose(r, 3)
	silent := func(o Outage) { s = r.AfterLookup(s.Why, sent.Verdict{Kind: sent.Unknown}, Reply{Outage: o}, exact) }
	for range 10 * MaxLookups {
		if silent(Outage{Now: true, Count: 1}); s.Do != Lookup {
			t.Fatalf("got action %d, want a look-up", s.Do)
		}
	}
	for range MaxLookups - 2 {
		silent(Outage{Count: 1})
	}
	if r.ForgetFailures(Outage{Count: 1}); s.Do != Lookup {
		t.Fatalf("got action %d, want a look-up", s.Do)
	}
	for range MaxLookups - 1 {
		if silent(Outage{Count: 1}); s.Do != Lookup {
			t.Fatalf("after failures were forgotten: got action %d, want a look-up", s.Do)
		}
	}
	if silent(Outage{Count: 1}); s.Do != Settle || s.Outcome.Reason != outcome.OutcomeUnknown {
		t.Errorf("got action %d with reason %q, want the outcome unknown", s.Do, s.Outcome.Reason)
	}
}

// Failures of an outage are not the row's: what was counted is forgotten.
func TestRowForgetsAnOutage(t *testing.T) {
	r := newTestRow()
	lose(r, 2)
	if s := loseIn(r, 10, Outage{Now: true, Count: 1}); s.Do != Post {
		t.Errorf("during the outage: got action %d, want another post", s.Do)
	}
	over := Outage{Count: 1}
	if s := loseIn(r, 1, over); s.Do != Post {
		t.Errorf("after the outage: got action %d, want another post", s.Do)
	}
	if s := loseIn(r, 1, over); s.Do != Lookup {
		t.Errorf("attempts used up after the outage: got action %d, want a look-up", s.Do)
	}
}

// While a request with the row's key is in flight at the server, the row waits, longer
// than any request of ours lives; then a look-up decides.
func TestRowWaitsForItsRequestInFlight(t *testing.T) {
	r := newTestRow()
	var waited time.Duration
	inFlight := func() Step {
		return r.AfterPost(sent.Verdict{Kind: sent.InFlight}, Reply{Answer: sent.Answer{Status: 409}})
	}
	for n := range maxConflicts {
		s := inFlight()
		if s.Do != Post {
			t.Fatalf("answer %d: got action %d, want another post", n+1, s.Do)
		}
		waited += s.Wait
	}
	if want := (2 + 4 + 8 + 17*10) * time.Second; waited != want {
		t.Errorf("waited %v, want %v", waited, want)
	}
	if s := inFlight(); s.Do != Lookup || s.Why != LastResort {
		t.Errorf("after that: got action %d, want a look-up as the last resort", s.Do)
	}
}

func TestRowEndsWhateverTheServerRepeats(t *testing.T) {
	absent := sent.Verdict{Kind: sent.Absent}
	for _, test := range []struct {
		name string
		kind sent.Kind
		want outcome.Reason
	}{
		{"always in flight", sent.InFlight, outcome.OutcomeUnknown},
		{"always burnt", sent.Burnt, outcome.ServerError},
		{"always rate limited", sent.RateLimited, outcome.RateLimited},
		{"always lost", sent.Unknown, outcome.ServerError},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newTestRow()
			s := Step{Do: Post}
			for n := 0; s.Do != Settle; n++ {
				if n > 100 {
					t.Fatal("the row goes on for ever")
				}
				if s.Do == Lookup {
					s = r.AfterLookup(s.Why, absent, Reply{Answer: sent.Answer{}}, exact)
					continue
				}
				s = r.AfterPost(sent.Verdict{Kind: test.kind, FailReason: outcome.ServerError}, Reply{Answer: lostAt(t0), Blame: Blame{Answers: int64(n)}})
			}
			if s.Outcome.Reason != test.want {
				t.Errorf("got reason %q, want %q", s.Outcome.Reason, test.want)
			}
		})
	}
}

// While nobody is answered, a 429 is no row's trouble, however often it comes.
func TestRowWaitsOutACommonLimit(t *testing.T) {
	r := newTestRow()
	for range 10 * maxLimited {
		if s := r.AfterPost(sent.Verdict{Kind: sent.RateLimited}, Reply{Answer: sent.Answer{Status: 429}, Blame: Blame{Answers: 3}}); s.Do != Post {
			t.Fatalf("got action %d, want another post", s.Do)
		}
	}
}

// A server that says that a contact exists, and then doesn't find it, does not
// hold the row for ever: the third time ends it.
func TestRowContradiction(t *testing.T) {
	r := newTestRow()
	s := lose(r, 1)
	conflicts := 0
	for range 100 {
		if s.Do == Settle {
			break
		}
		if s.Do == Post {
			conflicts++
			s = r.AfterPost(sent.Verdict{Kind: sent.Exists}, Reply{Answer: sent.Answer{Status: 409}})
			continue
		}
		s = r.AfterLookup(s.Why, sent.Verdict{Kind: sent.Absent}, Reply{Answer: sent.Answer{}}, exact)
	}
	if s.Outcome.Reason != outcome.OutcomeUnknown {
		t.Errorf("got reason %q, want %q", s.Outcome.Reason, outcome.OutcomeUnknown)
	}
	if conflicts != maxContradictions {
		t.Errorf("ended after %d conflicts, want %d", conflicts, maxContradictions)
	}
}
