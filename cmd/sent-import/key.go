package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"sent-import/importer"
	"sent-import/importer/printable"
)

// keyFlags say whose key is used.
type keyFlags struct {
	APIKeyFile    string `help:"File with the API key, not readable by everybody, unless on a read-only mount. Default: the key in SENT_DM_API_KEY or SENT_API_KEY." placeholder:"FILE" type:"path"`
	APIKeyCommand string `help:"Command that prints the API key, such as 'pass show sent'. Split into words like a shell does, and run without one." placeholder:"WORDS"`
	Account       string `help:"Section of the configuration file that the key, the base URL and the profile are from." placeholder:"NAME"`
}

// keySource is a place that an API key can be from.
type keySource struct {
	from origin
	text string                 // the key itself, where it stands there
	read func() (string, error) // nil where it does
}

// key is the API key, from the source of the highest rank.
func (f keyFlags) key(a *app) (string, error) {
	best, err := f.source(a)
	if err != nil {
		return "", err
	}
	if best.read == nil {
		return best.text, nil
	}
	return best.read()
}

// source is where the API key comes from. Of two with the same rank it is not clear which
// one is meant.
func (f keyFlags) source(a *app) (best keySource, err error) {
	for _, s := range f.sources(a) {
		if s.from.rank == best.from.rank && s.from.rank != fromDefault {
			return s, &importer.UsageError{Message: fmt.Sprintf("%s and %s both say which API key it is: leave one of them out", best.from, s.from)}
		}
		if s.from.rank > best.from.rank {
			best = s
		}
	}
	if best.from.rank != fromDefault {
		return best, nil
	}
	if f.Account != "" {
		return best, fmt.Errorf("there is no API key in the section [account.%s] of %s: write api-key-file, api-key-command or api-key into it", printable.Text(f.Account), printable.Path(a.settings.file.path))
	}
	return best, errors.New("there is no API key: set SENT_DM_API_KEY to the key from your Sent dashboard, or give a file that holds it with --api-key-file")
}

// sources are the places that an API key is in. The official names of the environment
// come first.
func (f keyFlags) sources(a *app) (all []keySource) {
	set := a.settings
	if f.APIKeyFile != "" {
		all = append(all, keySource{from: set.origins["api-key-file"], read: func() (string, error) { return readKey(f.APIKeyFile) }})
	}
	if f.APIKeyCommand != "" {
		all = append(all, keySource{from: set.origins["api-key-command"], read: func() (string, error) { return a.runKeyCommand(f.APIKeyCommand) }})
	}
	if key := strings.TrimSpace(set.key.value); key != "" {
		all = append(all, keySource{from: set.key.from, text: key})
	}
	for _, name := range []string{"SENT_DM_API_KEY", "SENT_API_KEY"} {
		if key := strings.TrimSpace(a.getenv(name)); key != "" {
			return append(all, keySource{from: origin{fromKeyVariable, name}, text: key})
		}
	}
	return all
}

// longestKeyFile is the largest size of a key's file in bytes: far more than any
// key, and a bound for a pipe that never ends.
const longestKeyFile = 64 << 10

func readKey(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", fmt.Errorf("API key file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", fmt.Errorf("API key file: %w", err)
	}
	if mode := info.Mode(); !mode.IsRegular() && mode&fs.ModeNamedPipe == 0 && !isTerminal(f) {
		return "", fmt.Errorf("API key file %s is neither a file nor a pipe: give the file that holds the key", printable.Path(file))
	}
	if err := guarded(f, "API key file", file); err != nil {
		return "", err
	}
	data, err := io.ReadAll(io.LimitReader(f, longestKeyFile+1))
	switch key := strings.TrimSpace(string(data)); {
	case err != nil:
		return "", fmt.Errorf("API key file: %w", err)
	case len(data) > longestKeyFile:
		return "", fmt.Errorf("API key file %s holds more than %d bytes, which is no key: is it the right file?", printable.Path(file), longestKeyFile)
	case key == "":
		return "", fmt.Errorf("API key file %s is empty: put the key from your Sent dashboard into it", printable.Path(file))
	default:
		return key, nil
	}
}
