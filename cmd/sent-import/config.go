package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"github.com/alecthomas/kong"

	"sent-import/cmd/internal/fileflags"
	"sent-import/importer"
	"sent-import/importer/printable"
)

// configCmd is sent-import config. It takes the flags of run.
type configCmd struct {
	List    listFlag        `embed:""`
	Reading fileflags.Flags `embed:""`
	Target  targetFlags     `embed:""`
	Pace    paceFlags       `embed:""`
	Output  outputFlags     `embed:""`
	Tell    tellFlags       `embed:""`
	Ledger  stateFlag       `embed:""`
	DryRun  bool            `help:"Do what check does: send nothing."`
}

func (c *configCmd) Help() string {
	return `Shows every flag of run with the value that a run with these flags would have, and where that value comes from: the command line, a variable of the environment, a line of the configuration file, or the default. Keys are masked, and the command that prints one is not run.

Examples:
  sent-import config
  sent-import config --account acme
  sent-import config --rate 100/m --config other.toml`
}

// jsonSetting is one setting as JSON.
type jsonSetting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	From  string `json:"from"`
}

// Run is called by the command line's parser.
func (c *configCmd) Run(a *app, ctx *kong.Context) error {
	lines := []jsonSetting{c.fileLine(a), c.keyLine(a)}
	for _, flag := range ctx.Selected().Flags {
		lines = append(lines, jsonSetting{flag.Name, c.valueText(a, flag), a.settings.origins[configKey(flag)].String()})
	}
	if c.Output.JSON {
		for _, line := range lines {
			if err := a.lines.write("setting", line); err != nil {
				return err
			}
		}
		return nil
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tVALUE\tFROM")
	for _, line := range lines {
		fmt.Fprintf(w, "%s\t%s\t%s\n", line.Name, printable.Text(line.Value), line.From)
	}
	return w.Flush()
}

// fileLine is the configuration file.
func (c *configCmd) fileLine(a *app) jsonSetting {
	return jsonSetting{"config", cmp.Or(printable.Path(a.settings.file.path), noValue), a.settings.origins["config"].String()}
}

// keyLine is the API key, masked, and where it comes from.
func (c *configCmd) keyLine(a *app) jsonSetting {
	source, err := c.Target.Key.source(a)
	line := jsonSetting{keyKey, "(not read)", source.from.String()}
	switch {
	case err != nil:
		line.Value, line.From = noValue, err.Error()
	case source.text != "":
		line.Value = maskKey(source.text)
	}
	return line
}

// noValue stands for a value that is not there.
const noValue = "-"

// valueText is the value that a flag has for a run.
func (c *configCmd) valueText(a *app, flag *kong.Flag) string {
	text := plainText(flag)
	switch {
	case flag.Name == "api-key-command" && text != "": // its words may be secrets
		words, _ := splitWords(text)
		text = strings.Join(words[:min(1, len(words))], "") + " …"
	case slices.Contains(addressFlags[:], flag.Name):
		text = shownAddress(text)
	case flag.Name == "base-url":
		text = cmp.Or(text, importer.DefaultBaseURL)
	case flag.Name == "state" && text == "":
		text, _ = c.Ledger.dir(a) // "" with an error
	}
	return cmp.Or(text, noValue)
}

// plainText is the value that a flag has, as it is typed; "" where it has none.
func plainText(flag *kong.Flag) string {
	switch v := flag.Target.Interface().(type) {
	case []string:
		return kong.JoinEscaped(v, ',')
	case *int:
		if v == nil {
			return ""
		}
		return strconv.Itoa(*v)
	case time.Duration:
		return printable.Duration(v)
	}
	return fmt.Sprint(flag.Target.Interface())
}

// maskKey shows the last four characters of a key that is long enough to spare them.
func maskKey(key string) string {
	const shown, enough = 4, 16
	if n := utf8.RuneCountInString(key); n < enough {
		return "•••"
	}
	runes := []rune(key)
	return "•••" + string(runes[len(runes)-shown:])
}
