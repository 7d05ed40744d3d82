package importer_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"sent-import/importer"
	"sent-import/importer/simulator"
	"sent-import/importer/testenv"
)

// tellsOfItsList has the server answer for its list with the pagination, and a
// full page of others' contacts each time.
func (g *stage) tellsOfItsList(next http.RoundTripper, pagination string) http.RoundTripper {
	return tripper(func(r *http.Request) (*http.Response, error) {
		if r.Method != http.MethodGet || r.URL.Path != "/v3/contacts" || r.URL.Query().Has("phone") {
			return next.RoundTrip(r)
		}
		var page int
		if _, err := fmt.Sscan(r.URL.Query().Get("page"), &page); err != nil || page < 1 {
			g.t.Errorf("page %q was asked for", r.URL.Query().Get("page"))
		}
		return recorded(http.StatusOK, fmt.Sprintf(`{"success":true,"data":{"contacts":[%s],"pagination":%s}}`, fullPage(page), pagination)), nil
	})
}

// What the API tells of its list's length is believed within reason: the pages
// cost no more than the list could save, whatever the numbers are.
func TestAttack08ListsWithoutEnd(t *testing.T) {
	read := []string{ // with all pages that may be; of the others, one shows enough
		`{"total_count":9223372036854775807}`, `{"total_count":1000000000000000}`, `{"total_count":9223372036854775808}`,
		`{"total_count":0,"total_pages":9223372036854775807,"has_more":true}`,
	}
	const rows = 100
	for pagination, long := range map[string]bool{ // whether it tells of more pages than are read
		`{"total_count":9223372036854775807}`: true, `{"total_count":9223372036854775800,"has_more":true}`: true,
		`{"total_count":1000000000000000}`: true, `{"page":9223372036854775807,"total_count":5000000}`: true,
		`{"total_count":1e15,"has_more":true}`: false, `{"total_count":9223372036854775808}`: false,
		`{"total_count":-9223372036854775808,"has_more":true}`: false, `{"total_count":0,"total_pages":9223372036854775807,"has_more":true}`: false,
		`{"page":-1,"page_size":0,"total_pages":-5,"has_more":true}`: false,
	} {
		for _, choice := range testenv.Some([]string{existingAuto, existingList}, 1) {
			if choice == existingList && !slices.Contains(read, pagination) {
				continue
			}
			t.Run(choice+pagination, func(t *testing.T) {
				scenario{rows: rows, o: importer.Options{Existing: choice, Rate: "600/m"}}.play(t, func(t *testing.T, g *stage) {
					next, closePipe := simulator.Pipe(g.server)
					defer closePipe()
					var plan importer.Plan
					g.o.Plan = func(p importer.Plan) { plan = p }
					r := g.runOver(t.Context(), g.tellsOfItsList(next, pagination))
					if r.err != nil {
						t.Fatal(r.err)
					}
					r.complete(t)
					most := map[string]int{existingList: rows, existingAuto: 1}[choice]
					if r.Requests.List > most || r.Requests.Create != rows {
						t.Errorf("got %+v, want %d pages at most, and %d creations", r.Requests, most, rows)
					}
					if plan.Requests < rows || plan.Requests > 2*rows || plan.Duration <= 0 || plan.List.Pages < 0 || plan.List.Contacts < 0 {
						t.Errorf("got the plan %+v", plan)
					}
					if short := r.said("would cost more requests than to create every row") == 1; choice == existingList && short != long {
						t.Errorf("got notices %q, said that pages are left out %t, want %t", r.notices, short, long)
					}
				})
			})
		}
	}
}

// verify looks the contacts up where the list would cost more, and takes no number
// of the API's for less than it is.
func TestVerifyOfAListWithoutEnd(t *testing.T) {
	for _, pagination := range []string{`{"total_count":9223372036854775807}`, `{"total_count":1000000000000000}`, `{"has_more":true}`} {
		scenario{rows: 20}.play(t, func(t *testing.T, g *stage) {
			job := g.run().Job.ID
			next, closePipe := simulator.Pipe(g.server)
			defer closePipe()
			o := g.o
			o.Transport = g.tellsOfItsList(next, pagination)
			v, err := importer.Verify(t.Context(), job, o)
			if err != nil {
				t.Fatal(err)
			}
			if v.Checked != 20 || len(v.Differences) > 0 || v.Requests.List != 1 || v.Requests.Lookup != 20 {
				t.Errorf("%s: got %+v, want 20 contacts checked by as many look-ups", pagination, v)
			}
		})
	}
}
