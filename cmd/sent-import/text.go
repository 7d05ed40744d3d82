package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/printable"
	"sent-import/importer/progress"
	"sent-import/report/human"
)

// open is how many rows of the plan are not settled.
func open(p importer.Plan) int { return p.Counts.Pending + p.Counts.Failed }

// planText is the plan in words.
func planText(p importer.Plan, now time.Time) string {
	c, before, out := p.Counts, "", ""
	if p.Resumed && c.Created > 0 {
		before = human.Number(c.Created) + " created before, "
	}
	if p.OptedOut > 0 {
		out = fmt.Sprintf(", %s of them opted out", human.Number(p.OptedOut))
	}
	lines := append([]string{accountText(p), optedOutText(p), marksText(p), unclearText(p)}, p.Notices...)
	lines = append(lines, fmt.Sprintf("%s: %s: %s%s to create, %s duplicate, %s invalid%s.",
		printable.Path(p.Job.InputName), human.Count(c.Rows, "row", "rows"), before,
		human.Number(open(p)), human.Number(c.Duplicate), human.Number(c.Invalid), out))
	if p.Requests == 0 {
		lines = append(lines, "Nothing is left to send.")
	} else {
		lines = append(lines, listText(p), lookupText(p), reserveText(p), timetableText(p, now), costText(p, now), allowedText(p))
	}
	return strings.Join(slices.DeleteFunc(lines, func(line string) bool { return line == "" }), "\n")
}

// sharedAllowance is said of a plan that sends something at the account's rate.
const sharedAllowance = "The account's messages share this allowance while the import runs."

// onceForAll is the plan's text for one of several files, without what the plan of a file
// before it has said for all of them: whose account it is, and who shares it.
func (a *app) onceForAll(text string, p importer.Plan) string {
	if a.said == nil {
		return text
	}
	common := []string{accountText(p), sharedAllowance}
	var kept []string
	for line := range strings.SplitSeq(text, "\n") {
		if slices.Contains(common, line) {
			if a.said[line] {
				continue
			}
			a.said[line] = true
		}
		kept = append(kept, line)
	}
	return strings.Join(kept, "\n")
}

// accountText says into whose account and profile the contacts go, as far as the API has
// told; "" if it has not, or nothing is left to send.
func accountText(p importer.Plan) string {
	account := p.Account.Name
	if account != "" {
		account += " (" + strings.Trim(p.Account.Type+", "+p.Account.ID, ", ") + ")"
	}
	profile := p.Profile.Name
	if profile != "" {
		profile += " (" + p.Profile.ID + ")"
	}
	switch {
	case p.Requests == 0 || account == "" && profile == "":
		return ""
	case profile == "" && p.Profile.ID != "":
		return fmt.Sprintf("The contacts go into the profile %s of the account %s.", p.Profile.ID, account)
	case profile == "":
		return fmt.Sprintf("The contacts go into the account %s.", account)
	case account == "":
		return fmt.Sprintf("The contacts go into the profile %s.", profile)
	}
	return fmt.Sprintf("The contacts go into the profile %s of the account %s.", profile, account)
}

// optedOutText says how many rows are left out since the people opted out, and what that
// means for them; "" if there is none.
func optedOutText(p importer.Plan) string {
	if p.OptedOut == 0 {
		return ""
	}
	return fmt.Sprintf("%s who opted out%s: nothing is sent for them (--opt-out skip), so a contact that is in the account already stays as it is there; --opt-out mark marks it as opted out.",
		human.Count(p.OptedOut, "row is of somebody", "rows are of people"), optOutColumns(p))
}

// optOutColumns names the columns that say who opted out, behind a space; "" if there is
// none: an earlier import said so.
func optOutColumns(p importer.Plan) string {
	if p.OptOutColumns == "" {
		return ""
	}
	return " (" + p.OptOutColumns + ")"
}

// marksText says how many contacts are marked as opted out, and what that costs; "" if
// none is.
func marksText(p importer.Plan) string {
	if p.Job.Sandbox && p.Job.Reading.OptOut == "mark" {
		return "A rehearsal marks nobody as opted out (--opt-out mark)."
	}
	if p.Marks == 0 {
		return ""
	}
	return fmt.Sprintf("%s who opted out%s: the contacts are created, or found, and marked as opted out (--opt-out mark), with %s more. For one that exists and that the list does not show, a look-up comes on top.",
		human.Count(p.Marks, "number is of somebody", "numbers are of people"), optOutColumns(p), human.Count(p.Marks, "request", "requests"))
}

// unclearText says how many rows are left out since it is not clear whether the people
// opted out; "" if there is none.
func unclearText(p importer.Plan) string {
	if p.OptOutUnclear == 0 {
		return ""
	}
	return fmt.Sprintf("%s not say clearly whether the person wants messages (%s), and %s left out: write yes or no there, or give the right column with --opt-out-column, or none.",
		human.Count(p.OptOutUnclear, "row does", "rows do"), p.OptOutColumns, human.Word(p.OptOutUnclear, "is", "are"))
}

// costText is what the plan costs in all.
func costText(p importer.Plan, now time.Time) string {
	requests := human.Count(p.Requests, "request", "requests")
	certain := "done"
	if p.List.Choice == importer.ListRead {
		requests, certain = "At most "+requests, "done then"
	}
	if math.IsInf(p.PerMinute, 1) {
		return requests + ", without a limit."
	}
	at := fmt.Sprintf(" at %s a minute", rate(p.PerMinute))
	if p.Timetable != nil {
		at = ", by the timetable"
	}
	return fmt.Sprintf("%s%s: about %s, %s %s, if all goes well.\n%s",
		requests, at, human.Estimated(p.Duration), certain, clock(now, p.Duration), sharedAllowance)
}

// timetableText says what the timetable of the reserve leaves to others now, and what
// next; "" where there is none.
func timetableText(p importer.Plan, now time.Time) string {
	if p.Timetable == nil {
		return ""
	}
	text := fmt.Sprintf("The timetable (--reserve) leaves others %s now", leftText(p.Timetable.Now, p.Limit))
	if !p.Timetable.At.IsZero() {
		text += fmt.Sprintf(", and %s from %s on", leftText(p.Timetable.Then, p.Limit), clockAt(now, p.Timetable.At))
	}
	if p.Timetable.Now.IsAll() {
		text += ": nothing is sent until then"
	}
	return text + "."
}

// reserveText says that a reserve is larger than what may be left to others of the account's
// limit; "" where it is not.
func reserveText(p importer.Plan) string {
	if p.Timetable != nil || !p.Reserve.Capped(p.Limit) {
		return ""
	}
	return fmt.Sprintf("--reserve %d is more than 90%% of the account's limit, which is %s a minute as far as is known: %s of them are left to others, so that the import does not stand still.",
		p.Reserve.Requests, human.Count(int(p.Limit), "request", "requests"), rate(p.Reserve.Of(p.Limit)))
}

// leftText is what a reserve leaves to others of the limit, in words.
func leftText(r importer.Reserve, limit float64) string {
	switch {
	case r.Capped(limit):
		return fmt.Sprintf("%s requests a minute (90%% of the limit, since %s are more than that)", rate(r.Of(limit)), human.Number(r.Requests))
	case r.IsZero():
		return "nothing"
	case r.IsAll():
		return "the whole limit"
	case r.Percent > 0:
		return r.String() + " of the limit"
	}
	return human.Count(r.Requests, "request", "requests") + " a minute"
}

// allowedText says that the command may make fewer requests than the plan needs; "" if it
// may make them all.
func allowedText(p importer.Plan) string {
	if p.Allowed == 0 {
		return ""
	}
	return fmt.Sprintf("It stops after %s (--max-requests); the same command goes on.", human.Count(p.Allowed, "request", "requests"))
}

// listText says whether the list of contacts is read, and why; "" where the list does
// not matter.
func listText(p importer.Plan) string {
	l := p.List
	switch l.Choice {
	case importer.ListRead:
		return readText(p)
	case importer.ListCostly:
		return fmt.Sprintf("The account holds %s: reading their list would cost %s more%s, over a tenth of the rows, so contacts that exist are found one by one (--existing list reads it all the same).",
			human.Count(l.Contacts, "contact", "contacts"), human.Count(l.Pages, "request", "requests"), taking(p, l.Pages))
	case importer.ListMissing:
		return "The API gives no list of contacts that says how long it is: those that exist are found one by one."
	case importer.ListLater:
		return "The API has not answered yet: its list of contacts is asked for as soon as it does."
	case importer.ListSandbox:
		return "A rehearsal has every number checked, so contacts that exist are not looked for."
	case importer.ListDone:
		return "The list of contacts was read before: contacts added since then are found one by one."
	}
	return ""
}

// readText describes a list that the run reads first.
func readText(p importer.Plan) string {
	l := p.List
	switch {
	case l.Pages == 0:
		return fmt.Sprintf("The account holds %s, and their list has been read with one request: rows whose contacts are in it cost nothing.", human.Count(l.Contacts, "contact", "contacts"))
	case l.Contacts == 0:
		return "The list of contacts is read first: rows whose contacts are in it cost nothing more."
	}
	again := ""
	if l.Resumed {
		again = "the rest of "
	}
	rest := ""
	if l.Unread > 0 {
		rest = fmt.Sprintf(" Its last %s are left out: to read them would cost more than to create every row.", human.Count(l.Unread, "page", "pages"))
	}
	return fmt.Sprintf("The account holds %s: %stheir list is read first, with %s%s, and rows whose contacts are in it cost nothing more.%s",
		human.Count(l.Contacts, "contact", "contacts"), again, human.Count(l.Pages, "request", "requests"), taking(p, l.Pages), rest)
}

// taking is how long n requests take, 146 years at most; "" where there is no limit.
func taking(p importer.Plan, n int) string {
	if math.IsInf(p.PerMinute, 1) || p.PerMinute <= 0 {
		return ""
	}
	const longest = math.MaxInt64 / 2
	return fmt.Sprintf(" (%s)", human.Estimated(time.Duration(min(float64(n)/p.PerMinute*float64(time.Minute), longest))))
}

// lookupText says what the contact ids of duplicates cost.
func lookupText(p importer.Plan) string {
	switch {
	case !p.Resolve:
		return ""
	case p.MissingIDs > 0:
		return fmt.Sprintf("%s for the contact ids of duplicates, and one more for each duplicate that the list does not show.", human.Count(p.MissingIDs, "look-up", "look-ups"))
	}
	return "Each duplicate that the list does not show costs one more request, a look-up for its contact's id."
}

// progressText is how far a run is, in one line.
func progressText(p progress.Snapshot, now time.Time) string {
	stage, text := progressParts(p, now)
	if text == "" {
		return stage
	}
	return stage + ", " + text
}

// progressParts is how far a run is: the part of it that is under way, with what there is
// to count; and what else there is to say.
func progressParts(p progress.Snapshot, now time.Time) (stage, text string) {
	switch p.Phase {
	case progress.Hashing:
		return "reading the file: " + share(p.Bytes, p.BytesTotal), ""
	case progress.Planning:
		return fmt.Sprintf("planning: %s rows", human.Number(p.Rows)), share(p.Bytes, p.BytesTotal)
	case progress.Asking:
		return askingParts(p, now)
	case progress.Listing:
		return fmt.Sprintf("listing: %s of %s pages", human.Number(p.PagesRead), human.Number(p.Pages)),
			joined(fmt.Sprintf("%s of %s rows found", human.Number(p.Settled.Duplicate), human.Number(p.ToSettle)), pending(p, now))
	case progress.Creating:
		return "creating: " + settledText(p), joined(settledBy(p), pending(p, now))
	case progress.Ending:
		return "ending: " + settledText(p), joined(settledBy(p), cmp.Or(trouble(p, now), "waiting for the requests in flight"))
	case progress.Undoing:
		return fmt.Sprintf("undoing: %s of %s contacts", human.Number(p.Undone), human.Number(p.ToUndo)), pending(p, now)
	case progress.Resolving:
		return fmt.Sprintf("looking up: %s of %s duplicates", human.Number(p.Resolved), human.Number(p.ToResolve)), pending(p, now)
	}
	return "", ""
}

// askingParts are the parts while the API is asked what has to be known first.
func askingParts(p progress.Snapshot, now time.Time) (stage, text string) {
	switch why := trouble(p, now); {
	case why != "":
		return "asking for the account", why
	case p.Failure != "":
		return "asking for the account", p.Failure
	}
	return "asking for the account and its contacts", ""
}

func joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}

func settledText(p progress.Snapshot) string {
	return fmt.Sprintf("%s of %s rows", human.Number(p.Settled.Rows), human.Number(p.ToSettle))
}

// settledBy is what became of the rows that this run has settled; "" before the first.
func settledBy(p progress.Snapshot) string {
	if p.Settled.Rows == 0 {
		return ""
	}
	return countsText(p.Settled, outcome.Statuses())
}

// trouble is why the run makes no progress at the moment; "" if it does.
func trouble(p progress.Snapshot, now time.Time) string {
	switch {
	case p.Outage:
		return "the API does not answer; probing" + met(p)
	case p.ClosedUntil.After(now):
		return joined("paused by the timetable (--reserve) until "+clockAt(now, p.ClosedUntil), doneAt(p, now))
	case p.PausedUntil.After(now):
		return "paused by the API (429) until " + p.PausedUntil.Local().Format(time.TimeOnly)
	}
	return ""
}

// met is how the last request failed; "" if it did not fail.
func met(p progress.Snapshot) string {
	if p.Failure == "" {
		return ""
	}
	return ": " + p.Failure
}

// pending says how much is left and when it will be done, or why that is not known.
func pending(p progress.Snapshot, now time.Time) string {
	if text := trouble(p, now); text != "" {
		return text
	}
	n, _ := p.RequestsLeft()
	text := human.Count(n, "request", "requests") + " left"
	left, ok := p.TimeLeft()
	if !ok {
		return text
	}
	perMinute := cmp.Or(max(p.RealRate, 0), p.PerMinute)
	return fmt.Sprintf("%s at %s/min: %s, %s", text, rate(perMinute), human.Estimated(left), doneAt(p, now))
}

// doneAt says when the run will be done; "" where nobody knows: also where the time left says
// that it would be while nothing may be sent.
func doneAt(p progress.Snapshot, now time.Time) string {
	left, ok := p.TimeLeft()
	if !ok || now.Add(left).Before(p.ClosedUntil) {
		return ""
	}
	return "done " + clock(now, left)
}
