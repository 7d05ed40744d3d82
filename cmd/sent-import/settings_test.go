package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"sent-import/importer"
)

// modelOf is the command line's grammar.
func modelOf(t *testing.T) *kong.Application {
	t.Helper()
	parser, err := kong.New(&cli{}, kong.Vars{"version": ""})
	if err != nil {
		t.Fatal(err)
	}
	return parser.Model
}

// TestConfigurationFileSaysWhereItIsWrong: whatever is wrong in the file is told with its
// line, and never with what may be a key.
func TestConfigurationFileSaysWhereItIsWrong(t *testing.T) {
	names := namesOf(modelOf(t))
	for _, tt := range []struct{ text, want string }{
		{"\nrat = \"1/s\"", `:2: "rat" is no name of a setting; did you mean rate?`},
		{"\n\nxyzzy = 1", `:3: "xyzzy" is no name of a setting; sent-import config lists them`},
		{"fresh = true", `:1: "fresh" is no name of a setting: it stands on the command line`},
		{"config = \"x\"", `:1: "config" is no name of a setting: it stands on the command line`},
		{"version = true", `:1: "version" is no name of a setting: it stands on the command line`},
		{"rate = 1.5", ":1: rate takes a text"},
		{"rate = [[\"a\"]]", ":1: rate takes a text"},
		{"region = \"DE\"\nregion = \"US\"", ":2: this is not TOML"},
		{"api-key = sk_live_2f8Qw7ZkXv", ":1: this is not TOML"},
		{"account = \"x\"", ":1: account is no setting here"},
		{"[account]\nx = 1", ":2: account.x is no setting"},
		{"[[account.x]]\nprofile = \"a\"", ":1: account.x is no setting"},
		{"[account.x]\nprofil = \"a\"", `:2: "profil" is no name of a setting of an account; did you mean profile?`},
		{"[account.x]\nrate = \"1/s\"", `:2: "rate" is no name of a setting of an account; those are api-key`},
		{"[account.x]\ny.z = 1", `"y" is no name of a setting of an account`},
		{"[acount.x]\nprofile = \"a\"", `"acount" is no name of a setting`},
	} {
		path := filepath.Join(t.TempDir(), "c.toml")
		if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := readConfig(path, names)
		var usage *importer.UsageError
		if !errors.As(err, &usage) || !strings.Contains(usage.Message, tt.want) || !strings.HasPrefix(usage.Message, path) || strings.Contains(usage.Message, "2f8Qw") {
			t.Errorf("%s: got %v, want …%s", tt.text, err, tt.want)
		}
	}
}

// TestConfigurationFileGivesWhatFlagsTake: values have the form in which they would stand
// on a command line.
func TestConfigurationFileGivesWhatFlagsTake(t *testing.T) {
	c := configFile{path: "c.toml"}
	err := c.parse("attempts = 7\nphone-column = [\"Tel, home\", \"Mobile\"]\nno-header = true\nrate = '10/s'\n[account.\"a b\"]\napi-key = 'k'", namesOf(modelOf(t)))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]setting{
		"attempts":     {"7", origin{fromFile, "c.toml:1"}},
		"phone-column": {`Tel\, home,Mobile`, origin{fromFile, "c.toml:2"}},
		"no-header":    {"true", origin{fromFile, "c.toml:3"}},
		"rate":         {"10/s", origin{fromFile, "c.toml:4"}},
	} {
		if got := c.top[name]; got != want {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
	if got, want := c.accounts["a b"][keyKey], (setting{"k", origin{fromFile, "c.toml:6"}}); got != want {
		t.Errorf("the account's key: got %v, want %v", got, want)
	}
}

// TestOneListOfFlags: every flag has a variable and a name in the configuration file, but
// for those that are for one run only; config takes the flags of run; and no name of an
// account's section is unknown.
func TestOneListOfFlags(t *testing.T) {
	names := namesOf(modelOf(t))
	slices.Sort(names.never)
	if got, want := slices.Compact(names.never), []string{"account", "changed", "config", "fresh", "help", "version", "yes"}; !slices.Equal(got, want) {
		t.Errorf("flags that the configuration file can't hold: got %q, want %q", got, want)
	}
	commands := commandsOf(t)
	flags := func(command string) (all []string) {
		for _, flag := range commands[command].Flags {
			all = append(all, flag.Name)
		}
		return all
	}
	if got, want := flags("config"), flags("run"); !slices.Equal(got, want) {
		t.Errorf("config takes %q, and run %q", got, want)
	}
	for _, name := range accountKeys {
		if name != keyKey && !slices.Contains(names.flags, name) {
			t.Errorf("an account takes %s, which is no flag", name)
		}
	}
}

func TestKeysAreMasked(t *testing.T) {
	for key, want := range map[string]string{"": "•••", "short": "•••", "sk_live_12345678": "•••5678", "sk_live_123456ñ78": "•••6ñ78"} {
		if got := maskKey(key); got != want {
			t.Errorf("%q: got %s, want %s", key, got, want)
		}
	}
}
