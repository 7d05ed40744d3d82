package main

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"sent-import/importer"
	"sent-import/report/notify"
)

// tellFlags say who else is told what becomes of a run.
type tellFlags struct {
	JSONRows      bool   `help:"Print a JSON line for each row when it is settled, too; --json is implied." name:"json-rows"`
	Notify        string `help:"Address to which the summary is posted as JSON when the run has ended and its report is written, such as a webhook or a ping service. What becomes of that never changes the exit code." placeholder:"URL"`
	NotifyStart   string `help:"Address to which is posted that the run begins." placeholder:"URL"`
	NotifyFailure string `help:"Address to which the summary is posted in the place of --notify where the exit code is not 0." placeholder:"URL"`
	ListName      string `name:"list" help:"Name of the list in metrics and at --notify-start, without a phone number. Default: the file's name." placeholder:"NAME"`
	MetricsFile   string `help:"File for Prometheus, written when the run has ended: NAME.prom in the directory of node_exporter's textfile collector." placeholder:"FILE" type:"path"`
	MetricsPush   string `help:"Address of a Pushgateway that gets the same metrics." placeholder:"URL"`
}

// outlets opens what the flags name. Nothing is sent yet.
func (f tellFlags) outlets() (*outlets, error) {
	o := &outlets{file: f.MetricsFile}
	for _, at := range []struct {
		flag, text string
		to         *notify.Address
	}{
		{"--notify", f.Notify, &o.notify}, {"--notify-start", f.NotifyStart, &o.start},
		{"--notify-failure", f.NotifyFailure, &o.failure}, {"--metrics-push", f.MetricsPush, &o.push},
	} {
		if at.text == "" {
			continue
		}
		address, err := notify.Parse(at.text)
		if err != nil {
			return o, &importer.UsageError{Message: at.flag + ": " + err.Error()}
		}
		*at.to = address
	}
	name, err := f.listName()
	o.name = name
	return o, err
}

// outletsOf are those that the arguments, the environment or the configuration file name,
// as far as that can be seen, where the command line is not understood; nil if it is not
// of a run.
func (a *app) outletsOf() *outlets {
	if !slices.Contains(a.args, "run") {
		return nil
	}
	o := new(outlets)
	o.notify, _ = notify.Parse(a.lookFor("notify")) // none with an error
	o.failure, _ = notify.Parse(a.lookFor("notify-failure"))
	return o
}

// lookFor is the value of a flag where the command line is not understood; "" for none.
func (a *app) lookFor(name string) string {
	args := a.args
	if i := slices.Index(args, "--"); i >= 0 {
		args = args[:i]
	}
	for i, arg := range args {
		if value, found := strings.CutPrefix(arg, "--"+name+"="); found {
			return value
		}
		if arg == "--"+name && i+1 < len(args) {
			return args[i+1]
		}
	}
	if s, ok := a.settings.found[name]; ok {
		return s.value
	}
	return a.getenv(variablePrefix + strings.ToUpper(strings.ReplaceAll(name, "-", "_")))
}

// longestListName is how many bytes the name of a list may have. It stands in every line of
// its metrics.
const longestListName = 128

// listName is the value of --list; "" if it was not given.
func (f tellFlags) listName() (string, error) {
	name := strings.TrimSpace(f.ListName)
	wrong := func(why string) error {
		return &importer.UsageError{Message: "--list: the name " + why + ": give a name such as crm-export"}
	}
	switch {
	case f.ListName != "" && name == "":
		return "", wrong("is blank")
	case !utf8.ValidString(name): // a label of Prometheus is
		return "", wrong("is not UTF-8")
	case hidden(name) != name:
		return "", wrong("holds what may be a phone number, and names of lists go to other machines")
	case strings.ContainsAny(name, `/\`):
		return "", wrong("is a path")
	case len(name) > longestListName:
		return "", wrong(fmt.Sprintf("has more than %d bytes", longestListName))
	}
	return name, nil
}
