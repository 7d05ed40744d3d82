package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"sent-import/importer"
	"sent-import/importer/printable"
)

// setting is the value of a flag that is not on the command line.
type setting struct {
	value string
	from  origin
}

// origin is where a value comes from. The zero value is a default.
type origin struct {
	rank  rank
	place string // name of the flag or of the variable, or FILE:LINE
}

// rank orders the origins: of two values for one thing, that of the higher rank counts.
type rank int

const (
	fromDefault rank = iota
	fromFile
	fromKeyVariable // SENT_DM_API_KEY, SENT_DM_BASE_URL and their like
	fromVariable    // SENT_IMPORT_…
	fromCommandLine
)

func (o origin) String() string {
	if o.rank == fromDefault {
		return "default"
	}
	return o.place
}

// settings are the values of the flags that are not on the command line: those of the
// environment, and of the configuration file where the environment has none. Flags are
// known by the names that they have in the file: see configKey.
type settings struct {
	getenv  func(string) string
	file    configFile
	account string             // name of the account's section; "" for none
	key     setting            // the API key, if the file holds it
	found   map[string]setting // from the environment and from the file
	given   map[string]string  // on the command line
	origins map[string]origin  // of every flag of the command that is not at its default
	failed  error              // why they could not be found; nil: they were
}

// newSettings are the settings of an environment. They are complete once the parser has
// called collect.
func newSettings(getenv func(string) string) *settings {
	return &settings{getenv: getenv, found: make(map[string]setting), origins: make(map[string]origin)}
}

// collect finds the settings of the flags of the command that was given.
func (s *settings) collect(ctx *kong.Context) error {
	given := make(map[string]string) // the flags on the command line, and their values
	s.given = given
	for _, at := range ctx.Path {
		if at.Flag != nil && configKey(at.Flag) != "" {
			given[configKey(at.Flag)] = flagText(ctx.FlagValue(at.Flag))
			s.origins[configKey(at.Flag)] = origin{fromCommandLine, "--" + at.Flag.Name}
		}
	}
	flags := flagsOf(ctx)
	for name, flag := range flags {
		if v, ok := s.fromEnvironment(flag); ok && !s.isGiven(name) {
			s.found[name], s.origins[name] = v, v.from
		}
	}
	value := func(name string) string {
		if s.isGiven(name) {
			return given[name]
		}
		return s.found[name].value
	}
	if s.account = value("account"); flags["account"] == nil {
		s.account = ""
	}
	if !takesSettings(flags) {
		return nil
	}
	if err := s.readFile(value("config"), namesOf(ctx.Model)); err != nil {
		return err
	}
	if s.account != "" {
		return s.useAccount(flags)
	}
	s.fill(flags, s.file.top)
	return nil
}

// flagText is the value of a flag as it is written.
func flagText(value any) string {
	if words, isList := value.([]string); isList {
		return kong.JoinEscaped(words, ',')
	}
	return fmt.Sprint(value)
}

func (s *settings) isGiven(name string) bool { return s.origins[name].rank == fromCommandLine }

// fromEnvironment is the value of the flag's variable, or of others that mean the same.
// A variable that is empty counts as not set, as a compose file makes one whose own
// variable has no value.
func (s *settings) fromEnvironment(flag *kong.Flag) (setting, bool) {
	if name := variable(flag); name != "" && s.getenv(name) != "" {
		return setting{s.getenv(name), origin{fromVariable, name}}, true
	}
	for _, name := range strings.Fields(flag.Tag.Get("also")) {
		if value := strings.TrimSpace(s.getenv(name)); value != "" {
			return setting{value, origin{fromKeyVariable, name}}, true
		}
	}
	return setting{}, false
}

// readFile reads the configuration file: the one at path, or if that is "", the usual
// one, if it is there.
func (s *settings) readFile(path string, known configNames) (err error) {
	usual := path == ""
	if usual {
		if path = configPath(s.getenv); path == "" {
			return nil
		}
	}
	s.file, err = readConfig(path, known)
	if usual && missingConfig(err) {
		s.file = configFile{}
		return nil
	}
	return err
}

// fill takes what is not set yet from a section of the file.
func (s *settings) fill(flags map[string]*kong.Flag, from configSection) {
	for name, v := range from {
		if name == keyKey {
			s.key = v
		} else if _, set := s.origins[name]; flags[name] != nil && !set {
			s.found[name], s.origins[name] = v, v.from
		}
	}
}

// useAccount takes the key, the base URL and the profile from the account's section
// alone.
func (s *settings) useAccount(flags map[string]*kong.Flag) error {
	section, there := s.file.accounts[s.account]
	if !there {
		return s.noSuchAccount()
	}
	for _, name := range accountKeys {
		if at := s.origins[name]; at.rank == fromCommandLine {
			return s.besideAccount(at.place)
		}
	}
	for _, name := range []string{"SENT_IMPORT_API_KEY_FILE", "SENT_IMPORT_API_KEY_COMMAND", "SENT_DM_API_KEY", "SENT_API_KEY"} {
		if strings.TrimSpace(s.getenv(name)) != "" {
			return s.besideAccount(name)
		}
	}
	for _, name := range accountKeys {
		delete(s.found, name)
		delete(s.origins, name)
	}
	s.fill(flags, section)
	rest := maps.Clone(s.file.top)
	maps.DeleteFunc(rest, func(name string, _ setting) bool { return slices.Contains(accountKeys, name) })
	s.fill(flags, rest)
	return nil
}

func (s *settings) noSuchAccount() error {
	text := fmt.Sprintf("--account %s: ", printable.Word(s.account))
	if s.file.path == "" {
		text += "there is no configuration file; name one with --config"
	} else if text += fmt.Sprintf("%s has no section [account.%s]", printable.Path(s.file.path), printable.Text(s.account)); len(s.file.accounts) > 0 {
		text += "; it has those of " + strings.Join(slices.Sorted(maps.Keys(s.file.accounts)), ", ")
	}
	return &importer.UsageError{Message: text}
}

// besideAccount is the error for a second place of what the account's section says.
func (s *settings) besideAccount(other string) error {
	return &importer.UsageError{Message: fmt.Sprintf("--account %s and %s both say which account it is: its section in %s is to be the only one. Leave one of them out",
		printable.Word(s.account), other, printable.Path(s.file.path))}
}

// Validate is called by the command line's parser.
func (s *settings) Validate(*kong.Application) error { return nil }

// Resolve is called by the command line's parser for each flag that was not given. There
// is one resolver for both sources, since the parser takes the value of the last one: a
// configuration file would beat the environment.
func (s *settings) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if v, ok := s.found[configKey(flag)]; ok && configKey(flag) != "" {
		return v.value, nil
	}
	return nil, nil
}

// isSet reports whether the environment or the file sets the flag.
func (s *settings) isSet(name string) bool {
	_, ok := s.found[name]
	return ok
}

// explain adds to the message of a usage error where the values of the flags that it
// names come from, if that is not the command line.
func (s *settings) explain(message string) string {
	for _, m := range regexp.MustCompile(`--([a-z][a-z0-9-]*)`).FindAllStringSubmatch(message, -1) {
		if v, ok := s.found[m[1]]; ok && !strings.Contains(message, v.from.place) {
			return fmt.Sprintf("%s (--%s is from %s)", strings.TrimSuffix(message, "."), m[1], v.from.place)
		}
	}
	return message
}

// flagsOf are the flags of the command that was given, by their names in the file.
func flagsOf(ctx *kong.Context) map[string]*kong.Flag {
	flags := make(map[string]*kong.Flag)
	for _, at := range ctx.Path {
		for _, flag := range at.Flags {
			if name := configKey(flag); name != "" {
				flags[name] = flag
			}
		}
	}
	return flags
}

// takesSettings reports whether one of the flags can be set in the file.
func takesSettings(flags map[string]*kong.Flag) bool {
	for _, flag := range flags {
		if inFile(flag) {
			return true
		}
	}
	return false
}

// configKey is the flag's name in the configuration file, and among the settings: the
// flag's own, or that of its variable where another command has a flag of this name with
// another meaning; "" for a flag of the command line alone.
func configKey(flag *kong.Flag) string {
	name := strings.TrimPrefix(variable(flag), variablePrefix)
	return strings.ToLower(strings.ReplaceAll(name, "_", "-"))
}

// inFile reports whether the flag can be set in the configuration file, which says
// neither where it is itself nor which of its accounts is meant.
func inFile(flag *kong.Flag) bool {
	return configKey(flag) != "" && flag.Name != "config" && flag.Name != "account"
}

// configNames are the names of the flags of all commands.
type configNames struct {
	flags []string // that the configuration file may hold
	never []string // that it may not
}

// namesOf are the names of the flags of a grammar.
func namesOf(model *kong.Application) (names configNames) {
	for _, node := range append([]*kong.Node{model.Node}, model.Children...) {
		for _, flag := range node.Flags {
			if inFile(flag) {
				names.flags = append(names.flags, configKey(flag))
			} else {
				names.never = append(names.never, flag.Name)
			}
		}
	}
	slices.Sort(names.flags)
	names.flags = slices.Compact(names.flags)
	return names
}
