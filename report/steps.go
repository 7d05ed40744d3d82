package report

import "sent-import/report/human"

// step is one thing to do next: Text, the name of a file of the report that it leads to,
// Then, and the command for it, if there is one.
type step struct{ Text, File, Then, Command string }

// steps are what to do next, in its order; none where nothing is left.
func steps(s Summary, only OnlyCSV) (all []step) {
	if s.Undo != nil {
		if s.Undo.Complete {
			return nil
		}
		left := human.Count(s.Undo.Counts.Pending, "contact that is", "contacts that are")
		return []step{{Text: "Run the undo again. It continues with the " + left + " left.", Command: s.Next}}
	}
	if left := s.Counts.Failed + s.Counts.Pending; left > 0 {
		all = append(all, s.goOn(left))
	}
	if s.toRepair() == 0 {
		return all
	}
	repair := step{
		Text: "Open", File: InvalidBookName,
		Then: " and repair the " + human.Count(s.toRepair(), "row", "rows") + " in it: a reason and a hint stand beside each. Then import that file, as a workbook or saved as CSV; the importer ignores the columns that were added.",
	}
	if only.Invalid > 0 {
		repair.File, repair.Then = InvalidName, " (a sheet has no room for all its rows)"+repair.Then
	}
	if len(all) == 0 {
		repair.Command = s.Next
	}
	return append(all, repair)
}

// goOn is the step for rows that another run settles.
func (s Summary) goOn(left int) step {
	again := "It continues with the " + human.Count(left, "row that is", "rows that are") + " failed or pending, and sends nothing twice."
	switch {
	case untouched(s):
		return step{Text: "Start the import: the " + human.Count(left, "row is", "rows are") + " planned, and nothing has been sent.", Command: s.Next}
	case s.Stopped == nil:
	case s.Stopped.Cause == "max_invalid":
		return step{Text: "Look at the reasons below. If it is the wrong file or the wrong column, choose the right one; if it is right as it is, run again with a higher --max-invalid."}
	case s.Stopped.Cause == "account" || s.Stopped.Cause == "other_account" || s.Stopped.Cause == "call" || s.Stopped.Cause == "ledger":
		return step{Text: "Do what the message above says, then run the same command again. " + again, Command: s.Next}
	}
	return step{Text: "Run the same command again. " + again, Command: s.Next}
}

// done says that nothing is left to do.
func done(s Summary) string {
	switch {
	case s.Undo != nil:
		return "Nothing is left to do. If the same file is imported again, that is a new import, with contacts of its own."
	case s.Sandbox:
		return "Nothing is left to do. When you are ready, run it without the sandbox."
	}
	return "Nothing is left to do."
}
