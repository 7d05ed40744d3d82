package main

import (
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
	return text + flagExample(u.Option)
}

// flagExample is what a message about an option ends in; "" where the message
// says all.
func flagExample(option string) string {
	switch option {
	case "region":
		return ", such as --region DE"
	}
	return ""
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
