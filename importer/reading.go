package importer

import (
	"context"
	"fmt"

	"sent-import/importer/outcome"
	"sent-import/importer/plan"
)

// tellOfReading says what people should know of the way in which the job is read, before
// it goes on. It returns a UsageError for an option that a job of an older version can't
// obey.
func (s *session) tellOfReading(ctx context.Context, counts outcome.Counts) error {
	if s.o.Sandbox && s.o.OptOut == plan.OptOutMark {
		s.notes.keep("A rehearsal marks nobody as opted out: it creates no contact that could be marked.")
	}
	if !s.job.resumed || !s.job.layout.IsOlder() {
		return nil
	}
	if counts.Pending+counts.Failed > 0 && s.o.OptOut != plan.OptOutIgnore {
		if err := s.tellOfOptOuts(ctx); err != nil {
			return err
		}
	}
	if counts.Invalid > 0 {
		s.notes.keep(fmt.Sprintf("Job %s was planned by an earlier version, and keeps its reading; this version reads lists that it could not. --fresh reads the file anew: contacts that were created before will then be reported as duplicates.", s.job.entry.ID))
	}
	return nil
}

// tellOfOptOuts warns of people who opted out in the file of a job that was planned by a
// version which did not look at such columns, and is not finished.
func (s *session) tellOfOptOuts(ctx context.Context) error {
	columns, err := plan.OptOutColumns(ctx, s.input, s.o.Reading)
	if err != nil || columns == "" {
		return err
	}
	text := fmt.Sprintf("Job %s was planned by an earlier version, which did not look at %s: people who opted out there are sent like all others. --fresh plans the file anew, without them; contacts that were created before will then be reported as duplicates", s.job.entry.ID, columns)
	if s.o.OptOut != "" || s.o.OptOutColumn != "" {
		return &UsageError{Option: "opt-out", Message: "opt-out: " + text + ". Without the options about opt-outs the job goes on as it was planned. Nothing was sent"}
	}
	s.notes.keep(text + ".")
	return nil
}
