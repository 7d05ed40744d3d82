package importer

import (
	"fmt"

	"sent-import/importer/outcome"
	"sent-import/importer/plan"
)

// tellOfReading says what people should know of the way in which the job is read, before
// it goes on.
func (s *session) tellOfReading(counts outcome.Counts) {
	if s.o.Sandbox && s.o.OptOut == plan.OptOutMark {
		s.notes.keep("A rehearsal marks nobody as opted out: it creates no contact that could be marked.")
	}
	if s.job.resumed && s.job.layout.IsOlder() && counts.Invalid > 0 {
		s.notes.keep(fmt.Sprintf("Job %s was planned by an earlier version, and keeps its reading; this version reads lists that it could not. --fresh reads the file anew: contacts that were created before will then be reported as duplicates.", s.job.entry.ID))
	}
}
