package gateway

import (
	"context"

	"sent-import/importer/sent"
)

// AccountOfKey asks whose key it is outside of any profile, for its name and its
// profiles. told is false where the API does not say. The error says why the run stops,
// or is ErrNoAnswer.
func (g *Gateway) AccountOfKey() (account sent.Account, told bool, err error) {
	a, err := g.ask(question{Caller{}, &g.counts.me,
		func(ctx context.Context, c *sent.Client) sent.Answer { return c.MeOfKey(ctx) }, answersAccount, sent.ClassifyRead})
	return a.Account, err == nil && tellsAccount(a), err
}

const (
	profilePage = 100 // profiles of a page
	// mostProfilePages is a bound for a list that never ends: 10,000 profiles.
	mostProfilePages = 100
)

// SenderProfiles asks for the profiles of the organization, outside of any of them; none
// where the API has no such list. The error says why the run stops, or is ErrNoAnswer.
func (g *Gateway) SenderProfiles() (all []sent.Profile, err error) {
	for page := 1; page <= mostProfilePages; page++ {
		a, err := g.ask(question{Caller{aside: true}, &g.counts.me,
			func(ctx context.Context, c *sent.Client) sent.Answer { return c.SenderProfiles(ctx, page, profilePage) }, answersAccount, sent.ClassifyRead})
		if err != nil {
			return all, err
		}
		all = append(all, a.Account.Profiles...)
		if a.Pagination == nil || !a.Pagination.HasMore || len(a.Account.Profiles) == 0 {
			break
		}
	}
	return all, nil
}
