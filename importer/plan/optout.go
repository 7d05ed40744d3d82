package plan

import (
	"context"
	"fmt"
	"strings"

	"sent-import/importer/source"
)

// refuseMark refuses to mark people where no column says whom, or none that has been
// named for it: in a column of consent a blank cell is a decision that the owner of the
// list has to make.
func refuseMark(columns source.Columns, r Reading) error {
	if r.OptOut != OptOutMark {
		return nil
	}
	if len(columns.OptOut) == 0 {
		return &UsageError{Option: "opt-out", Message: "opt-out mark needs a column that says who wants no messages, and none is recognised: name it with " + flagOptOutColumn + ", or leave " + flagOptOut + " out. Nothing was sent"}
	}
	if !columns.Consent || r.OptOutColumn != "" {
		return nil
	}
	if len(columns.OptOut) > 1 {
		return &UsageError{Option: "opt-out", Message: fmt.Sprintf(
			"opt-out mark needs one column: of %s, not every one says who wants no messages. Name the one that does with %s. Nothing was sent",
			shown(columns.OptOut), flagOptOutColumn)}
	}
	return &UsageError{Option: "opt-out", Message: fmt.Sprintf(
		"opt-out mark would mark everybody who has not agreed: the column %s says who wants messages, and not who wants none. If that is what you want, name it: %s %s. Nothing was sent",
		source.Shown(columns.OptOut[0]), flagOptOutColumn, typed(columns))}
}

// OptOutColumns names, for people, the columns of the file that say who opted out, as the
// newest rules find them under the reading; "" if there is none, or if the file can't be
// read so. Error: the cause of ctx's end.
func OptOutColumns(ctx context.Context, in *Input, r Reading) (string, error) {
	f, err := openInput(ctx, in, r.sourceOptions())
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if err != nil {
		return "", nil
	}
	defer f.close()
	return shown(f.src.Columns().OptOut), nil
}

// typed is the value that names the first opt-out column in a shell.
func typed(columns source.Columns) string {
	name := columns.OptOut[0]
	if strings.ContainsAny(name, "\"\\$`!,'") || source.Shown(name) != fmt.Sprintf("%q", name) {
		return fmt.Sprint(columns.OptOutIndex[0] + 1)
	}
	return fmt.Sprintf("%q", name)
}

// optOutNotices says what people should know of the way in which the opt-out options
// meet the file.
func optOutNotices(columns source.Columns, r Reading) []string {
	if r.OptOut == OptOutSkip && len(columns.OptOut) == 0 && !columns.Rejects { // see recallOptOuts
		return []string{"no column says who opted out, so " + flagOptOut + " skip leaves nobody out: if there is such a column, name it with " + flagOptOutColumn}
	}
	return nil
}
