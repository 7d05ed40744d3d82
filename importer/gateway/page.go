package gateway

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"sent-import/importer/sent"
)

var (
	// ErrNoList says that the API gives no list of contacts.
	ErrNoList = errors.New("the API gives no list of contacts")
	// ErrPageSize says that the API refuses the size of a page.
	ErrPageSize = errors.New("the API refuses the size of a page")
)

// ListRefusal is an ErrNoList of an API that refuses to show the list.
type ListRefusal struct{ Answer string } // its status and code

func (e *ListRefusal) Error() string { return ErrNoList.Error() + ": it answers " + e.Answer }
func (e *ListRefusal) Unwrap() error { return ErrNoList }

// Page asks for a page of the account's contacts, counted from 1, and not for long
// while the API has served nothing in this run. Errors: ErrPageSize, ErrNoList,
// ErrNoAnswer, and why the run stops.
func (g *Gateway) Page(number, size int) (sent.Answer, error) {
	ask := g.ask
	if !g.HasServed() {
		ask = g.askBriefly
	}
	a, err := ask(question{Caller{aside: true}, &g.counts.list,
		func(ctx context.Context, c *sent.Client) sent.Answer { return c.List(ctx, number, size) }, tellsPage, sent.ClassifyRead})
	switch {
	case err != nil:
		return a, err
	case refusesThis(a):
		return a, &ListRefusal{strings.TrimSpace(fmt.Sprint(a.Status, " ", a.Code))}
	}
	switch sent.ClassifyRead(a).Kind {
	case sent.Rejected:
		return a, ErrPageSize
	case sent.Absent:
		return a, ErrNoList
	}
	return a, nil
}

// tellsPage reports whether the answer is the API's word on a page.
func tellsPage(a sent.Answer) bool {
	switch sent.ClassifyRead(a).Kind {
	case sent.Answered:
		return a.Listed
	case sent.Absent:
		return a.Envelope
	case sent.Rejected:
		return true
	}
	return refusesThis(a)
}
