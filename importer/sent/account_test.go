package sent

import (
	"reflect"
	"testing"
)

func TestDecodeAccountAndProfiles(t *testing.T) {
	const id = "770e8400-e29b-41d4-a716-446655440001"
	profile := Profile{ID: id, Name: "Berlin", ShortName: "BER"}
	for _, tt := range []struct {
		name, body, within string
		want               Account
	}{
		{"an organization", `{"success":true,"data":{"id":"o","name":" Acme\u202e\n","type":"organization","profiles":[{"id":"` + id + `","name":"Berlin","short_name":"BER"},{"id":"x"},7]}}`, "",
			Account{ID: "o", Name: "Acme", Type: "organization", Profiles: []Profile{profile}}},
		{"sender profiles", `{"success":true,"data":{"sender_profiles":[{"id":"` + id + `","name":"Berlin","short_name":"BER"}]}}`, "",
			Account{Profiles: []Profile{profile}}},
		{"a profile's own key", `{"success":true,"data":{"id":"` + id + `","name":"Berlin","type":"profile","organization_id":"o"}}`, "",
			Account{ID: id, Name: "Berlin", Type: "profile", organization: "o"}},
		{"within a profile", `{"success":true,"data":{"id":"` + id + `","name":"Berlin","type":"profile","organization_id":"o"}}`, id,
			Account{ID: "o", Profiles: []Profile{{ID: id, Name: "Berlin"}}}},
		{"within one whose organization is not told", `{"success":true,"data":{"id":"` + id + `","name":"Berlin"}}`, id,
			Account{ID: id, Profiles: []Profile{{ID: id, Name: "Berlin"}}}},
		{"the organization all the same", `{"success":true,"data":{"id":"o","name":"Acme"}}`, id, Account{ID: "o", Name: "Acme"}},
		{"odd shapes", `{"success":true,"data":{"id":"o","name":7,"type":{},"profiles":{}}}`, "", Account{ID: "o"}},
	} {
		a := answered(200, tt.body)
		a.decodeAccount()
		if got := a.Account.asked(tt.within); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: got %+v, want %+v", tt.name, got, tt.want)
		}
	}
}
