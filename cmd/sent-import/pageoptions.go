package main

import (
	"cmp"
	"maps"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"

	"sent-import/importer"
	"sent-import/report"
)

// pageOf is what report.html shows of a job beside its summary.
func pageOf(r *importer.Result, f finish) report.Page {
	p := report.Page{
		Account: cmp.Or(r.Account.Name, r.Account.ID), ProfileName: r.Profile.Name, PhoneColumn: r.Job.Columns,
		Program: versionText(), Plans: plansText(), Options: f.options, Timeline: r.Timeline, Runs: r.Begins,
	}
	if f.flags.ReportCells {
		p.Cells = report.ShowCells
	}
	return p
}

// plansModule is the library that holds the numbering plans of all countries.
const plansModule = "github.com/nyaruka/phonenumbers"

// plansText is the version of the numbering plans; "" where the build has not recorded it.
func plansText() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, module := range info.Deps {
		if module.Path == plansModule {
			return plansModule + " " + module.Version
		}
	}
	return ""
}

// unshown are options that say nothing about what became of the rows.
func unshown() []string { return []string{"quiet", "json", "json-rows", "report-cells", "yes"} }

// optionsInForce are the options of the command that are not at their defaults, without
// secrets.
func (a *app) optionsInForce() (all []report.Option) {
	s := a.settings
	for _, name := range slices.Sorted(maps.Keys(s.origins)) {
		if slices.Contains(unshown(), name) {
			continue
		}
		value, from := s.found[name].value, s.origins[name].String()
		if s.isGiven(name) {
			value, from = s.given[name], "command line"
		}
		all = append(all, report.Option{Name: name, Value: withoutSecrets(name, value), From: from})
	}
	return all
}

// withoutSecrets is the value of an option without the words of a command, the password of
// a URL, and the path of one that says by it who may use it.
func withoutSecrets(name, value string) string {
	switch name {
	case "api-key-command":
		words, _ := splitWords(value)
		return strings.Join(words[:min(1, len(words))], "") + " …"
	case "base-url", "metrics-push", "notify", "notify-start", "notify-failure":
	default:
		return value
	}
	u, err := url.Parse(value)
	switch {
	case err != nil || u.Host == "":
		return "…"
	case name == "base-url":
		u.User = nil
		return u.String()
	}
	return u.Scheme + "://" + u.Host + "/…"
}

// optionsOf are the options of the command line that continues a job, see runOf: args are
// its words, the file among them.
func optionsOf(args []string) (all []report.Option) {
	for i, word := range args {
		name, isFlag := strings.CutPrefix(word, "--")
		if !isFlag || name == "state" || name == "config" {
			continue
		}
		value := "true"
		if i+1 < len(args) && !strings.HasPrefix(args[i+1], "--") {
			value = args[i+1]
		}
		all = append(all, report.Option{Name: name, Value: withoutSecrets(name, value)})
	}
	return all
}
