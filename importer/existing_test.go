package importer_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
)

// many are n valid numbers that number does not give, from the ith on.
func many(i, n int) []string {
	all := make([]string, 0, n)
	for ; n > 0; i, n = i+1, n-1 {
		all = append(all, fmt.Sprintf("+1%d200%04d", []int{212, 312, 206, 617, 646}[i/10000], i%10000))
	}
	return all
}

// cells is a file of phone numbers without its header.
func cells(phones []string) string { return strings.Join(phones, "\n") + "\n" }

// tenth is a time that a request takes, so that things happen one after another.
func tenth(simulator.Request) time.Duration { return 100 * time.Millisecond }

// A nightly list: nearly all contacts exist, and are found at a hundred a
// request.
func TestListPaysForItself(t *testing.T) {
	const contacts = 5_000 // more rows than a commit of the plan has
	const pages, rows = contacts / 100, contacts + 100
	s := scenario{server: simulator.Options{Existing: many(0, contacts)}, file: cells(many(0, rows)), o: importer.Options{Existing: existingAuto}}
	s.play(t, func(t *testing.T, g *stage) {
		var plan importer.Plan
		g.o.Plan = func(p importer.Plan) { plan = p }
		r := g.run()
		r.complete(t)
		g.economical(r)
		r.want(t, map[outcome.Reason]int{outcome.AlreadyExists: contacts, outcome.ReasonCreated: 100})
		if got := r.Requests; got.Total() > pages+100+5 || got.List != pages || got.Create != 100 {
			t.Errorf("got %+v, want %d pages, 100 creations and 5 others at most", got, pages)
		}
		if want := (importer.ListPlan{Choice: importer.ListRead, Contacts: contacts, Pages: pages - 1}); plan.List != want || plan.Requests != pages-1+rows {
			t.Errorf("got the plan %+v, %d requests, want %+v and at most %d", plan.List, plan.Requests, want, pages-1+rows)
		}
		for _, row := range r.rows {
			if row.Reason == outcome.AlreadyExists && (row.ContactID == "" || row.Key != "" || row.HTTPStatus != 200 || row.RequestID == "" || row.Attempts != 0) {
				t.Fatalf("row %d: got %+v, want a contact id, and the page that showed it", row.Number, row.Outcome)
			}
		}
	})
}

// The choice, and what it costs beyond the creations.
func TestListChoice(t *testing.T) {
	const rows = 100
	for _, test := range []struct {
		name   string
		server simulator.Options
		mode   string
		rows   int
		o      importer.Options
		want   importer.ListPlan
		lists  int
	}{
		{"off", simulator.Options{Existing: numbers(50)}, existingOff, rows, importer.Options{}, importer.ListPlan{Choice: importer.ListOff}, 0},
		{"auto, an empty account", simulator.Options{}, existingAuto, rows, importer.Options{}, importer.ListPlan{Choice: importer.ListRead}, 1},
		{"auto, some exist", simulator.Options{Existing: numbers(50)}, existingAuto, rows, importer.Options{}, importer.ListPlan{Choice: importer.ListRead, Contacts: 50}, 1},
		{"auto, a tenth", simulator.Options{Existing: many(0, 1000)}, existingAuto, rows, importer.Options{}, importer.ListPlan{Choice: importer.ListRead, Contacts: 1000, Pages: 9}, 10},
		{"auto, more than a tenth", simulator.Options{Existing: many(0, 1001)}, existingAuto, rows, importer.Options{}, importer.ListPlan{Choice: importer.ListCostly, Contacts: 1001, Pages: 10}, 1},
		{"auto, smaller pages", simulator.Options{Existing: many(0, 100), PageSizeMax: 25}, existingAuto, rows, importer.Options{}, importer.ListPlan{Choice: importer.ListRead, Contacts: 100, Pages: 3}, 6},
		{"auto, smaller pages that cost too much", simulator.Options{Existing: many(0, 250), PageSizeMax: 25}, existingAuto, rows, importer.Options{}, importer.ListPlan{Choice: importer.ListCostly, Contacts: 250, Pages: 9}, 3},
		{"auto, tiny pages", simulator.Options{PageSizeMax: 1}, existingAuto, 60, importer.Options{}, importer.ListPlan{Choice: importer.ListMissing}, 6},
		{"auto, few rows", simulator.Options{}, existingAuto, fewestToList - 1, importer.Options{}, importer.ListPlan{Choice: importer.ListFew}, 0},
		{"list, few rows", simulator.Options{Existing: many(0, 1001)}, existingList, 3, importer.Options{}, importer.ListPlan{Choice: importer.ListRead, Contacts: 1001, Pages: 10}, 11},
		{"auto, a rehearsal", simulator.Options{Existing: numbers(50)}, existingAuto, rows, importer.Options{Sandbox: true}, importer.ListPlan{Choice: importer.ListSandbox}, 0},
		{"list, a rehearsal", simulator.Options{Existing: numbers(50)}, existingList, rows, importer.Options{Sandbox: true}, importer.ListPlan{Choice: importer.ListSandbox}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := test.o
			o.Existing = test.mode
			scenario{server: test.server, rows: test.rows, o: o}.play(t, func(t *testing.T, g *stage) {
				var plan importer.Plan
				g.o.Plan = func(p importer.Plan) { plan = p }
				r := g.run()
				r.complete(t)
				g.economical(r)
				if plan.List != test.want || r.Requests.List != test.lists {
					t.Errorf("got %+v and %d pages, want %+v and %d", plan.List, r.Requests.List, test.want, test.lists)
				}
				want := outcome.Counts{Rows: test.rows, Created: test.rows}
				if !o.Sandbox {
					for _, phone := range test.server.Existing {
						if phone < number(test.rows) && phone >= number(0) {
							want.Created, want.Duplicate = want.Created-1, want.Duplicate+1
						}
					}
				}
				if r.Counts != want {
					t.Errorf("got %+v, want %+v", r.Counts, want)
				}
			})
		})
	}
}

// A row that may have been sent is settled by its key and the time of its
// contact, never by the list: the contact there may be its own.
func TestListLeavesDoubtAlone(t *testing.T) {
	for _, remembers := range []bool{true, false} {
		server := simulator.Options{Existing: []string{number(0)}, Latency: tenth}
		if !remembers {
			server.NoReplays = true
		}
		scenario{server: server, rows: 60}.play(t, func(t *testing.T, g *stage) {
			g.die(death{at: 4, executed: true}) // the account, number 0, 1 and 2
			time.Sleep(time.Hour)               // virtual
			g.o.Existing = existingList
			r := g.run()
			r.complete(t)
			r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 58, outcome.ReasonRecovered: 1, outcome.AlreadyExists: 1})
			if r.rows[2].Reason != outcome.ReasonRecovered {
				t.Errorf("the row that was sent when the run died: got %s, want recovered", r.rows[2].Reason)
			}
		})
	}
}

// Rows that failed without doubt may be settled by the list; one that ended
// unknown may not, since its contact can be ours.
func TestListAfterFailures(t *testing.T) {
	calm := false
	refused := simulator.Fault{Kind: simulator.Failure, Status: 400, Code: "RESOURCE_099"}
	server := simulator.Options{Faults: func(r simulator.Request) simulator.Fault {
		switch {
		case calm || r.Operation == simulator.Me || r.Operation == simulator.List:
		case r.Phone == number(1):
			return refused
		case r.Phone == number(2) && r.Operation == simulator.Create:
			return simulator.Fault{Kind: simulator.Internal, After: true}
		case r.Phone == number(2):
			return simulator.Fault{Kind: simulator.Foreign}
		case r.Phone == number(3):
			return simulator.Fault{Kind: simulator.InFlight}
		}
		return simulator.Fault{}
	}}
	scenario{server: server, rows: 5, o: importer.Options{Attempts: 1}}.play(t, func(t *testing.T, g *stage) {
		r := g.run()
		r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 2, outcome.Rejected: 1, outcome.OutcomeUnknown: 2})
		calm = true
		for i := 1; i <= 3; i += 2 { // somebody else creates them
			g.server.Insert("acct", "", number(i), time.Now())
		}
		g.o.Existing = existingList
		r = g.run()
		r.complete(t)
		r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 2, outcome.AlreadyExists: 2, outcome.ReasonRecovered: 1})
		if r.ThisRun.Requests.Create < 2 || r.rows[1].HTTPStatus != 200 || r.rows[1].ErrorCode != "" {
			t.Errorf("got %+v and row 2 %+v, want row 2 from the list and 3 and 4 asked for", r.ThisRun.Requests, r.rows[1].Outcome)
		}
	})
}

// Inherited contacts, other profiles' and deleted ones are no contacts of ours:
// the API decides.
func TestListShowsOthersContacts(t *testing.T) {
	const profile = "7b2f6a57-4b1c-4c0e-9d5e-111111111111"
	server := simulator.Options{
		Inherited: []string{number(1)}, Deleted: []string{number(2)}, Existing: []string{number(3)}, Profiles: []string{profile},
	}
	for _, in := range []string{"", profile} {
		scenario{server: server, rows: 10, o: importer.Options{Existing: existingList, Profile: in}}.play(t, func(t *testing.T, g *stage) {
			g.server.Insert("acct", "", number(4), time.Now())
			r := g.run()
			r.complete(t)
			want := map[outcome.Reason]int{outcome.ReasonCreated: 7, outcome.AlreadyExists: 3}
			if in != "" {
				want = map[outcome.Reason]int{outcome.ReasonCreated: 8, outcome.AlreadyExists: 2}
			}
			r.want(t, want)
			if r.rows[1].HTTPStatus != http.StatusConflict {
				t.Errorf("the inherited contact: got %+v, want the API's 409", r.rows[1].Outcome)
			}
		})
	}
}

// Contacts that come, go and move while the list is read cost a request at
// most. What is reported is true.
func TestListThatMoves(t *testing.T) {
	for _, newestFirst := range []bool{true, false} {
		for _, shrinks := range []bool{true, false} {
			t.Run(fmt.Sprintf("newest first=%t/shrinks=%t", newestFirst, shrinks), func(t *testing.T) {
				var g *stage
				others := 0
				server := simulator.Options{NewestFirst: newestFirst, Existing: append(many(0, 500), numbers(400)...)}
				server.Latency = func(r simulator.Request) time.Duration {
					if r.Operation == simulator.List && g != nil {
						for range 10 {
							if shrinks {
								g.server.Delete("acct", "", many(others, 1)[0])
							} else {
								g.server.Insert("acct", "", many(1000+others, 1)[0], time.Now())
							}
							others++
						}
					}
					return 100 * time.Millisecond
				}
				scenario{server: server, rows: 500, o: importer.Options{Existing: existingList}}.play(t, func(t *testing.T, stage *stage) {
					g = stage
					r := g.run()
					r.complete(t)
					g.economical(r)
					r.want(t, map[outcome.Reason]int{outcome.AlreadyExists: 400, outcome.ReasonCreated: 100})
					if r.Requests.List > 20 || r.Requests.Create > 300 {
						t.Errorf("got %+v, want the list to pay all the same", r.Requests)
					}
				})
			})
		}
	}
}

// Without a list that can be read the rows are posted, and somebody is told.
func TestListFails(t *testing.T) {
	onPages := func(from, to int, f simulator.Fault) simulator.FaultPlan {
		return func(r simulator.Request) simulator.Fault {
			if r.Operation == simulator.List && from <= r.Attempt && r.Attempt <= to {
				return f
			}
			return simulator.Fault{}
		}
	}
	absent := simulator.Fault{Kind: simulator.Failure, Status: 404, Code: "RESOURCE_001"}
	refused := simulator.Fault{Kind: simulator.Failure, Status: 400, Code: "VALIDATION_005"}
	for _, test := range []struct {
		name     string
		plan     simulator.FaultPlan
		existing int // found by the list or by creating: all 300 are there
		lists    int // at most
		said     string
	}{
		{"there is none", onPages(1, 99, absent), 0, 1, "no list of contacts"},
		{"every size is refused", onPages(1, 99, refused), 0, 7, "no list of contacts"},
		{"no answer at all", onPages(1, 99, simulator.Fault{Kind: simulator.Foreign}), 0, 5, "no list of contacts"},
		{"none from the third page on", onPages(3, 99, simulator.Fault{Kind: simulator.Foreign}), 200, 2 + 5, "1 of the pages"},
		{"the second page is lost once", onPages(2, 2, simulator.Fault{Kind: simulator.Internal}), 300, 4, ""},
		{"it is cut", onPages(1, 2, simulator.Fault{Kind: simulator.Cut}), 300, 5, ""},
		{"refused for the rate", onPages(1, 2, simulator.Fault{Kind: simulator.TooMany}), 300, 5, ""},
		{"no ids", onPages(1, 1, simulator.Fault{Kind: simulator.NoID}), 200, 3, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := simulator.Options{Faults: test.plan, Existing: numbers(300)}
			scenario{server: server, rows: 310, o: importer.Options{Existing: existingList}}.play(t, func(t *testing.T, g *stage) {
				r := g.run()
				r.complete(t)
				g.economical(r)
				r.want(t, map[outcome.Reason]int{outcome.AlreadyExists: 300, outcome.ReasonCreated: 10})
				if r.Requests.Create != 310-test.existing || r.Requests.List > test.lists {
					t.Errorf("got %+v, want %d rows found and %d pages at most", r.Requests, test.existing, test.lists)
				}
				if test.said != "" && r.said(test.said) != 1 {
					t.Errorf("got the notices %q, want one with %q", r.notices, test.said)
				}
			})
		})
	}
}

// A page that stays without an answer, among many that have one, is passed over.
func TestListMissesPages(t *testing.T) {
	transport := func(next http.RoundTripper, pages ...string) http.RoundTripper {
		return tripper(func(r *http.Request) (*http.Response, error) {
			for _, page := range pages {
				if r.URL.Query().Get("page") == page && !r.URL.Query().Has("phone") {
					return recorded(http.StatusInternalServerError, `{"success":false,"error":{"code":"INTERNAL_001"}}`), nil
				}
			}
			return next.RoundTrip(r)
		})
	}
	for _, test := range []struct {
		name  string
		pages []string
		found int
		left  bool // the rest is left out
	}{
		{"three", []string{"2", "5", "9"}, 700, false},
		{"as many as are borne", []string{"2", "3", "4", "5", "6"}, 500, false},
		{"one more", []string{"2", "3", "4", "5", "6", "7"}, 400, true},
		{"all but the first", []string{"2", "3", "4", "5", "6", "7", "8", "9", "10"}, 100, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			scenario{server: simulator.Options{Existing: numbers(1000), Latency: tenth}, rows: 1000, o: importer.Options{Existing: existingList}}.play(t, func(t *testing.T, g *stage) {
				next, closePipe := simulator.Pipe(g.server)
				defer closePipe()
				r := g.runOver(t.Context(), transport(next, test.pages...))
				r.complete(t)
				if r.Requests.Create != 1000-test.found || r.said("The API gave no answer to") != 1 {
					t.Errorf("got %+v and %q, want %d found and a notice", r.Requests, r.notices, test.found)
				}
				if left := r.said("the rest was left out") == 1; left != test.left {
					t.Errorf("got the notices %q, want the rest left out: %t", r.notices, test.left)
				}
				if most := 10 + maxLookups*(maxMissed+listReaders); r.Requests.List > most {
					t.Errorf("got %d pages, want %d at most", r.Requests.List, most)
				}
			})
		})
	}
}

// tripper is a transport that is a function.
type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// recorded is an answer with a body.
func recorded(status int, body string) *http.Response {
	w := httptest.NewRecorder()
	w.WriteHeader(status)
	_, _ = w.WriteString(body)
	return w.Result()
}

// listed is a contact of a list.
func listed(phone, id, more string) string {
	return fmt.Sprintf(`{"id":"%s","phone_number":"%s","format_e164":"%s","created_at":"2026-01-01T00:00:00Z"%s}`, id, phone, phone, more)
}

func listedID(i int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", i) }

// fullPage is a hundred contacts with numbers that nobody asks for.
func fullPage(page int) string {
	var all []string
	for i, phone := range many(page*100%40000, 100) {
		all = append(all, listed(phone, listedID(page*100+i), ""))
	}
	return strings.Join(all, ",")
}

// lyingList is a server's list of contacts that is not what it says.
type lyingList struct {
	name  string
	list  func(page int) (contacts, pagination string)
	pages int // at most
	found int // rows that the list settles
}

func lyingLists(rows int) []lyingList {
	return []lyingList{
		{"it grows with each page", func(page int) (string, string) {
			return fullPage(page), fmt.Sprintf(`{"total_count":%d}`, 1000+page*200)
		}, 12 + 1 + 10, 0},
		{"it never ends and does not say how long it is", func(page int) (string, string) {
			return fullPage(page), `{"has_more":true}`
		}, rows, 0},
		{"the same page again and again", func(int) (string, string) {
			return listed(number(0), listedID(0), "") + "," + fullPage(1), `{"total_count":500,"has_more":true}`
		}, 5, 1},
		{"no pagination", func(page int) (string, string) {
			if page < 3 {
				return fullPage(page), `null`
			}
			return listed(number(0), listedID(0), ""), `null`
		}, 3, 1},
		{"no pagination, and nothing on the last page", func(page int) (string, string) {
			if page < 3 {
				return fullPage(page), `{}`
			}
			return "", `{}`
		}, 3, 0},
		{"too few by its count", func(page int) (string, string) {
			return listed(number(page), listedID(page), "") + "," + fullPage(page), `{"total_count":1,"has_more":true}`
		}, 1, 1},
		{"too many by its count", func(page int) (string, string) {
			if page > 1 {
				return "", `{"total_count":100000}`
			}
			return fullPage(1), `{"total_count":100000}`
		}, 1 + listReaders, 0},
		{"smaller pages than asked for", func(page int) (string, string) {
			return listed(number(2*page-2), listedID(2*page), "") + "," + listed(number(2*page-1), listedID(2*page+1), ""), `{"total_count":20,"page_size":2}`
		}, 10, 20},
		{"negative", func(int) (string, string) { return fullPage(1), `{"total_count":-5,"has_more":false}` }, rows, 0},
		{"junk in place of contacts", func(int) (string, string) { return `null,7,"x",{},[]`, `{"total_count":5}` }, 1, 0},
		{"contacts that are not to be believed", func(int) (string, string) {
			return strings.Join([]string{
				listed(number(0), "", ""),
				listed(number(1), listedID(1), `,"is_inherited":true`),
				listed(number(2), listedID(2), ""), listed(number(3), listedID(2), ""),
				strings.Replace(listed(number(4), listedID(4), ""), `"phone_number":"`+number(4), `"phone_number":"`+number(5), 1),
				listed(strings.TrimPrefix(number(6), "+"), listedID(6), ""),
				listed("+0"+number(7)[1:], listedID(7), ""),
				listed(number(8)+"\u200b", listedID(8), ""),
				listed(number(9), listedID(9), ""), // this one is
			}, ","), `{"total_count":9}`
		}, 1, 1},
	}
}

// Whatever a server says about its list, the listing ends, and what it does
// not show is posted.
func TestListThatLies(t *testing.T) {
	const rows = 100
	for _, test := range lyingLists(rows) {
		t.Run(test.name, func(t *testing.T) {
			scenario{rows: rows, o: importer.Options{Existing: existingList}}.play(t, func(t *testing.T, g *stage) {
				next, closePipe := simulator.Pipe(g.server)
				defer closePipe()
				o := g.o
				o.Concurrency = 8
				o.Transport = tripper(func(r *http.Request) (*http.Response, error) {
					if r.Method != http.MethodGet || r.URL.Path != "/v3/contacts" || r.URL.Query().Has("phone") {
						return next.RoundTrip(r)
					}
					var page int
					if _, err := fmt.Sscan(r.URL.Query().Get("page"), &page); err != nil {
						t.Error(err)
					}
					contacts, pagination := test.list(page)
					return recorded(http.StatusOK, fmt.Sprintf(`{"success":true,"data":{"contacts":[%s],"pagination":%s}}`, contacts, pagination)), nil
				})
				r, err := importer.Run(t.Context(), o)
				if err != nil {
					t.Fatal(err)
				}
				defer r.Close()
				if pages := r.Requests.List; pages > test.pages {
					t.Errorf("got %d pages, want %d at most", pages, test.pages)
				}
				if r.Requests.Create != rows-test.found || !r.Counts.Complete() {
					t.Errorf("got %+v, %+v, want %d rows found", r.Requests, r.Counts, test.found)
				}
			})
		})
	}
}

// The list stops the run where any request would: when the account is refused,
// or nobody answers. Nothing is lost, and the next run goes on.
func TestListStopsTheRun(t *testing.T) {
	for _, test := range []struct {
		name  string
		stop  func(*stage)
		go_on func(*stage)
		cause importer.StopCause
		words []string

		creations int // that it takes to find out
	}{
		{"the key is revoked", func(g *stage) { g.server.SetStops(simulator.Revoked(0)) },
			func(g *stage) { g.server.SetStops() }, importer.StopAccount, nil, 0},
		{"everything is forbidden", func(g *stage) { g.server.SetStops(simulator.Stop{Status: 403, Code: "AUTH_004"}) },
			func(g *stage) { g.server.SetStops() }, importer.StopAccount, nil, 1},
		{"nobody answers", func(g *stage) { g.server.BeginOutage() },
			func(g *stage) { g.server.EndOutage() }, importer.StopOutage, []string{"when it is back"}, 0},
	} {
		for _, after := range []int{0, 5} {
			t.Run(fmt.Sprintf("%s/after %d pages", test.name, after), func(t *testing.T) {
				server := simulator.Options{Existing: numbers(1000), Latency: tenth}
				var g *stage
				server.Faults = func(r simulator.Request) simulator.Fault {
					if g != nil && (r.Operation == simulator.List && r.Attempt == after || r.Operation == simulator.Me && after == 0) {
						test.stop(g)
					}
					return simulator.Fault{}
				}
				scenario{server: server, rows: 1010, o: importer.Options{Existing: existingAuto}}.play(t, func(t *testing.T, stage *stage) {
					g = stage
					r := g.run()
					r.stopped(t, test.cause, test.words...)
					if r.Requests.Create > test.creations || r.Counts.Duplicate+r.Counts.Pending != 1010 || r.Counts.Failed != 0 {
						t.Errorf("got %+v, %+v, want rows found or pending", r.Requests, r.Counts)
					}
					if after > 0 && r.Counts.Duplicate < (after-listReaders)*100 {
						t.Errorf("got %d duplicates, want those of the pages that were read", r.Counts.Duplicate)
					}
					if (r.Counts.Duplicate == 0) != r.Stopped.AtStart && test.cause == importer.StopAccount {
						t.Errorf("got AtStart %t with %d rows settled", r.Stopped.AtStart, r.Counts.Duplicate)
					}
					g = nil
					test.go_on(stage)
					r = stage.run()
					r.complete(t)
					r.want(t, map[outcome.Reason]int{outcome.AlreadyExists: 1000, outcome.ReasonCreated: 10})
					if r.Requests.List > 10+2*maxLookups*listReaders || r.Requests.Create > 10+test.creations {
						t.Errorf("got %+v, want the list to be gone on with", r.Requests)
					}
				})
			})
		}
	}
}

// An outage in the middle of the list is waited for, and the list is read to
// its end.
func TestListOutlastsAnOutage(t *testing.T) {
	const pages = 20
	for _, fault := range []simulator.Fault{{Kind: simulator.Unavailable, On: simulator.OnCreate | simulator.OnLookup | simulator.OnList | simulator.OnMe}, {Kind: simulator.Hang, On: simulator.OnCreate | simulator.OnLookup | simulator.OnList | simulator.OnMe}} {
		server := simulator.Options{Existing: many(0, 100*pages), Latency: tenth, Faults: simulator.During(2*time.Second, 8*time.Minute, fault)}
		s := scenario{server: server, file: cells(many(0, 100*pages+10)), o: importer.Options{Existing: existingAuto, Concurrency: 8, Rate: "300/m"}}
		s.play(t, func(t *testing.T, g *stage) {
			r := g.run()
			r.complete(t)
			r.want(t, map[outcome.Reason]int{outcome.AlreadyExists: 100 * pages, outcome.ReasonCreated: 10})
			if r.Requests.Create != 10 || r.Requests.List > pages+2*listReaders*maxLookups {
				t.Errorf("%s: got %+v, want %d pages, and some again", fault, r.Requests, pages)
			}
		})
	}
}

// A list that is forbidden is left out, be it from its first page or in its
// middle, and that is said.
func TestAttack06ForbiddenListIsLeftOut(t *testing.T) {
	for _, fault := range refusalsOfReads() {
		for _, from := range []uint64{0, 2} {
			t.Run(fmt.Sprintf("%s/from=%d", fault, from), func(t *testing.T) {
				plan := func(r simulator.Request) simulator.Fault {
					if r.Operation == simulator.List && r.Ordinal > from {
						return fault
					}
					return simulator.Fault{}
				}
				s := scenario{server: simulator.Options{Existing: numbers(300), Faults: plan}, rows: 400, o: importer.Options{Existing: existingList}}
				s.play(t, func(t *testing.T, g *stage) {
					r := g.run()
					r.complete(t)
					r.want(t, map[outcome.Reason]int{outcome.AlreadyExists: 300, outcome.ReasonCreated: 100})
					if r.said("cost one request each") != 1 || r.said("403") == 0 && from == 0 {
						t.Errorf("said %q, want once that the list was left out, and why", r.notices)
					}
				})
			})
		}
	}
}

// Killed in the middle of its pages, a listing goes on where it was; killed
// anywhere, the whole costs no more than the pages in flight again.
func TestListGoesOnAfterAKill(t *testing.T) {
	const pages = 12
	for _, at := range []int{2, 3, pages * 2 / 3, pages + 1} {
		t.Run(fmt.Sprintf("at request %d", at), func(t *testing.T) {
			server := simulator.Options{Existing: many(0, 100*pages), Latency: tenth}
			s := scenario{server: server, file: cells(many(0, 100*pages+50)), o: importer.Options{Existing: existingAuto, Concurrency: 8}}
			s.play(t, func(t *testing.T, g *stage) {
				var plan importer.Plan
				g.die(death{at: at})
				g.o.Plan = func(p importer.Plan) { plan = p }
				r := g.run()
				r.complete(t)
				r.want(t, map[outcome.Reason]int{outcome.AlreadyExists: 100 * pages, outcome.ReasonCreated: 50})
				read := int(g.server.Stats().Lists)
				if read > pages+2*listReaders || plan.List.Resumed != (at > 2) && at < pages {
					t.Errorf("got %d pages in both runs, resumed %t", read, plan.List.Resumed)
				}
				before := g.server.Stats().Requests
				if again := g.run(); again.Requests != r.Requests || g.server.Stats().Requests != before {
					t.Errorf("a finished job cost requests: %+v, %+v", again.Requests, r.Requests)
				}
			})
		})
	}
}

// A listing that is complete is not repeated for its job; one that was
// interrupted long ago begins anew; a fresh job lists again.
func TestListIsNotRepeated(t *testing.T) {
	server := simulator.Options{Existing: numbers(1000), Latency: tenth}
	s := scenario{server: server, rows: 1200, o: importer.Options{Existing: existingList, Concurrency: 1, Rate: "1/s"}}
	s.play(t, func(t *testing.T, g *stage) {
		first := g.runUntil(interrupted(t, 5*time.Second))
		if n := first.Requests.List; n < 4 || n > 6 || first.Counts.Duplicate != (n)*100 && first.Counts.Duplicate != (n-1)*100 {
			t.Errorf("got %d pages and %+v in five seconds", n, first.Counts)
		}
		time.Sleep(listingStands) // virtual
		second := g.runUntil(interrupted(t, 20*time.Second))
		if n := second.ThisRun.Requests.List; n != 10 {
			t.Errorf("a day later: got %d pages, want all 10 again", n)
		}
		if second.Counts.Duplicate != 1000 || second.ThisRun.Requests.Create == 0 {
			t.Fatalf("got %+v", second.Counts)
		}
		var plan importer.Plan
		g.o.Plan = func(p importer.Plan) { plan = p }
		third := g.run()
		third.complete(t)
		if third.ThisRun.Requests.List != 0 || plan.List.Choice != importer.ListDone {
			t.Errorf("got %d pages and %+v, want the list to be done", third.ThisRun.Requests.List, plan.List)
		}
		g.o.Fresh = true
		if fresh := g.run(); fresh.Requests.List == 0 || fresh.Counts.Duplicate != 1200 {
			t.Errorf("a fresh job: got %+v, %+v, want it to list", fresh.Requests, fresh.Counts)
		}
	})
}

// With requests that take long, pages are asked for side by side.
func TestListUsesTheRate(t *testing.T) {
	const seconds = 4
	const contacts = seconds * 5 * 100
	server := simulator.Options{Existing: many(0, contacts), Latency: func(simulator.Request) time.Duration { return time.Second }}
	s := scenario{server: server, file: cells(many(0, contacts)), o: importer.Options{Existing: existingAuto, Rate: "300/m", Concurrency: 32}}
	s.play(t, func(t *testing.T, g *stage) {
		r := g.run()
		r.complete(t)
		if r.Requests.Create != 0 || r.took > time.Duration(seconds+4)*time.Second {
			t.Errorf("got %+v in %v, want %d pages in %d seconds and some", r.Requests, r.took, contacts/100, seconds)
		}
	})
}
