package simulator

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"
)

// Options says how the simulated service behaves. The zero value is ready: any
// key is good, 200 requests a minute with a burst of 50, nothing fails.
type Options struct {
	// Keys maps each good API key to the account behind it. Empty: every key
	// that is not empty belongs to the account "acct".
	Keys map[string]Account
	// Profiles are the UUIDs of the child profiles that organization keys may
	// name in x-profile-id, for accounts without a list of their own.
	Profiles []string
	// AccountName is the name of each account. Empty: "Simulated organization".
	AccountName string
	// ProfileNames are the names of profiles, by their UUIDs; others are called
	// "Simulated profile". Two may have one name.
	ProfileNames map[string]ProfileName
	// MeWithoutProfiles leaves the profiles out of GET /v3/me; GET
	// /v3/sender-profiles has them.
	MeWithoutProfiles bool

	// RateLimit is the number of requests a minute of each pool, at most a
	// million. 0: 200, the documented limit of standard endpoints.
	RateLimit int
	// Unlimited lifts the limit. No X-RateLimit header is sent then.
	Unlimited bool
	// BucketSize is how many requests are let through at once: the size of the
	// bucket, or for the windows the most within any one second. 0: 50, the
	// documented burst.
	BucketSize int
	// Algorithm is how the limit is counted. Which one the service uses is not
	// documented.
	Algorithm Algorithm
	// RateHeaders says which answers carry X-RateLimit-Limit, -Remaining and
	// -Reset. The documentation has two versions.
	RateHeaders RateHeaders

	// Latency is the time that a request takes, from arrival to commit; its
	// idempotency key is in flight meanwhile. It continues when the client has
	// gone. nil: none.
	Latency func(Request) time.Duration

	// IdempotencyTTL is how long an answer is remembered under its key. 0: 24 h,
	// as documented.
	IdempotencyTTL time.Duration
	// NoReplays remembers nothing: the key is only checked.
	NoReplays bool
	// IdempotencyPerProfile keeps one cache for each profile. The documentation
	// says per customer, which is what false does: one cache for an account and
	// all its profiles.
	IdempotencyPerProfile bool
	// InFlightWait is how long a request waits for another one with its key
	// before it is answered CONFLICT_001. 0: 5 s, as documented.
	InFlightWait time.Duration
	// NoInFlightWait answers CONFLICT_001 at once.
	NoInFlightWait bool
	// CacheErrors remembers the API's own errors under the key too (400, 409
	// RESOURCE_007, 500), so that a 500 is replayed until the key expires. False:
	// only successes, as the newest documentation says.
	CacheErrors bool
	// Conflict005 answers CONFLICT_005 to a known key with another body. False:
	// the first body's answer.
	Conflict005 bool

	// AuthBodies gives 401 and 403 an envelope with their code. False: an empty
	// body, as the service has been seen to answer.
	AuthBodies bool
	// InvalidStatus is the status of VALIDATION_002. 0: 400; an older guide has 422.
	InvalidStatus int
	// MeStatus is the status of GET /v3/me. 0: 200; 404 means that the route
	// does not exist.
	MeStatus int
	// MeData is the JSON of data in the answer of GET /v3/me. Empty: an object
	// with id, name, type and channels, and the profiles of an organization or the
	// organization_id of a profile.
	MeData string
	// PageSizeMax is the largest page_size; above it VALIDATION_005. 0: 100.
	PageSizeMax int
	// NewestFirst turns the order of the list round, so that pages move while
	// contacts are created. False: in the order of creation.
	NewestFirst bool
	// LookupSingle answers a look-up with the contact itself as data. False: in
	// the list's shape, with the one contact in data.contacts.
	LookupSingle bool

	// StrictNumbers asks libphonenumber whether a number exists, and takes its
	// formats from there: measured 8 times slower (10 k creations/s on two cores).
	StrictNumbers bool
	// Rejected are numbers that are refused with VALIDATION_002 whatever they look like.
	Rejected []string

	// Now is the clock; timers are real ones all the same. nil: [time.Now].
	Now func() time.Time
	// ClockOffset is how far the server's clock is ahead (negative: behind). It
	// shows in Date, created_at, updated_at, meta.timestamp, X-RateLimit-Reset
	// and in every time of the [Truth].
	ClockOffset time.Duration
	// ContactsOffset is how far the clock that dates contacts is ahead of that one
	// (negative: behind), as that of a database is. It shows in created_at and
	// updated_at, there and in the Truth.
	ContactsOffset time.Duration
	// ClockOffsets are the clocks of several servers behind a load balancer, each
	// that far ahead of the server's clock: they answer in turn. Empty: one.
	ClockOffsets []time.Duration
	// ContactsSteady dates contacts by one clock, that of a database, whichever of
	// the ClockOffsets dates the answer.
	ContactsSteady bool
	// ProxyOffset is how far the clock of the proxy is ahead (negative: behind).
	// It shows in the Date of the answers that are not the API's.
	ProxyOffset time.Duration
	// DateOffset is how far the Date of the API's own answers is ahead of the
	// clock that shows in meta.timestamp, as where a proxy writes a Date of its own.
	DateOffset time.Duration
	// TimeLayout is how created_at, updated_at and timestamp are written, in
	// UTC. Empty: RFC 3339 with milliseconds.
	TimeLayout string
	// ContactsLayout is how created_at and updated_at are written. Empty:
	// TimeLayout. Local time without a zone is a layout without one and a
	// ContactsOffset of some hours.
	ContactsLayout string

	// Existing are numbers that every account and profile holds from the start,
	// created 30 days ago.
	Existing []string
	// Deleted are numbers that were created 30 days ago and deleted since: a
	// creation restores them.
	Deleted []string
	// Inherited are numbers that every account and profile shows as inherited
	// from above. A creation finds them there (RESOURCE_007).
	Inherited []string
	// OptedOut are those of them that have opted out from the start.
	OptedOut []string
	// InheritedCode is the error.code of an answer that refuses to change or delete
	// an inherited contact; with an AUTH_ code its status is 403, else 422. Which one
	// the service has is not documented. Empty: AUTH_004.
	InheritedCode string

	// Faults decides what goes wrong. nil: nothing.
	Faults FaultPlan
	// Outage is what an outage answers. Zero: a 503 page of the proxy's. Its
	// After and On are ignored: nothing is executed, everything is hit.
	Outage Fault
	// Stops are refusals that begin at a request. See [Stop].
	Stops []Stop

	// History is how many requests are remembered one by one for [Truth]; the
	// later ones are only counted. 0: a million (300 bytes each).
	History int
	// NoHistory remembers none.
	NoHistory bool
	// Seed makes contact ids and request ids the same in every run. 0: random.
	Seed uint64
}

// ProfileName is what a profile is called.
type ProfileName struct{ Name, Short string }

// Account is who an API key belongs to.
type Account struct {
	// ID is the account's id, as GET /v3/me tells it. Keys with the same ID
	// share contacts, idempotency keys and the rate pool. Empty: "acct".
	ID string
	// Profile is set for a profile's own key: the profile's UUID. Such a key has
	// a rate pool of its own and may not use x-profile-id.
	Profile string
	// Profiles are the UUIDs that this organization key may name in
	// x-profile-id. nil: [Options.Profiles].
	Profiles []string
}

// Stop is a refusal that begins with a request and lasts: a key revoked in the
// middle, a verification that ran out, a quota reached.
type Stop struct {
	// From and Until are the ordinals of the first request that is refused and
	// of the first one that is not any more. From 0: at once; Until 0: never.
	From, Until uint64
	// Status and Code are the answer. With 401, 403 and 404 every operation is
	// refused, otherwise creations only. A 401 counts as an authentication
	// failure of the key. Bodies follow [Options.AuthBodies].
	Status int
	Code   string
}

// The stops that the documentation knows, from the nth request on.

// Revoked refuses the key: 401 AUTH_002.
func Revoked(n uint64) Stop { return Stop{From: n, Status: http.StatusUnauthorized, Code: "AUTH_002"} }

// KYCOpen asks for the customer's verification: 403 AUTH_006.
func KYCOpen(n uint64) Stop { return Stop{From: n, Status: http.StatusForbidden, Code: "AUTH_006"} }

// Suspended says that the account is suspended: 403 BUSINESS_014.
func Suspended(n uint64) Stop {
	return Stop{From: n, Status: http.StatusForbidden, Code: "BUSINESS_014"}
}

// Broke says that the balance is used up: 422 BUSINESS_003.
func Broke(n uint64) Stop {
	return Stop{From: n, Status: http.StatusUnprocessableEntity, Code: "BUSINESS_003"}
}

// OverQuota says that the quota is reached: 422 BUSINESS_008.
func OverQuota(n uint64) Stop {
	return Stop{From: n, Status: http.StatusUnprocessableEntity, Code: "BUSINESS_008"}
}

// Algorithm is a way of counting a rate limit.
type Algorithm int

// The algorithms.
const (
	// TokenBucket holds BucketSize tokens and is refilled at RateLimit a minute:
	// a rested client gets RateLimit + BucketSize through in its first minute.
	TokenBucket Algorithm = iota
	// FixedWindow counts from each full minute of the server's clock, and lets
	// at most BucketSize through within any second.
	FixedWindow
	// SlidingWindow lets at most RateLimit through in any 60 s, and at most
	// BucketSize within any second.
	SlidingWindow
)

// RateHeaders says which answers carry X-RateLimit headers. Retry-After comes
// with every 429, whatever this says.
type RateHeaders int

// The versions of the documentation, and none.
const (
	HeadersAlways RateHeaders = iota // on every answer that has passed authentication
	HeadersOn429                     // on refusals for the rate only
	HeadersNever                     // on none
)

// defaultAccount is the account of every key if Options.Keys is empty.
const defaultAccount = "acct"

func (o Options) withDefaults() Options {
	o.RateLimit = cmp.Or(o.RateLimit, 200)
	o.BucketSize = cmp.Or(o.BucketSize, 50)
	o.IdempotencyTTL = cmp.Or(o.IdempotencyTTL, 24*time.Hour)
	o.InFlightWait = cmp.Or(o.InFlightWait, 5*time.Second)
	o.InvalidStatus = cmp.Or(o.InvalidStatus, http.StatusBadRequest)
	o.MeStatus = cmp.Or(o.MeStatus, http.StatusOK)
	o.PageSizeMax = cmp.Or(o.PageSizeMax, 100)
	o.InheritedCode = cmp.Or(o.InheritedCode, "AUTH_004")
	o.History = cmp.Or(o.History, 1_000_000)
	o.TimeLayout = cmp.Or(o.TimeLayout, "2006-01-02T15:04:05.000Z07:00")
	o.ContactsLayout = cmp.Or(o.ContactsLayout, o.TimeLayout)
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Outage.Kind = cmp.Or(o.Outage.Kind, Unavailable)
	for o.Seed == 0 {
		o.Seed = rand.Uint64()
	}
	return o
}

// maxRateLimit is the largest rate limit in requests a minute: the windows keep
// the time of each request of a minute.
const maxRateLimit = 1_000_000

func errRateLimit(perMinute int) error {
	return fmt.Errorf("a rate limit of %d a minute: give 1 to %d", perMinute, maxRateLimit)
}

// Validate returns an error that says which option cannot work, and what can.
func (o Options) Validate() error {
	status := func(n int) bool { return n == 0 || 200 <= n && n <= 599 }
	switch {
	case o.RateLimit < 0 || o.RateLimit > maxRateLimit:
		return errRateLimit(o.RateLimit)
	case o.BucketSize < 0 || o.BucketSize > maxRateLimit:
		return fmt.Errorf("a bucket size of %d: give 1 to %d", o.BucketSize, maxRateLimit)
	case o.PageSizeMax < 0 || o.History < 0 || o.IdempotencyTTL < 0 || o.InFlightWait < 0:
		return errors.New("a page size, history or time below 0: give 0 for the default, or more")
	case !status(o.InvalidStatus) || !status(o.MeStatus):
		return fmt.Errorf("the statuses %d and %d: give statuses of an answer, 200 to 599", o.InvalidStatus, o.MeStatus)
	case o.MeData != "" && !json.Valid([]byte(o.MeData)):
		return errors.New("the data of GET /v3/me are not JSON")
	case o.Outage.Kind != None && o.Outage.stage() == afterOnly:
		return fmt.Errorf("an outage %s: an outage executes nothing, give a fault that needs no executed request", o.Outage)
	}
	return nil
}
