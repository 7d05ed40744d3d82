package main

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"
)

// parses fails the test unless the words after the program's name are a command line.
func parses(t *testing.T, from string, args []string) {
	t.Helper()
	nothing := newSettings(func(string) string { return "" })
	parser, err := kong.New(&cli{}, kong.Vars{"version": ""}, kong.Bind(nothing), kong.NamedMapper("path", kong.MapperFunc(func(ctx *kong.DecodeContext, target reflect.Value) error {
		return ctx.Scan.PopValueInto("path", target.Addr().Interface())
	})))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(args); err != nil {
		t.Errorf("%s: %q: %v", from, args, err)
	}
}

// TestCrontab: each line is a variable, or five fields and a command that exists, whose
// percent signs are escaped.
func TestCrontab(t *testing.T) {
	variable := regexp.MustCompile(`^[A-Z_]+=\S+$`)
	field := regexp.MustCompile(`^(\*|\d+(-\d+)?)(/\d+)?(,\d+)*$`)
	bare := regexp.MustCompile(`(^|[^\\])%`)
	commands := 0
	for line := range strings.Lines(textOf(t, "deploy/crontab")) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") || variable.MatchString(line) {
			continue
		}
		fields := strings.Fields(line)
		if len(fields) < 7 || fields[5] != "sent-import" || bare.MatchString(line) {
			t.Errorf("not a line of a crontab: %s", line)
			continue
		}
		for _, f := range fields[:5] {
			if !field.MatchString(f) {
				t.Errorf("%s: %q is no time", line, f)
			}
		}
		parses(t, "crontab", strings.Fields(strings.ReplaceAll(line, `\%`, "%"))[6:])
		commands++
	}
	if commands == 0 {
		t.Error("no command")
	}
}

// unit reads a systemd unit into section.name → values.
func unit(t *testing.T, file string) map[string][]string {
	t.Helper()
	settings, section := make(map[string][]string), ""
	for line := range strings.Lines(textOf(t, file)) {
		line = strings.TrimSpace(line)
		name, value, ok := strings.Cut(line, "=")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]"):
			section = strings.Trim(line, "[]")
		case ok && section != "":
			settings[section+"."+name] = append(settings[section+"."+name], value)
		default:
			t.Errorf("%s: no setting: %s", file, line)
		}
	}
	return settings
}

// TestSystemdUnits: what the restarts rely on. systemd refuses RestartForceExitStatus
// for oneshot, and without a limit an outage would restart for ever.
func TestSystemdUnits(t *testing.T) {
	service := unit(t, "deploy/sent-import.service")
	for name, want := range map[string]string{
		"Service.Type": "exec", "Service.SuccessExitStatus": "3 143", "Service.RestartForceExitStatus": "4", "Service.Restart": "no",
		"Service.RestartSec": "15min", "Unit.StartLimitIntervalSec": "5h", "Unit.StartLimitBurst": "16",
		"Service.LoadCredential": "api-key:/etc/sent-import/api-key",
	} {
		if got := strings.Join(service[name], "|"); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	line := strings.Join(service["Service.ExecStart"], "|")
	args := strings.Fields(strings.ReplaceAll(line, "%%", "%"))
	parses(t, "service", args[1:])
	for _, never := range []string{"--max-duration", "--max-requests"} {
		if slices.Contains(args, never) {
			t.Errorf("%s ends with 4, and would be started again", never)
		}
	}
	if timer := unit(t, "deploy/sent-import.timer"); len(timer["Timer.OnCalendar"]) != 1 || timer["Install.WantedBy"] == nil {
		t.Errorf("timer: got %v", timer)
	}
}

// at walks through decoded YAML: a string is a name, a number an index.
func at(t *testing.T, v any, path ...any) any {
	t.Helper()
	for _, step := range path {
		switch s := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[s]
		case int:
			list, _ := v.([]any)
			if s >= len(list) {
				t.Fatalf("%v: no element %d", path, s)
			}
			v = list[s]
		}
	}
	return v
}

func decoded(t *testing.T, file string) (doc map[string]any) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(textOf(t, file)), &doc); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return doc
}

// TestCronJob: what the restarts, the key and the ledger rely on.
func TestCronJob(t *testing.T) {
	spec := at(t, decoded(t, "deploy/cronjob.yaml"), "spec")
	pod := at(t, spec, "jobTemplate", "spec", "template", "spec")
	rules := at(t, spec, "jobTemplate", "spec", "podFailurePolicy", "rules")
	container := at(t, pod, "containers", 0)
	for _, tt := range []struct {
		what      string
		got, want any
	}{
		{"concurrencyPolicy", at(t, spec, "concurrencyPolicy"), "Forbid"},
		{"restartPolicy", at(t, pod, "restartPolicy"), "Never"}, // podFailurePolicy needs it
		{"action", at(t, rules, 0, "action"), "FailJob"},
		{"codes", at(t, rules, 0, "onExitCodes", "values"), []any{1, 2, 3, 5}},
		{"operator", at(t, rules, 0, "onExitCodes", "operator"), "In"},
		{"container", at(t, rules, 0, "onExitCodes", "containerName"), at(t, container, "name")},
		{"mode", at(t, pod, "volumes", 1, "secret", "defaultMode"), 0o644},
		{"key", at(t, container, "volumeMounts", 1, "readOnly"), true},
		{"root", at(t, container, "securityContext", "readOnlyRootFilesystem"), true},
		{"user", at(t, pod, "securityContext", "runAsNonRoot"), true},
	} {
		if fmt.Sprint(tt.got) != fmt.Sprint(tt.want) {
			t.Errorf("%s: got %v, want %v", tt.what, tt.got, tt.want)
		}
	}
	var args []string
	for _, a := range at(t, container, "args").([]any) {
		args = append(args, a.(string))
	}
	parses(t, "cronjob", args)
	if !slices.Contains(args, "--invalid-ok") {
		t.Error("without --invalid-ok a bad row fails the job every night")
	}
}

// TestWorkflow: the command of the GitHub Actions workflow is one.
func TestWorkflow(t *testing.T) {
	doc := decoded(t, "deploy/github-actions.yaml")
	commands := 0
	for _, step := range at(t, doc, "jobs", "import", "steps").([]any) {
		run, _ := at(t, step, "run").(string)
		if rest, ok := strings.CutPrefix(run, "sent-import "); ok {
			parses(t, "workflow", strings.Fields(rest))
			commands++
		}
	}
	if commands != 1 {
		t.Errorf("got %d commands of sent-import, want one", commands)
	}
}
