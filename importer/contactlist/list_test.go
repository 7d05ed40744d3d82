package contactlist

import (
	"errors"
	"testing"

	"sent-import/importer/gateway"
	"sent-import/importer/sent"
)

// begun is a list of ten pages whose first one has been taken.
func begun(t *testing.T) *List {
	t.Helper()
	l := New(Options{From: 1, Size: PageSize})
	l.measure(answer(10*PageSize), NoEnd)
	if err := l.take(1, l.first, nil, goOn); err != nil {
		t.Fatal(err)
	}
	return l
}

// answer is a full page that tells how many contacts there are.
func answer(contacts int) sent.Answer {
	return sent.Answer{Contacts: make([]sent.Contact, PageSize), Pagination: &sent.Pagination{TotalCount: contacts}}
}

func goOn(sent.Answer, State) bool { return true }

// Of answers that overtake each other the highest page's says how many contacts there
// are: it was asked for last.
func TestAnswersOvertakeEachOther(t *testing.T) {
	l := begun(t)
	for _, step := range []struct{ page, tells, want int }{
		{3, 12 * PageSize, 12 * PageSize},
		{2, 7 * PageSize, 12 * PageSize}, // late
		{3, 13 * PageSize, 13 * PageSize},
		{4, 11 * PageSize, 11 * PageSize},
	} {
		if err := l.take(step.page, answer(step.tells), nil, goOn); err != nil {
			t.Fatal(err)
		}
		if s := l.State(); s.Contacts != step.want || s.Pages != step.want/PageSize {
			t.Errorf("page %d tells of %d contacts: got %d in %d pages, want %d", step.page, step.tells, s.Contacts, s.Pages, step.want)
		}
	}
}

// When the reading has ended, what other pages' requests meet is not said again, and
// counts for nothing.
func TestOneErrorEndsTheList(t *testing.T) {
	l := begun(t)
	first, second := errors.New("the first"), errors.New("the second")
	if err := l.take(3, sent.Answer{}, first, goOn); !errors.Is(err, first) {
		t.Errorf("got %v, want %v", err, first)
	}
	for _, late := range []error{second, gateway.ErrNoAnswer} {
		if err := l.take(2, sent.Answer{}, late, goOn); err != nil {
			t.Errorf("after the end: got %v, want nothing more said", err)
		}
	}
	if s := l.State(); s.Missed != 0 || s.Read != 1 || s.Whole {
		t.Errorf("got %+v, want a list that ended after one page", s)
	}
}
