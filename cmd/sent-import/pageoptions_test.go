package main

import (
	"reflect"
	"testing"

	"sent-import/report"
)

// TestPageShowsNoSecrets: the options on report.html hold no key, password or address that
// is a secret by itself.
func TestPageShowsNoSecrets(t *testing.T) {
	for _, tt := range []struct{ name, value, want string }{
		{"api-key-command", "pass show 'my account'", "pass …"},
		{"notify", "https://hc-ping.example/4f1c", "https://hc-ping.example/…"},
		{"metrics-push", "http://u:p@push.example:9091/x", "http://push.example:9091/…"},
		{"base-url", "https://u:p@api.example/v", "https://api.example/v"},
		{"notify", "://", "…"},
		{"region", "DE", "DE"},
	} {
		if got := withoutSecrets(tt.name, tt.value); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestOptionsOfAJob(t *testing.T) {
	got := optionsOf([]string{"run", "a.csv", "--region", "DE", "--no-header", "--state", "s", "--sandbox"})
	want := []report.Option{{Name: "region", Value: "DE"}, {Name: "no-header", Value: "true"}, {Name: "sandbox", Value: "true"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
