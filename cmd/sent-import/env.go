package main

import (
	"strings"

	"github.com/alecthomas/kong"
)

// variablePrefix is what the variables of the flags begin with.
const variablePrefix = "SENT_IMPORT_"

// variable is the flag's variable: SENT_IMPORT_ and the flag's name, or the name in
// the flag's tag where another command has a flag of this name with another meaning.
// --help and --version have none: a variable must not stop an import. Nor have flags
// that are for one run only, whose tag is "-".
func variable(flag *kong.Flag) string {
	if flag.Name == "help" || flag.Name == "version" {
		return ""
	}
	switch name := flag.Tag.Get("variable"); name {
	case "":
		return variablePrefix + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
	case "-":
		return ""
	default:
		return variablePrefix + name
	}
}

// helpOf is a flag's help text with its variable.
func helpOf(value *kong.Value) string {
	if value.Flag == nil || variable(value.Flag) == "" {
		return value.Help
	}
	return strings.TrimSuffix(value.Help, ".") + " ($" + variable(value.Flag) + ")."
}
