package importer

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"sent-import/importer/outcome"
	"sent-import/importer/sent"
)

// Difference is a row of the report that the server contradicts, or can't be
// asked about.
type Difference struct {
	Line    int
	Phone   string
	Status  outcome.Status
	Problem string // in plain words, without the number
}

// Verification is what Verify found.
type Verification struct {
	Job         JobInfo
	Rows        int // that the report calls created or duplicate/already_exists
	Checked     int // of those, the ones that the API was asked about: all, unless Stopped
	Differences []Difference
	Requests    Requests
	Stopped     *Stop // nil: every row was checked
}

// ErrWrongKey says that the key belongs to another account than the job.
var ErrWrongKey = errors.New("the API key belongs to another account than the job")

// Verify asks the API whether every row that the job's report calls created is
// there, with its id, and every duplicate is there. It pages through the list
// of contacts where that costs fewer requests than looking each number up;
// what the list does not show is looked up, since contacts can move between
// pages. The options' Key, State and pace count; the rest is the job's.
//
// Errors: [ErrNoJob], [ErrWrongKey], and Run's.
func Verify(ctx context.Context, id string, o Options) (_ *Verification, err error) {
	result, err := Report(o.State, id)
	if err != nil {
		return nil, err
	}
	s := result.session
	defer func() { err = errors.Join(err, s.close()) }()
	if err := s.reach(o.withDefaults()); err != nil {
		return nil, err
	}
	s.o.Drain = NoDrain // what only asks leaves nothing in doubt
	v := &verifier{caller: newCaller(ctx, s), report: Verification{Job: result.Job}}
	defer v.end()
	return v.verify(result)
}

// reach prepares a session on a known job for talking to the API.
func (s *session) reach(o Options) (err error) {
	notice := s.o.Notice
	o.BaseURL, o.Profile, o.Sandbox = s.job.BaseURL, s.job.Profile, s.job.Sandbox
	if s.o = o; s.o.Notice == nil {
		s.o.Notice = notice
	}
	if err := s.connect(); err != nil {
		return err
	}
	return s.identify()
}

// verifier compares a report with the server.
type verifier struct {
	*caller
	expected map[uint64]expectation // by the digits of the number
	report   Verification

	unanswered int // numbers whose look-ups got no answer
}

// expectation is what a row says of a number.
type expectation struct {
	line   int
	status outcome.Status
	id     string // "" where it is not known
}

func (v *verifier) verify(result *Result) (*Verification, error) {
	if result.Job.Sandbox {
		return nil, &UsageError{Message: "a rehearsal in the sandbox has created nothing that could be verified"}
	}
	if err := v.expect(result.LedgerRows()); err != nil {
		return nil, err
	}
	err := v.sameAccount()
	if err == nil {
		err = v.compare()
	}
	v.report.Requests = v.requests.sum()
	var stop *Stop
	var refused *verdictError
	switch {
	case err == nil:
	case errors.Is(err, errOutage):
		v.report.Stopped = v.stopOutage()
	case errors.As(err, &stop):
		v.report.Stopped = stop
	case errors.As(err, &refused):
		v.report.Stopped = stopRefused(refused.verdict, 0)
	case v.ctx.Err() != nil:
		v.report.Stopped = stopInterrupted(v.ctx, 0)
	default:
		return nil, err
	}
	if v.report.Stopped != nil {
		v.report.Stopped.LastError = v.met.lastError()
	}
	slices.SortFunc(v.report.Differences, func(a, b Difference) int { return a.Line - b.Line })
	return &v.report, nil
}

// expect reads what the report says of each number.
func (v *verifier) expect(rows iter.Seq2[outcome.Row, error]) error {
	v.expected = make(map[uint64]expectation)
	for row, err := range rows {
		if err != nil {
			return err
		}
		if row.Status != outcome.Created && row.Reason != outcome.AlreadyExists {
			continue
		}
		v.expected[digitsOf(row.Phone)] = expectation{row.Line, row.Status, row.ContactID}
	}
	v.report.Rows = len(v.expected)
	return nil
}

// sameAccount makes sure that the key is one of the job's account: another
// account would miss every contact. Where the API did not tell, then or now,
// people are told.
func (v *verifier) sameAccount() error {
	if !v.account.known {
		id, told, err := v.findAccount()
		if err != nil {
			return err
		}
		v.account.id, v.account.known = id, told
	}
	switch {
	case v.job.Account == v.account.id:
		return nil
	case v.job.Account == "" || v.account.id == "":
		v.note("The API does not tell whether the key is of the account that the job was run with: if it is another account's, every contact will be missing.")
		return nil
	}
	return fmt.Errorf("%w %s: use the key that the job was run with, or another one of its account", ErrWrongKey, v.job.ID)
}

// compare asks for the contacts, in the cheaper of the two ways.
func (v *verifier) compare() error {
	if len(v.expected) == 0 {
		return nil
	}
	list := newListing(v.caller, 1, listPage)
	err := list.open(anySize, noEnd)
	if err == nil && list.told() && list.pages() <= len(v.expected) {
		err = list.each(v.strike)
	}
	if err != nil && !noList(err) {
		return err
	}
	return v.lookUpAll()
}

// strike takes the contacts of a page off what is expected, and reports whether
// anything is still expected.
func (v *verifier) strike(a sent.Answer) bool {
	for digits, c := range ownContacts(a) {
		want, ok := v.expected[digits]
		if ok && (want.id == "" || c.ID == want.id) { // otherwise a look-up decides
			delete(v.expected, digits)
			v.report.Checked++
		}
	}
	return len(v.expected) > 0
}

// lookUpAll looks up what is still expected, in the order of the file.
func (v *verifier) lookUpAll() error {
	left := slices.SortedFunc(maps.Keys(v.expected), func(a, b uint64) int {
		return v.expected[a].line - v.expected[b].line
	})
	for _, n := range left {
		phone := e164Of(n)
		problem, err := v.lookUp(phone, v.expected[n])
		if err != nil {
			return err
		}
		v.report.Checked++
		if problem != "" {
			want := v.expected[n]
			v.report.Differences = append(v.report.Differences, Difference{want.line, phone, want.status, problem})
		}
	}
	return nil
}

// manyUnanswered is after how many numbers whose look-ups get no answer that is no
// longer taken for bad luck.
const manyUnanswered = 3

// ask looks the number up. The error is errNoAnswer where that alone gets no
// answer, in no outage, and not by bad luck.
func (v *verifier) ask(phone string, want expectation) (sent.Answer, error) {
	for round := 1; ; round++ {
		_, before := v.health.state()
		a, err := v.read(aside(want.line), &v.requests.lookup,
			func(ctx context.Context) sent.Answer { return v.client.Lookup(ctx, phone) },
			func(a sent.Answer) bool {
				k := sent.ClassifyLookup(phone, a).Kind
				return k == sent.Found || k == sent.Absent
			})
		if !errors.Is(err, errNoAnswer) {
			return a, err
		}
		if err := v.askForAnything(); err != nil {
			return a, err
		}
		if _, after := v.health.state(); after == before && (round > 1 || v.unanswered >= manyUnanswered) {
			v.unanswered++
			return a, errNoAnswer
		}
	}
}

// lookUp says what is wrong with a row; "" if nothing is.
func (v *verifier) lookUp(phone string, want expectation) (string, error) {
	a, err := v.ask(phone, want)
	if errors.Is(err, errNoAnswer) {
		return "could not be checked: " + err.Error(), nil
	}
	if err != nil {
		return "", err
	}
	switch found := sent.ClassifyLookup(phone, a); {
	case found.Kind == sent.Absent:
		return "the account has no such contact", nil
	case want.id != "" && found.Contact.ID != want.id:
		return fmt.Sprintf("the account has it with the id %s, not %s", found.Contact.ID, want.id), nil
	case found.Contact.Inherited && want.status == outcome.Created:
		return "the account has it only as an inherited contact", nil
	}
	return "", nil
}
