package report

import (
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

// judge is a pure function of the counts and of how the run ended.
func judge(s Summary) verdict {
	c := s.Counts
	left := c.Failed + c.Pending
	switch {
	case c.Rows == 0:
		return verdict{neutral, "The file has no rows", "There is a header at most, and nothing was to be done."}
	case untouched(s):
		return verdict{neutral, human.Count(c.Pending, "row is", "rows are") + " ready to be sent", needs(c) + "Nothing has been sent yet."}
	case s.Stopped != nil && left > 0:
		return verdict{onward, "Stopped early: " + human.Count(left, "row is", "rows are") + " left", s.Stopped.Message}
	case c.Pending > 0:
		return verdict{onward, human.Count(left, "row is", "rows are") + " left", needs(c) + "Run the same command again: it continues where this run ended."}
	case c.Failed > 0:
		return verdict{onward, human.Count(c.Failed, "row", "rows") + " failed", needs(c) + "Run the same command again: it tries these rows only."}
	case c.Invalid > 0:
		return verdict{look, human.Count(c.Invalid, "row needs", "rows need") + " you", rest(s)}
	case s.Sandbox:
		return verdict{good, "Every row passed the rehearsal", rest(s)}
	}
	return verdict{good, "Every row is in the account", rest(s)}
}

// untouched reports whether the rows were only planned, as check does.
func untouched(s Summary) bool {
	c := s.Counts
	return c.Pending > 0 && c.Created == 0 && c.Failed == 0 && s.Requests.Create == 0 && s.Stopped == nil
}

// needs is the part of a detail about rows that no further run can settle.
func needs(c outcome.Counts) string {
	if c.Invalid == 0 {
		return ""
	}
	return human.Count(c.Invalid, "row is", "rows are") + " invalid and " + human.Word(c.Invalid, "needs", "need") + " you. "
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
