package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/alecthomas/kong"

	"sent-import/importer"
	"sent-import/importer/printable"
)

// configFile is what a configuration file says.
type configFile struct {
	path     string // "" where there is no file
	top      configSection
	accounts map[string]configSection // by name
}

// configSection is the file's top, or an [account.NAME] of it.
type configSection map[string]setting

// Names in the file that are no flags.
const (
	accountsKey = "account" // the table of the accounts
	keyKey      = "api-key" // the API key itself, which no command line may hold
)

// accountKeys are the names that an [account.NAME] may hold.
var accountKeys = []string{keyKey, "api-key-file", "api-key-command", "base-url", "profile"}

// longestConfigFile is the largest size of a configuration file in bytes: more than
// anybody writes, and a bound for a pipe that never ends.
const longestConfigFile = 1 << 20

// configPath is where the configuration file is if none is named: sent-import/config.toml
// below XDG_CONFIG_HOME, else below ~/.config; "" if neither is known.
func configPath(getenv func(string) string) string {
	base := getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(base) {
		home := getenv("HOME")
		if home == "" {
			home, _ = os.UserHomeDir() // "" with an error
		}
		if home == "" {
			return ""
		}
		base = filepath.Join(home, ".config")
	}
	return filepath.Join(base, "sent-import", "config.toml")
}

// readConfig reads the configuration file at path. known are the names that it may hold
// at its top. Errors: [*importer.UsageError] for what stands in the file, or an error of
// the disk or of its permissions.
func readConfig(path string, known configNames) (configFile, error) {
	c := configFile{path: path}
	f, err := os.Open(path)
	if err != nil {
		return c, fmt.Errorf("configuration file: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, longestConfigFile+1))
	if err != nil {
		return c, fmt.Errorf("configuration file: %w", err)
	}
	if len(data) > longestConfigFile {
		return c, fmt.Errorf("configuration file %s holds more than %d bytes: is it the right file?", printable.Path(path), longestConfigFile)
	}
	if err := c.parse(string(data), known); err != nil {
		return c, err
	}
	if c.holdsKey() {
		return c, guarded(f, "configuration file", path)
	}
	return c, nil
}

// holdsKey reports whether an API key stands in the file.
func (c configFile) holdsKey() bool {
	_, top := c.top[keyKey]
	for _, s := range c.accounts {
		if _, ok := s[keyKey]; ok {
			return true
		}
	}
	return top
}

// parse reads the text of the file.
func (c *configFile) parse(text string, known configNames) error {
	var raw map[string]toml.Primitive
	meta, err := toml.Decode(text, &raw)
	if err != nil {
		return c.notTOML(err)
	}
	p := configParser{file: c.path, meta: meta, never: known.never}
	accounts, has := raw[accountsKey]
	delete(raw, accountsKey)
	if c.top, err = p.section(nil, raw, append([]string{keyKey}, known.flags...)); err != nil || !has {
		return err
	}
	c.accounts, err = p.accounts(accounts)
	return err
}

// notTOML says where the file is not TOML. The library's own message may quote what
// stands there, which may be a key.
func (c *configFile) notTOML(err error) error {
	var where toml.ParseError
	line := 1
	if errors.As(err, &where) {
		line = where.Position.Line
	}
	return &importer.UsageError{Message: fmt.Sprintf(`%s:%d: this is not TOML: a line is a name, =, and a value such as "text", 10 or true, or the head of a section, [account.NAME]; text stands between quotes, and no name may stand twice`,
		printable.Path(c.path), line)}
}

// configParser turns what the file holds into settings.
type configParser struct {
	file  string
	meta  toml.MetaData
	never []string // see configNames
}

// accounts reads the sections of the accounts.
func (p configParser) accounts(from toml.Primitive) (map[string]configSection, error) {
	named, ok := p.table(from)
	if !ok {
		return nil, p.fault(from, "account is no setting here: name the sections [account.NAME], and choose one with --account NAME")
	}
	all := make(map[string]configSection)
	for _, name := range slices.Sorted(maps.Keys(named)) {
		inside, ok := p.table(named[name])
		if !ok {
			return nil, p.fault(named[name], fmt.Sprintf("account.%s is no setting: write a section [account.%s]", name, name))
		}
		var err error
		if all[name], err = p.section([]string{accountsKey, name}, inside, accountKeys); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// table is what a table holds; ok is false for a value that is none, which the library
// would take for an empty one.
func (p configParser) table(from toml.Primitive) (inside map[string]toml.Primitive, ok bool) {
	var value any
	if p.meta.PrimitiveDecode(from, &value) != nil {
		return nil, false
	}
	if _, ok = value.(map[string]any); !ok {
		return nil, false
	}
	return inside, p.meta.PrimitiveDecode(from, &inside) == nil
}

// section reads the settings below the table at, of which known are allowed.
func (p configParser) section(at []string, raw map[string]toml.Primitive, known []string) (configSection, error) {
	s := make(configSection)
	for _, key := range p.meta.Keys() { // in the order of the file, so that the first error is told
		if len(key) <= len(at) || !slices.Equal(key[:len(at)], at) {
			continue
		}
		name := key[len(at)]
		primitive, ok := raw[name]
		if _, seen := s[name]; seen || !ok {
			continue
		}
		if !slices.Contains(known, name) {
			return nil, p.fault(primitive, p.unknownName(at, name, known))
		}
		var value any
		if err := p.meta.PrimitiveDecode(primitive, &value); err != nil {
			return nil, p.fault(primitive, name+" has a value that can't be read")
		}
		text, ok := settingText(value)
		if !ok {
			return nil, p.fault(primitive, name+` takes a text such as "10/s", a whole number, true or false, or a list of texts`)
		}
		s[name] = setting{text, origin{fromFile, p.place(primitive)}}
	}
	return s, nil
}

// unknownName says that a name is not known, and which is the nearest.
func (p configParser) unknownName(at []string, name string, known []string) string {
	text := strconv.Quote(name) + " is no name of a setting"
	if len(at) > 0 {
		text += " of an account"
	}
	near := nearest(name, known)
	switch {
	case slices.Contains(p.never, name) && len(at) == 0:
		return text + ": it stands on the command line, for one run"
	case near != "":
		return fmt.Sprintf("%s; did you mean %s?", text, near)
	case len(at) > 0:
		return text + "; those are " + strings.Join(known, ", ")
	}
	return text + "; sent-import config lists them"
}

// fault is a usage error at the place of a value.
func (p configParser) fault(at toml.Primitive, text string) error {
	return &importer.UsageError{Message: p.place(at) + ": " + printable.Text(text)}
}

// place is the file and the line of a value, counted from 1; for a table that no line is
// the head of, the file alone. The library tells lines in its errors only, so one is
// provoked.
func (p configParser) place(at toml.Primitive) string {
	var where toml.ParseError
	if errors.As(p.meta.PrimitiveDecode(at, new(refusal)), &where) && where.Position.Line > 0 {
		return fmt.Sprintf("%s:%d", printable.Path(p.file), where.Position.Line)
	}
	return printable.Path(p.file)
}

// refusal is a value that can't be decoded.
type refusal struct{}

var errRefusal = errors.New("refused")

// UnmarshalTOML is called by the TOML library.
func (*refusal) UnmarshalTOML(any) error { return errRefusal }

// settingText is a value of the file as it would stand on a command line.
func settingText(value any) (text string, ok bool) {
	switch v := value.(type) {
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case int64:
		return strconv.FormatInt(v, 10), true
	case []any:
		var words []string
		for _, item := range v {
			word, ok := settingText(item)
			if _, nested := item.([]any); nested || !ok {
				return "", false
			}
			words = append(words, word)
		}
		return kong.JoinEscaped(words, ','), true
	}
	return "", false
}

// missingConfig reports whether there is no configuration file, which matters only if
// one was named.
func missingConfig(err error) bool { return errors.Is(err, fs.ErrNotExist) }
