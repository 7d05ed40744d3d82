package main

import (
	"regexp"

	"sent-import/importer/phone"
)

// numberInText is a number in E.164, as a person may have given it for something else, such
// as the name of a file.
var numberInText = regexp.MustCompile(`\+[1-9][0-9]{6,14}\b`)

// maskNumbers hides the numbers in a text that leaves this machine, or goes to a log.
func maskNumbers(text string) string {
	return numberInText.ReplaceAllStringFunc(text, phone.Mask)
}
