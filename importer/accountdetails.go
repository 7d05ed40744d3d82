package importer

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"sent-import/importer/gateway"
	"sent-import/importer/ledger"
	"sent-import/importer/sent"
)

// info is the account, whose id is that of the job's identity.
func (a account) info() AccountInfo {
	return AccountInfo{a.id, a.details.Account.Name, a.details.Account.Type}
}

// profileInfo is what is known of the profile with that id; "" is none.
func (a account) profileInfo(id string) ProfileInfo {
	p, _ := a.details.profile(id)
	return ProfileInfo{id, p.Name}
}

// owner is whose contacts the job's are, as the API has told this key, or another key of
// the account before.
func (s *session) owner() (AccountInfo, ProfileInfo, error) {
	a := account{id: s.job.entry.Account, details: s.account.details}
	if !a.details.told && a.id != "" {
		texts, err := s.ledger.AccountTexts(s.job.entry.BaseURL, a.id)
		if err != nil {
			return AccountInfo{}, ProfileInfo{}, err
		}
		for _, text := range texts { // what can't be read is as good as none
			if d := new(details); json.Unmarshal([]byte(text), d) == nil {
				a.details.learn(d.Account, d.Complete)
			}
		}
	}
	return a.info(), a.profileInfo(s.job.entry.Profile), nil
}

// profile is what is known of the profile with that id.
func (d details) profile(id string) (sent.Profile, bool) {
	i := slices.IndexFunc(d.Account.Profiles, func(p sent.Profile) bool { return strings.EqualFold(p.ID, id) })
	if id == "" || i < 0 {
		return sent.Profile{}, false
	}
	return d.Account.Profiles[i], true
}

// suffice reports whether there is no more to learn of the account, and of the profile
// with that id ("" for none).
func (d details) suffice(profile string) bool {
	_, known := d.profile(profile)
	return d.told && (d.Complete || known)
}

// learn takes what the API has said of the account.
func (d *details) learn(account sent.Account, complete bool) {
	before := d.Account
	if !complete && d.told { // it says the profile's name alone
		before.Profiles = append(slices.Clone(account.Profiles), before.Profiles...)
		before.ID, account = account.ID, before
	}
	*d = details{Account: account, Complete: complete || d.Complete, asked: true, told: true}
}

// ask asks the API once in a session whose key it is. told is false where the API does
// not say.
func (s *session) ask(g *gateway.Gateway) (told bool, err error) {
	d := &s.account.details
	if d.asked {
		return d.told, nil
	}
	account, told, err := g.Account()
	if errors.Is(err, gateway.ErrNoAnswer) {
		d.silent = true
		return false, nil
	}
	if err != nil || !told {
		return false, err
	}
	d.learn(account, s.o.Profile == "" || account.Name != "")
	s.meet()
	return true, nil
}

// askOutside asks the API whose key it is, outside of any profile.
func (s *session) askOutside(g *gateway.Gateway) (told bool, err error) {
	account, told, err := g.AccountOfKey()
	if err != nil || !told {
		return false, err
	}
	s.account.details.learn(account, true)
	s.meet()
	return true, nil
}

// meet gives the key its account, if it had none.
func (s *session) meet() {
	if !s.account.known {
		s.account.id, s.account.known = s.account.details.Account.ID, true
	}
}

// readDetails reads what earlier runs have been told of the account.
func (s *session) readDetails() error {
	text, err := s.ledger.AccountText(s.account.fingerprint, s.baseURL())
	if err == nil && text != "" { // what can't be read is asked for again
		s.account.details.told = json.Unmarshal([]byte(text), &s.account.details) == nil
	}
	return err
}

// rememberAccount writes down whose key it is, and what the API has said of the account.
func (s *session) rememberAccount() error {
	text, err := json.Marshal(s.account.details)
	if err != nil {
		panic("importer: " + err.Error()) // text and a bool can be marshalled
	}
	if err := s.ledger.RememberAccount(s.account.fingerprint, s.baseURL(), s.account.id); err != nil {
		return err
	}
	return s.ledger.RememberAccountText(s.account.fingerprint, s.baseURL(), string(text))
}

// ownsJob reports whether the key's account is the job's. Within a profile, the API told
// older versions the profile in the account's place.
func (s *session) ownsJob(entry ledger.Job) bool {
	_, known := s.account.details.profile(entry.Profile)
	return entry.Account == s.account.id || known && entry.Account == entry.Profile
}

// expectAccount stops the run unless the API has just said that the account is the one
// that the options expect.
func (s *session) expectAccount(g *gateway.Gateway) error {
	if s.o.ExpectAccount == "" || s.isExpected() {
		return nil
	}
	if d := s.account.details; d.asked && !d.Complete { // within a profile, it has not told the account's name
		if _, err := s.askOutside(g); err != nil && !errors.Is(err, gateway.ErrNoAnswer) {
			return err
		}
		if s.isExpected() {
			return nil
		}
	}
	why := &otherAccountError{expected: s.o.ExpectAccount}
	if s.account.details.asked {
		why.account = s.account.details.Account
	}
	g.Stop(why)
	return why
}

// isExpected reports whether the API has said in this session that the account has the
// expected name or id.
func (s *session) isExpected() bool {
	a := s.account.details.Account
	return s.account.details.asked && (a.ID == s.o.ExpectAccount || a.Name == s.o.ExpectAccount)
}
