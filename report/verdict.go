package report

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"sent-import/importer/outcome"
	"sent-import/report/human"
)

// tone is how a verdict is meant; report.html has a colour for each.
type tone string

const (
	good    tone = "good"    // nothing is left to do
	look    tone = "look"    // finished, but rows need a person
	onward  tone = "onward"  // rows are left that another run settles
	neutral tone = "neutral" // nothing was to be done, or nothing was sent yet
)

// verdict is the report in one line, and a second that explains it. Its fields are
// exported for report.html's template.
type verdict struct {
	Tone     tone
	Headline string
	Detail   string
}

// judge is a pure function of the counts and of how the run ended. The detail says
// first who opted out.
func judge(s Summary) verdict {
	if s.Undo != nil {
		return s.Undo.verdict(s.Stopped)
	}
	v := judgeRows(s)
	switch {
	case s.Stopped != nil && v.Tone == onward: // why it has stopped comes first
		v.Detail = strings.TrimSpace(v.Detail + " " + s.optedOut())
	default:
		v.Detail = strings.TrimSpace(s.optedOut() + " " + v.Detail)
	}
	return v
}

func judgeRows(s Summary) verdict {
	c := s.Counts
	left, out := c.Failed+c.Pending, s.Reasons[outcome.OptedOut]
	switch {
	case c.Rows == 0:
		return verdict{neutral, "The file has no rows", "There is a header at most, and nothing was to be done."}
	case untouched(s):
		return verdict{neutral, human.Count(c.Pending, "row is", "rows are") + " ready to be sent", needs(s) + "Nothing has been sent yet."}
	case s.Stopped != nil && left > 0:
		return verdict{onward, "Stopped early: " + human.Count(left, "row is", "rows are") + " left", sentence(s.Stopped.Message)}
	case c.Pending > 0:
		return verdict{onward, human.Count(left, "row is", "rows are") + " left", needs(s) + "Run the same command again: it continues where this run ended."}
	case c.Failed > 0:
		return verdict{onward, human.Count(c.Failed, "row", "rows") + " failed", needs(s) + "Run the same command again: it tries these rows only."}
	case s.toRepair() > 0:
		return verdict{look, human.Count(s.toRepair(), "row needs", "rows need") + " you", rest(s)}
	case out == c.Rows:
		return verdict{good, "Every row is of somebody who opted out", "Nothing was to be sent."}
	case s.Sandbox:
		return verdict{good, "Every row" + unlessOut(out) + " passed the rehearsal", rest(s)}
	}
	return verdict{good, "Every row" + unlessOut(out) + " is in the account", rest(s)}
}

// verdict is what an undo has come to, which is all that is left to say of its import.
func (u Undo) verdict(stopped *Stop) verdict {
	headline := u.headline()
	v := verdict{good, strings.ToUpper(headline[:1]) + headline[1:], u.Sentence()}
	switch {
	case !u.Complete:
		v.Tone = onward
	case u.Counts.Kept() > 0:
		v.Tone = look
	}
	if stopped != nil {
		v.Detail += " " + sentence(stopped.Message)
	}
	return v
}

// sentence is a message that stands among sentences, as one.
func sentence(message string) string {
	first, size := utf8.DecodeRuneInString(message)
	text := string(unicode.ToUpper(first)) + message[size:]
	if strings.HasSuffix(text, ".") {
		return text
	}
	return text + "."
}

// toRepair is how many rows are invalid and need somebody.
func (s Summary) toRepair() int { return s.Counts.Invalid - s.Reasons[outcome.OptedOut] }

// contacts is how many rows are in contacts.csv.
func (s Summary) contacts() int { return s.Counts.Created + s.Reasons[outcome.AlreadyExists] }

// optedOut says how many rows are left out since the people opted out, and what that
// means for them; "" if there is none.
func (s Summary) optedOut() string {
	n := s.Reasons[outcome.OptedOut]
	if n == 0 {
		return ""
	}
	return human.Count(n, "row is of somebody", "rows are of people") + " who opted out: nothing is sent for them (--opt-out skip). " +
		"Contacts that exist stay as they are; --opt-out mark marks them."
}

// unlessOut limits what is said of every row to those of people who did not opt out.
func unlessOut(out int) string {
	if out == 0 {
		return ""
	}
	return " of people who did not opt out"
}

// untouched reports whether the rows were only planned, as check does.
func untouched(s Summary) bool {
	c := s.Counts
	return c.Pending > 0 && c.Created == 0 && c.Failed == 0 && s.Requests.Create == 0 && s.Stopped == nil
}

// needs is the part of a detail about rows that no further run can settle.
func needs(s Summary) string {
	n := s.toRepair()
	if n == 0 {
		return ""
	}
	return human.Count(n, "row is", "rows are") + " invalid and " + human.Word(n, "needs", "need") + " you. "
}

// rest is the detail of a finished job: what became of the rows that are fine.
func rest(s Summary) string {
	c := s.Counts
	if s.Sandbox {
		return "In the sandbox nothing is written to the account, and contacts that it has already are not noticed."
	}
	text := human.Count(c.Created, "contact was", "contacts were") + " created"
	if c.Duplicate > 0 {
		text += ", " + human.Count(c.Duplicate, "row was a duplicate", "rows were duplicates")
	}
	return text + "."
}
