package importer

import (
	"errors"
	"testing"
	"time"

	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/sent"
	"sent-import/importer/serverclock"
)

const testPhone = "+14155550100"

var t0 = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// exact is a server clock that agrees with ours.
var exact = serverclock.Offsets{{}}

func newTestCourse() *course {
	return &course{
		attemptsAllowed: 3, grace: time.Minute, rnd: func() float64 { return 0.5 },
		task: ledger.Task{Number: 7, Phone: testPhone}, keyNumber: 1, attempts: 1, posts: 1, reason: outcome.Network,
		run: 1, evidence: serverclock.Evidence{Run: 1, Offsets: exact},
	}
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

func lose(c *course, n int) (last step) {
	for i := range n {
		last = c.afterPost(sent.Verdict{Kind: sent.Unknown, FailReason: outcome.Network}, lostAt(t0.Add(time.Duration(i)*2*time.Minute)))
	}
	return last
}

func TestCourseAfterTheFirstAnswer(t *testing.T) {
	created := sent.Answer{Status: 201, Contact: &sent.Contact{ID: "c1"}}
	for _, test := range []struct {
		name    string
		verdict sent.Verdict
		answer  sent.Answer
		do      action
		reason  outcome.Reason
	}{
		{"created", sent.Verdict{Kind: sent.Created}, created, settle, outcome.ReasonCreated},
		{"replay of a creation", sent.Verdict{Kind: sent.Created, Recovered: true}, created, settle, outcome.ReasonRecovered},
		{"exists, nothing was lost", sent.Verdict{Kind: sent.Exists}, sent.Answer{Status: 409}, settle, outcome.AlreadyExists},
		{"refused number", sent.Verdict{Kind: sent.InvalidNumber}, sent.Answer{Status: 400}, settle, outcome.RejectedByAPI},
		{"unknown refusal", sent.Verdict{Kind: sent.Rejected}, sent.Answer{Status: 418}, settle, outcome.Rejected},
		{"lost", sent.Verdict{Kind: sent.Unknown}, lostAt(t0), post, ""},
		{"in flight", sent.Verdict{Kind: sent.InFlight}, sent.Answer{Status: 409}, post, ""},
		{"cache down", sent.Verdict{Kind: sent.NotExecuted}, sent.Answer{Status: 503}, post, ""},
		{"rate limited", sent.Verdict{Kind: sent.RateLimited}, sent.Answer{Status: 429}, post, ""},
		{"burnt key", sent.Verdict{Kind: sent.Burnt}, sent.Answer{Status: 500}, post, ""},
		{"account refused", sent.Verdict{Kind: sent.Stop}, sent.Answer{Status: 401}, halt, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := newTestCourse().afterPost(test.verdict, test.answer)
			if got.do != test.do || got.outcome.Reason != test.reason {
				t.Errorf("got action %d with reason %q, want %d with %q", got.do, got.outcome.Reason, test.do, test.reason)
			}
			if test.verdict.Kind == sent.Burnt != got.burn {
				t.Errorf("got burn %t", got.burn)
			}
		})
	}
}

// Whatever costs no attempt leaves the row's attempts as they were.
func TestCourseCountsAttempts(t *testing.T) {
	for _, test := range []struct {
		kind sent.Kind
		want int
	}{
		{sent.RateLimited, 0}, {sent.NotExecuted, 0}, {sent.Unknown, 1}, {sent.InFlight, 1}, {sent.Burnt, 1},
	} {
		c := newTestCourse()
		c.afterPost(sent.Verdict{Kind: test.kind}, lostAt(t0))
		if c.attempts != test.want {
			t.Errorf("after %s: got %d attempts, want %d", test.kind, c.attempts, test.want)
		}
	}
}

func TestCourseConflictAfterALostAnswer(t *testing.T) {
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
			c := newTestCourse()
			lose(c, 1)
			s := c.afterPost(sent.Verdict{Kind: sent.Exists}, sent.Answer{Status: 409})
			if s.do != lookup || s.why != afterConflict {
				t.Fatalf("got action %d, want a look-up", s.do)
			}
			s = c.afterLookup(s.why, test.verdict, sent.Answer{Status: 200, SentAt: lookedUp}, false)
			if s.do != settle || s.outcome.Reason != test.want {
				t.Errorf("got action %d with reason %q, want %q", s.do, s.outcome.Reason, test.want)
			}
		})
	}
}

// A request that never left can't have created anything.
func TestCourseNeverSentLeavesNoDoubt(t *testing.T) {
	c := newTestCourse()
	a := lostAt(t0)
	a.NeverSent = true
	c.afterPost(sent.Verdict{Kind: sent.Unknown, FailReason: outcome.Network}, a)
	if c.inDoubt() {
		t.Fatal("the row is in doubt")
	}
	s := c.afterPost(sent.Verdict{Kind: sent.Exists}, sent.Answer{Status: 409})
	if s.do != settle || s.outcome.Reason != outcome.AlreadyExists {
		t.Errorf("got action %d with reason %q", s.do, s.outcome.Reason)
	}
}

func TestCourseAttemptsUsedUp(t *testing.T) {
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
			c := newTestCourse()
			s := lose(c, 3)
			for _, v := range test.lookups {
				if s.do != lookup {
					t.Fatalf("got action %d, want a look-up", s.do)
				}
				s = c.afterLookup(s.why, v, sent.Answer{}, false)
			}
			if s.do != settle || s.outcome.Reason != test.want {
				t.Errorf("got action %d with reason %q, want %q", s.do, s.outcome.Reason, test.want)
			}
		})
	}
}

// Failures of an outage are not the row's: what was counted is forgotten.
func TestCourseForgetsAnOutage(t *testing.T) {
	c := newTestCourse()
	lose(c, 2)
	c.outage(true, 1)
	if s := lose(c, 1); s.do != post {
		t.Errorf("during the outage: got action %d, want another post", s.do)
	}
	c.outage(false, 1)
	if s := lose(c, 1); s.do != post {
		t.Errorf("after the outage: got action %d, want another post", s.do)
	}
	if s := lose(c, 1); s.do != lookup {
		t.Errorf("attempts used up after the outage: got action %d, want a look-up", s.do)
	}
}

func TestCourseEndsWhateverTheServerRepeats(t *testing.T) {
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
			c := newTestCourse()
			s := step{do: post}
			for n := 0; s.do != settle; n++ {
				if n > 100 {
					t.Fatal("the row goes on for ever")
				}
				if s.do == lookup {
					s = c.afterLookup(s.why, absent, sent.Answer{}, false)
					continue
				}
				if test.kind == sent.RateLimited {
					c.limited(int64(n))
				}
				s = c.afterPost(sent.Verdict{Kind: test.kind, FailReason: outcome.ServerError}, lostAt(t0))
			}
			if s.outcome.Reason != test.want {
				t.Errorf("got reason %q, want %q", s.outcome.Reason, test.want)
			}
		})
	}
}

// While nobody is answered, a 429 is no row's trouble, however often it comes.
func TestCourseWaitsOutACommonLimit(t *testing.T) {
	c := newTestCourse()
	for range 10 * maxLimited {
		c.limited(3)
		if s := c.afterPost(sent.Verdict{Kind: sent.RateLimited}, sent.Answer{Status: 429}); s.do != post {
			t.Fatalf("got action %d, want another post", s.do)
		}
	}
}

// A server that says that a contact exists, and then doesn't find it, does not
// hold the row for ever.
func TestCourseContradiction(t *testing.T) {
	c := newTestCourse()
	s := lose(c, 1)
	for range 100 {
		if s.do == settle {
			break
		}
		if s.do == post {
			s = c.afterPost(sent.Verdict{Kind: sent.Exists}, sent.Answer{Status: 409})
			continue
		}
		s = c.afterLookup(s.why, sent.Verdict{Kind: sent.Absent}, sent.Answer{}, false)
	}
	if s.outcome.Reason != outcome.OutcomeUnknown {
		t.Errorf("got reason %q, want %q", s.outcome.Reason, outcome.OutcomeUnknown)
	}
}
