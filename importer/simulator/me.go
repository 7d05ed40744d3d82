package simulator

import (
	"cmp"
	"encoding/json"
	"net/http"
)

// senderProfiles is the path of the list of an organization's profiles.
const senderProfiles = "/v3/sender-profiles"

// meJSON is data of GET /v3/me.
type meJSON struct {
	ID           string              `json:"id"`
	Name         string              `json:"name"`
	Type         string              `json:"type"`
	Profiles     []profileJSON       `json:"profiles,omitempty"`
	Organization string              `json:"organization_id,omitempty"`
	Channels     map[string]struct{} `json:"channels"`
}

type profileJSON struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	ShortName string `json:"short_name,omitempty"`
	Status    string `json:"status,omitempty"`
	Role      string `json:"role,omitempty"`
}

// me answers GET /v3/me: the account behind the key, or the profile that x-profile-id
// names.
func (x *exchange) me() answer {
	if a, ok := x.hasMe(); !ok {
		return a
	}
	data := json.RawMessage(x.s.o.MeData)
	if len(data) == 0 {
		data = x.meData()
	}
	return answer{status: x.s.o.MeStatus, form: formData, data: data}
}

// hasMe does the work of a request for the account, or returns the answer that there is
// none.
func (x *exchange) hasMe() (answer, bool) {
	switch {
	case x.s.o.MeStatus == http.StatusNotFound:
		return failure(http.StatusNotFound, "RESOURCE_001", "Not found"), false
	case x.s.o.MeStatus >= http.StatusMultipleChoices:
		return failure(x.s.o.MeStatus, "INTERNAL_001", "An unexpected error occurred"), false
	case !x.work():
		return answer{form: formAbort}, false
	}
	return answer{}, true
}

func (x *exchange) meData() []byte {
	me := meJSON{ID: x.account.ID, Name: cmp.Or(x.s.o.AccountName, "Simulated organization"), Type: "organization", Channels: map[string]struct{}{"sms": {}, "whatsapp": {}}}
	if profile := x.req.Profile; profile != "" {
		me.ID, me.Name, me.Type, me.Organization = profile, x.s.profile(profile).Name, "profile", x.account.ID
	} else if !x.s.o.MeWithoutProfiles {
		me.Profiles = x.profiles()
	}
	return marshal(me)
}

// profiles are the account's.
func (x *exchange) profiles() (all []profileJSON) {
	for _, id := range x.account.Profiles {
		name := x.s.profile(id)
		all = append(all, profileJSON{ID: id, Name: name.Name, ShortName: name.Short, Status: "active", Role: "admin"})
	}
	return all
}

// profile is what a profile is called.
func (s *Server) profile(id string) ProfileName {
	name := s.o.ProfileNames[id]
	name.Name = cmp.Or(name.Name, "Simulated profile")
	return name
}

// senderProfiles answers GET /v3/sender-profiles: a page of the organization's profiles.
func (x *exchange) senderProfiles() answer {
	if a, ok := x.hasMe(); !ok {
		return a
	}
	page, size, bad := x.paging()
	if bad.status != 0 {
		return bad
	}
	all := x.profiles()
	from := min((page-1)*size, len(all))
	until := min(from+size, len(all))
	for i := range all {
		all[i] = profileJSON{ID: all[i].ID, Name: all[i].Name}
	}
	return answer{status: http.StatusOK, form: formData, data: marshal(map[string]any{
		"sender_profiles": append([]profileJSON{}, all[from:until]...),
		"pagination":      map[string]any{"page": page, "page_size": size, "total_count": len(all), "has_more": until < len(all)},
	})}
}

// marshal is the JSON of a value that always has one.
func marshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("simulator: " + err.Error())
	}
	return b
}
