package main

import (
	"strings"

	"github.com/alecthomas/kong"
)

// environment sets the flags that are not given from their variables. A variable
// that is empty counts as not set, as a compose file makes one whose own variable
// has no value; kong itself would read an empty path or an invalid number.
func environment(getenv func(string) string) kong.Option {
	return kong.Resolvers(kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		if value := getenv(variable(flag)); value != "" {
			return value, nil
		}
		return nil, nil
	}))
}

// variable is the flag's variable: SENT_IMPORT_ and the flag's name, or the name in
// the flag's tag where another command has a flag of this name with another meaning.
// --help and --version have none: a variable must not stop an import.
func variable(flag *kong.Flag) string {
	if flag.Name == "help" || flag.Name == "version" {
		return ""
	}
	if name := flag.Tag.Get("variable"); name != "" {
		return "SENT_IMPORT_" + name
	}
	return "SENT_IMPORT_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
}

// helpOf is a flag's help text with its variable.
func helpOf(value *kong.Value) string {
	if value.Flag == nil || variable(value.Flag) == "" {
		return value.Help
	}
	return strings.TrimSuffix(value.Help, ".") + " ($" + variable(value.Flag) + ")."
}
