package importer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"sent-import/importer/gateway"
	"sent-import/importer/printable"
	"sent-import/importer/progress"
	"sent-import/importer/sent"
)

// enterProfile looks for the profile that the options name, unless they give its id: it
// is part of the job's identity. The names are asked for in each run, since they may go
// from one profile to another.
func (s *session) enterProfile(ctx context.Context) error {
	name := strings.TrimSpace(s.o.Profile)
	if name == "" || sent.IsProfileID(name) {
		return nil
	}
	g := s.gateway(ctx)
	s.o.Progress.Start(progress.Asking, 0)
	all, told, err := s.profiles(g, name)
	if err != nil && stops(g, err) {
		return stopOf(err, stopped{last: g.LastFailure()})
	}
	if err != nil {
		return err
	}
	fitting := slices.DeleteFunc(slices.Clone(all), func(p sent.Profile) bool { return p.Name != name && p.ShortName != name })
	if len(fitting) != 1 {
		return &ProfileError{Name: name, Fitting: len(fitting), Profiles: all, Unanswered: !told}
	}
	s.o.Profile = fitting[0].ID
	s.client.EnterProfile(s.o.Profile)
	return nil
}

// profiles are the account's profiles: those that it is shown with, and if the name is
// not among them, those of the list of profiles, too. told is false where a question got no
// answer.
func (s *session) profiles(g *gateway.Gateway, name string) (all []sent.Profile, told bool, err error) {
	known, err := s.askOutside(g)
	if errors.Is(err, gateway.ErrNoAnswer) || err == nil && !known {
		return nil, err == nil, nil
	}
	if err != nil {
		return nil, false, err
	}
	all = s.account.details.Account.Profiles
	if slices.ContainsFunc(all, func(p sent.Profile) bool { return p.Name == name || p.ShortName == name }) {
		return all, true, s.rememberAccount()
	}
	more, err := g.SenderProfiles()
	if err != nil && !errors.Is(err, gateway.ErrNoAnswer) {
		return nil, false, err
	}
	for _, p := range more {
		if _, known := s.account.details.profile(p.ID); !known {
			s.account.details.Account.Profiles = append(s.account.details.Account.Profiles, p)
		}
	}
	told, all = err == nil, s.account.details.Account.Profiles
	if len(all) == 0 {
		return nil, told, nil
	}
	return all, told, s.rememberAccount()
}

// ProfileError says that no profile has the name that was given, or several have it, or that
// the API tells no names.
type ProfileError struct {
	Name       string
	Fitting    int            // how many have it
	Profiles   []sent.Profile // that are known; none where no name is told
	Unanswered bool           // a question for the names got no answer: another time may tell more
}

func (e *ProfileError) Error() string {
	if len(e.Profiles) == 0 {
		return "the API does not tell the names of the account's profiles: give the profile's id, a UUID, which is in the address of its page in your Sent dashboard"
	}
	text := "no profile of the account is called"
	if e.Fitting > 1 {
		text = fmt.Sprintf("%d profiles of the account are called", e.Fitting)
	}
	var lines []string
	for _, p := range e.Profiles {
		lines = append(lines, "\n  "+p.ID+"  "+p.Name)
		if p.ShortName != "" {
			lines[len(lines)-1] += " (" + p.ShortName + ")"
		}
	}
	return fmt.Sprintf("%s %s. Give one of these, by its id if its name is not its own:%s", text, printable.Text(e.Name), strings.Join(lines, ""))
}
