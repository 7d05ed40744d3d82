package importer

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"sent-import/importer/contactlist"
	"sent-import/importer/gateway"
	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/plan"
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
	Run         int // number of the job's last run; Verify is none
	Rows        int // that the report calls created or duplicate/already_exists
	Checked     int // of those, the ones that the API was asked about: all, unless Stopped
	Differences []Difference
	Requests    Requests
	Stopped     *Stop // nil: every row was checked
	// Undo is how far the job's undo is; nil if it is not undone. Contacts that it has
	// deleted, or is about to delete, are not among the Rows.
	Undo *UndoState
}

// ErrWrongKey says that the key belongs to another account than the job.
var ErrWrongKey = errors.New("the API key belongs to another account than the job")

// Verify asks the API whether every row that the job's report calls created is
// there, with its id, every duplicate is there, and every contact that it calls
// marked as opted out is marked. It pages through the list
// of contacts where that costs fewer requests than looking each number up;
// what the list does not show is looked up, since contacts can move between
// pages. The options' Key, State and pace count; the rest is the job's.
//
// Errors: [ErrNoJob], [ErrWrongKey], and Run's.
func Verify(ctx context.Context, id string, o Options) (_ *Verification, err error) {
	result, err := reportOf(o, id)
	if err != nil {
		return nil, err
	}
	s := result.session
	defer func() { err = errors.Join(err, s.close()) }()
	if err := s.reach(o.withDefaults()); err != nil {
		return nil, err
	}
	g := gateway.New(ctx, s.gatewayOptions(NoDrain)) // what only asks leaves nothing in doubt
	defer g.Close()
	v := &verifier{g: g, report: Verification{Job: result.Job, Run: result.Run}}
	return v.verify(s, result)
}

// reach prepares a session on a known job for talking to the API.
func (s *session) reach(o Options) (err error) {
	e := s.job.entry
	o.BaseURL, o.Profile, o.Sandbox = e.BaseURL, e.Profile, e.Sandbox
	s.o, s.notes.say = o, o.Notice
	if err := s.connect(); err != nil {
		return err
	}
	return s.lookUpKey()
}

// verifier compares a report with the server.
type verifier struct {
	g        *gateway.Gateway
	expected map[uint64]expectation // by the digits of the number
	report   Verification

	unanswered int // numbers whose look-ups got no answer
}

// expectation is what a row says of a number.
type expectation struct {
	line   int
	status outcome.Status
	id     string // "" where it is not known
	marked bool   // as opted out
}

func (v *verifier) verify(s *session, result *Result) (*Verification, error) {
	if result.Job.Sandbox {
		return nil, &UsageError{Message: "a rehearsal in the sandbox has created nothing that could be verified"}
	}
	v.report.Undo = result.Undo
	gone, err := s.undoneRows(result.Undo)
	if err != nil {
		return nil, err
	}
	if err := v.expect(s.job.entry, result.LedgerRows(), gone); err != nil {
		return nil, err
	}
	err = v.sameAccount(s)
	if err == nil {
		err = v.compare(s.account)
	}
	v.report.Requests = v.g.Requests()
	if err != nil && !stops(v.g, err) {
		return nil, err
	}
	v.report.Stopped = stopOf(err, stopped{last: v.g.LastFailure()})
	slices.SortFunc(v.report.Differences, func(a, b Difference) int { return a.Line - b.Line })
	return &v.report, nil
}

// expect reads what the report says of each number, but for the rows whose contacts an undo
// has deleted, or is about to delete.
func (v *verifier) expect(entry ledger.Job, rows iter.Seq2[outcome.Row, error], gone map[int]bool) error {
	v.expected = make(map[uint64]expectation)
	for row, err := range rows {
		if err != nil {
			return err
		}
		if row.Status != outcome.Created && row.Reason != outcome.AlreadyExists || gone[row.Number] {
			continue
		}
		digits, ok := outcome.ParseE164(row.Phone)
		if !ok {
			return plan.Damaged(entry, "a number")
		}
		v.expected[digits] = expectation{row.Line, row.Status, row.ContactID, row.Mark && v.report.Undo == nil}
	}
	v.report.Rows = len(v.expected)
	return nil
}

// sameAccount makes sure that the key is one of the job's account: another
// account would miss every contact. Where the API did not tell, then or now,
// people are told.
func (v *verifier) sameAccount(s *session) error {
	if !s.account.known {
		if _, err := s.ask(v.g); err != nil {
			return err
		}
	}
	switch {
	case s.ownsJob(s.job.entry):
		return nil
	case s.job.entry.Account == "" || s.account.id == "":
		s.notes.keep("The API does not tell whether the key is of the account that the job was run with: if it is another account's, every contact will be missing.")
		return nil
	}
	return fmt.Errorf("%w %s: use the key that the job was run with, or another one of its account", ErrWrongKey, s.job.entry.ID)
}

// compare asks for the contacts, in the cheaper of the two ways.
func (v *verifier) compare(a account) error {
	if len(v.expected) == 0 {
		return nil
	}
	list := contactlist.New(contactlist.Options{Gateway: v.g, From: 1, Size: contactlist.PageSize, AccountKnown: a.known})
	err := list.Open(contactlist.AnySize, contactlist.NoEnd)
	if s := list.State(); err == nil && s.Told && s.Pages <= len(v.expected) {
		err = list.Each(v.strike)
	}
	if err != nil && !contactlist.Unreadable(err) {
		return err
	}
	return v.lookUpAll()
}

// strike takes the contacts of a page off what is expected, and reports whether
// anything is still expected.
func (v *verifier) strike(a sent.Answer, _ contactlist.State) bool {
	for digits, c := range contactlist.Own(a) {
		want, ok := v.expected[digits]
		if ok && (want.id == "" || c.ID == want.id) && (c.OptOut || !want.marked) { // otherwise a look-up decides
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
		phone := outcome.FormatE164(n)
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

// ask looks the number up. The error is gateway.ErrNoAnswer where that alone gets no
// answer, in no outage, and not by bad luck.
func (v *verifier) ask(phone string, want expectation) (sent.Verdict, error) {
	for round := 1; ; round++ {
		before := v.g.OutageState().Count
		found, err := v.g.Contact(want.line, phone)
		if !errors.Is(err, gateway.ErrNoAnswer) {
			return found, err
		}
		if err := v.g.AskForAnything(); err != nil {
			return found, err
		}
		if v.g.OutageState().Count == before && (round > 1 || v.unanswered >= manyUnanswered) {
			v.unanswered++
			return found, gateway.ErrNoAnswer
		}
	}
}

// lookUp says what is wrong with a row; "" if nothing is.
func (v *verifier) lookUp(phone string, want expectation) (string, error) {
	found, err := v.ask(phone, want)
	if errors.Is(err, gateway.ErrNoAnswer) {
		return "could not be checked: " + err.Error(), nil
	}
	if err != nil {
		return "", err
	}
	switch {
	case found.Kind == sent.Absent:
		return "the account has no such contact", nil
	case want.id != "" && found.Contact.ID != want.id:
		return fmt.Sprintf("the account has it with the id %s, not %s", found.Contact.ID, want.id), nil
	case found.Contact.Inherited && want.status == outcome.Created:
		return "the account has it only as an inherited contact", nil
	case want.marked && !found.Contact.OptOut:
		return "the account has it, and it is not marked as opted out", nil
	}
	return "", nil
}
