package simulator

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
)

func TestListPages(t *testing.T) {
	var numbers []string
	for i := range 5 {
		numbers = append(numbers, fmt.Sprintf("+1415555267%d", i))
	}
	for _, c := range []struct {
		name, query string
		newestFirst bool
		want        []string
		more        bool
	}{
		{"first", "page=1&page_size=2", false, numbers[:2], true},
		{"last", "page=3&page_size=2", false, numbers[4:], false},
		{"beyond", "page=4&page_size=2", false, nil, false},
		{"all", "page=1&page_size=100", false, numbers, false},
		{"newest first", "page=1&page_size=2", true, []string{numbers[4], numbers[3]}, true},
		{"newest first, last", "page=3&page_size=2", true, numbers[:1], false},
		{"newest first, beyond", "page=4&page_size=2", true, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := New(Options{Existing: numbers, Deleted: []string{bob}, NewestFirst: c.newestFirst})
			r := do(t, s, list(c.query))
			want(t, "list", r, http.StatusOK, "")
			var got []string
			for _, contact := range r.list.Contacts {
				got = append(got, contact.Phone)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("contacts: got %v, want %v", got, c.want)
			}
			p := r.list.Pagination
			if p["total_count"] != 5.0 || p["has_more"] != c.more {
				t.Errorf("pagination: got %v, want 5 in all, more %v", p, c.more)
			}
			if _, ok := p["cursors"].(map[string]any); !ok {
				t.Errorf("cursors: got %v", p["cursors"])
			}
		})
	}
}

func TestPaginationFields(t *testing.T) {
	s := New(Options{Existing: []string{alice, bob, carol}})
	p := do(t, s, list("page=2&page_size=2")).list.Pagination
	for field, value := range map[string]float64{"page": 2, "page_size": 2, "total_count": 3, "total_pages": 2} {
		if p[field] != value {
			t.Errorf("%s: got %v, want %v", field, p[field], value)
		}
	}
	equal(t, "an empty list", do(t, New(Options{}), list("page=1&page_size=1")).list.Contacts != nil, true)
}

func TestPagingIsRequiredAndLimited(t *testing.T) {
	for _, c := range []struct {
		name, query, code string
	}{
		{"no page", "page_size=1", "VALIDATION_004"},
		{"no page size", "page=1", "VALIDATION_004"},
		{"look-up without them", "phone=%2B14155552671", "VALIDATION_004"},
		{"page 0", "page=0&page_size=1", "VALIDATION_005"},
		{"negative", "page=1&page_size=-1", "VALIDATION_005"},
		{"no number", "page=1&page_size=all", "VALIDATION_001"},
		{"above the maximum", "page=1&page_size=101", "VALIDATION_005"},
		{"huge page", "page=9999999&page_size=1", "VALIDATION_005"},
	} {
		t.Run(c.name, func(t *testing.T) {
			want(t, c.query, do(t, New(Options{}), list(c.query)), http.StatusBadRequest, c.code)
		})
	}
	s := New(Options{PageSizeMax: 25})
	want(t, "at the maximum", do(t, s, list("page=1&page_size=25")), http.StatusOK, "")
	want(t, "above another maximum", do(t, s, list("page=1&page_size=26")), http.StatusBadRequest, "VALIDATION_005")
}

func TestLookup(t *testing.T) {
	s := New(Options{Existing: []string{alice, bob}, Profiles: []string{profileA}})
	r := do(t, s, lookup(bob))
	want(t, "found", r, http.StatusOK, "")
	if len(r.list.Contacts) != 1 || r.list.Contacts[0].E164 != bob {
		t.Errorf("contacts: got %+v, want the one", r.list.Contacts)
	}
	want(t, "absent", do(t, s, lookup(carol)), http.StatusNotFound, "RESOURCE_001")
	want(t, "not E.164", do(t, s, lookup("447911123456")), http.StatusBadRequest, "VALIDATION_002")
	plus := call{path: "/v3/contacts?page=1&page_size=1&phone=" + alice}
	want(t, "a plus that is a space", do(t, s, plus), http.StatusBadRequest, "VALIDATION_002")
	do(t, s, create(carol, "").in(profileA))
	want(t, "in another scope", do(t, s, lookup(carol)), http.StatusNotFound, "RESOURCE_001")
	want(t, "in its scope", do(t, s, lookup(carol).in(profileA)), http.StatusOK, "")
	equal(t, "look-ups", s.Stats().Lookups, 6)
}

func TestLookupSingle(t *testing.T) {
	r := do(t, New(Options{Existing: []string{alice}, LookupSingle: true}), lookup(alice))
	equal(t, "data", r.contact.E164, alice)
}

func TestInheritedContacts(t *testing.T) {
	s := New(Options{Inherited: []string{alice}})
	r := do(t, s, list("page=1&page_size=10"))
	if len(r.list.Contacts) != 1 || !r.list.Contacts[0].Inherited {
		t.Errorf("contacts: got %+v, want one inherited", r.list.Contacts)
	}
	want(t, "create", do(t, s, create(alice, "")), http.StatusConflict, "RESOURCE_007")
}
