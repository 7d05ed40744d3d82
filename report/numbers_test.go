package report

import (
	"fmt"
	"reflect"
	"testing"

	"sent-import/importer/outcome"
	"sent-import/importer/phone"
)

// TestNumbers: each number that is in the account or on its way counts once, by its country
// and its type.
func TestNumbers(t *testing.T) {
	n := new(numbers)
	add := func(times int, number string, reason outcome.Reason) {
		for range times {
			r := row(1, number, reason)
			r.Phone = number
			n.add(&r)
		}
	}
	add(50, "+4915123456789", outcome.ReasonCreated)
	add(25, "+14155552671", outcome.NotAttempted)
	add(1, "+80012345678", outcome.AlreadyExists)
	add(9, "+4915123456789", outcome.InFile)
	add(9, "+4915123456789", outcome.OptedOut)
	add(9, "", outcome.ServerError)
	add(9, "+1415", outcome.ReasonCreated)
	if want := []barOf{{"Germany", 50, 1000}, {"United States", 25, 500}, {"no country", 1, 20}}; !reflect.DeepEqual(n.regionParts(), want) {
		t.Errorf("got %v, want %v", n.regionParts(), want)
	}
	if want := []barOf{{"mobile", 50, 1000}, {"fixed line or mobile", 25, 500}, {"toll-free", 1, 20}}; !reflect.DeepEqual(n.typeParts(), want) {
		t.Errorf("got %v, want %v", n.typeParts(), want)
	}
	if n.all != 76 {
		t.Errorf("got %d numbers, want 76", n.all)
	}
}

// TestNumbersOfManyCountries: the page names twelve countries, and counts the rest.
func TestNumbersOfManyCountries(t *testing.T) {
	n := &numbers{counts: make(map[kindOf]*int)}
	for i, code := range []string{"US", "BR", "DE", "GB", "IN", "FR", "MX", "ES", "PT", "IT", "NL", "PL", "ZA", "JP", "XK"} {
		count := 100 - i
		n.counts[kindOf{code, phone.Mobile}] = &count
	}
	got := n.regionParts()
	if last := got[len(got)-1]; len(got) != 13 || fmt.Sprint(last) != "{others 261 1000}" || got[0].Bar != 383 {
		t.Errorf("got %v, want twelve and the rest", got)
	}
	delete(n.counts, kindOf{"JP", phone.Mobile})
	delete(n.counts, kindOf{"XK", phone.Mobile})
	if got := n.regionParts(); len(got) != 13 || got[12].Name != "South Africa" {
		t.Errorf("got %v, want all thirteen: the rest would be one of them", got)
	}
}
