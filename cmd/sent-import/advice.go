package main

import (
	"errors"
	"fmt"
	"strings"

	"sent-import/importer"
)

// usageText is a usage error in words. The engine names options; the flag that
// sets the option, and an example of it, are added here and nowhere else.
func usageText(u *importer.UsageError) string {
	text := u.Message
	if u.Option != "" && strings.HasPrefix(text, u.Option) {
		text = "--" + text
	}
	switch u.Option {
	case "region":
		return text + ", such as --region DE"
	case "no-header":
		return text + fmt.Sprintf(". If the file has no header, use --no-header --phone-column %s; if it has one, give the columns names in it, and choose the phone column by its name", u.PhoneColumns)
	}
	return text
}

// withFlag adds the flag with which people follow the advice of an error to a text
// that holds the error's.
func withFlag(text string, err error) string {
	var storage *importer.StorageError
	switch {
	case errors.Is(err, importer.ErrDamaged):
		return text + ". Nothing was overwritten. Restore the ledger from a backup, or run again with --fresh to set it aside and start over: contacts that exist already will then be reported as duplicates"
	case errors.Is(err, importer.ErrNoStateDir):
		return text + ". Give a directory with --state"
	case errors.As(err, &storage) && storage.Elsewhere:
		return strings.Replace(text, storage.Fix, storage.Fix+" with --state, or with SENT_IMPORT_STATE", 1)
	}
	return text
}

// stopMessage is the message of a Stop with the flag that sets its option, or
// that its error needs.
func stopMessage(s *importer.Stop) string {
	text := withFlag(s.Message, s.Err)
	if s.Option != "" {
		text += " (--" + s.Option + ")"
	}
	return text
}
