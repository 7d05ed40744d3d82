package feedback

import (
	"slices"
	"testing"
)

func TestCutUnrepaired(t *testing.T) {
	for _, tt := range []struct {
		name         string
		record, want []string
		found        bool
	}{
		{"no cells", nil, nil, false},
		{"none", []string{"a", "b"}, []string{"a", "b"}, false},
		{"last", []string{"a", Unrepaired}, []string{"a"}, true},
		{"alone", []string{Unrepaired}, []string{}, true},
		{"blank cells of a spreadsheet behind it", []string{"a", Unrepaired, "", " "}, []string{"a"}, true},
		{"with spaces around", []string{"a", " " + Unrepaired + " "}, []string{"a"}, true},
		{"something behind it", []string{Unrepaired, "a"}, []string{Unrepaired, "a"}, false},
		{"blank", []string{"", ""}, []string{"", ""}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, found := CutUnrepaired(tt.record)
			if !slices.Equal(got, tt.want) || found != tt.found {
				t.Errorf("got %q, %v, want %q, %v", got, found, tt.want, tt.found)
			}
		})
	}
}
