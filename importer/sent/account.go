package sent

import "strings"

// Account is what the API says of the account behind a key. What it does not say is
// zero.
type Account struct {
	ID       string    `json:"id,omitempty"`
	Name     string    `json:"name,omitempty"` // one line without control characters, at most 300 characters
	Type     string    `json:"type,omitempty"` // organization, user or profile
	Profiles []Profile `json:"profiles,omitempty"`

	organization string // id of the one above a profile
}

// Profile is a child profile of an organization. Its names have the form of an account's.
type Profile struct {
	ID        string `json:"id"`
	Name      string `json:"name,omitempty"`
	ShortName string `json:"short_name,omitempty"`
}

// IsProfileID reports whether text has the form of a profile's id, a UUID; otherwise it
// is a name.
func IsProfileID(text string) bool { return uuidShape.MatchString(text) }

// decodeAccount fills Account from the API's answer to /v3/me or /v3/sender-profiles.
func (a *Answer) decodeAccount() {
	if !a.Envelope || !isSuccess(a.Status) {
		return
	}
	data := objectOf(a.Body).object("data")
	a.Account = Account{
		ID: accountIn(data), Name: cleanName(data.text("name")), Type: cleanName(data.text("type")),
		organization: data.scalar("organization_id"),
	}
	for _, list := range []string{"profiles", "sender_profiles"} {
		items, _ := data[list].([]any)
		for _, item := range items {
			if p := asObject(item); uuidShape.MatchString(p.text("id")) {
				a.Account.Profiles = append(a.Account.Profiles, Profile{p.text("id"), cleanName(p.text("name")), cleanName(p.text("short_name"))})
			}
		}
	}
}

// cleanName makes a name safe to show, and nothing else, since people give it back.
func cleanName(name string) string { return cut(oneLine(name), maxMessageRunes) }

// asked turns the account of an answer to a question within a profile ("" for none) into
// that of the organization above, if it is the profile's own: the answer says the
// organization's id then, and not its name.
func (a Account) asked(profile string) Account {
	if profile == "" || !strings.EqualFold(a.ID, profile) {
		return a
	}
	within := Account{ID: a.ID, Profiles: []Profile{{ID: profile, Name: a.Name}}}
	if a.organization != "" {
		within.ID = a.organization
	}
	return within
}

// accountIn returns the id of the account that o, the data of /v3/me,
// describes. Its shape is not documented; these are the usual places, the most
// specific first.
func accountIn(o object) string {
	for _, at := range []string{"id", "account_id", "customer_id", "organization_id"} {
		if id := o.scalar(at); id != "" {
			return id
		}
	}
	for _, at := range []string{"account", "customer", "organization"} {
		if id := o.object(at).scalar("id"); id != "" {
			return id
		}
	}
	return ""
}

// censorAccount removes the key from what the account is called. An id that holds the
// key becomes "".
func (d *decoder) censorAccount(a *Account) {
	for _, id := range []*string{&a.ID, &a.organization} {
		if d.holds(*id) {
			*id = ""
		}
	}
	a.Name, a.Type = d.redact(a.Name), d.redact(a.Type)
	for i := range a.Profiles {
		p := &a.Profiles[i]
		p.Name, p.ShortName = d.redact(p.Name), d.redact(p.ShortName)
	}
}
