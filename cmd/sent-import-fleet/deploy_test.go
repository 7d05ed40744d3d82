package main

import (
	"bytes"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"

	"sent-import/importer/fleet/worker"
)

// manifests are the documents of the Kubernetes files, by kind. Whether their fields are
// Kubernetes' is another test's (make kit).
func manifests(t *testing.T) map[string]any {
	t.Helper()
	kinds := make(map[string]any)
	for _, file := range []string{"deploy/workers.yaml", "deploy/migrate.yaml"} {
		for doc := range bytes.SplitSeq(fileText(t, file), []byte("\n---\n")) {
			var m map[string]any
			if err := yaml.Unmarshal(doc, &m); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			kinds[m["kind"].(string)] = m
		}
	}
	return kinds
}

func fileText(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// at walks through decoded YAML: a string is a name, a number an index.
func at(v any, path ...any) any {
	for _, step := range path {
		switch s := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[s]
		case int:
			list, _ := v.([]any)
			if s >= len(list) {
				return nil
			}
			v = list[s]
		}
	}
	return v
}

// TestManifestsFitTheProgram: the manifests give it arguments that it takes, the time that it
// needs to end, and no more rights than it needs; and they agree with each other.
func TestManifestsFitTheProgram(t *testing.T) {
	kinds := manifests(t)
	deployment, budget, job := kinds["Deployment"], kinds["PodDisruptionBudget"], kinds["Job"]
	pod := at(deployment, "spec", "template", "spec")
	labels := at(deployment, "spec", "template", "metadata", "labels")
	for what, selected := range map[string]any{
		"the Deployment":          at(deployment, "spec", "selector", "matchLabels"),
		"the PodDisruptionBudget": at(budget, "spec", "selector", "matchLabels"),
		"the spread":              at(pod, "topologySpreadConstraints", 0, "labelSelector", "matchLabels"),
	} {
		if !reflect.DeepEqual(selected, labels) {
			t.Errorf("%s selects %v, and the pods have %v", what, selected, labels)
		}
	}
	grace, _ := at(pod, "terminationGracePeriodSeconds").(int)
	if least := worker.StopTime + 10*time.Second; time.Duration(grace)*time.Second < least {
		t.Errorf("a worker has %d s to end, and may need %s", grace, least)
	}
	if surge, away := at(deployment, "spec", "strategy", "rollingUpdate", "maxUnavailable"), at(budget, "spec", "maxUnavailable"); surge != 0 || away != 1 {
		t.Errorf("a deployment takes away %v workers, a drain of machines %v; want 0 and 1", surge, away)
	}
	worker, migrate := at(pod, "containers", 0), at(job, "spec", "template", "spec", "containers", 0)
	checkContainer(t, "workers.yaml", pod, worker)
	checkContainer(t, "migrate.yaml", at(job, "spec", "template", "spec"), migrate)
	image := at(worker, "image")
	if image != at(migrate, "image") || !bytes.Contains(fileText(t, "deploy/Containerfile"), []byte(image.(string))) {
		t.Errorf("the image is %v for workers, %v for migrate, and another one in Containerfile", image, at(migrate, "image"))
	}
	if path := at(worker, "readinessProbe", "httpGet", "path"); path != "/healthz" || at(worker, "readinessProbe", "httpGet", "port") != at(worker, "ports", 0, "name") {
		t.Errorf("the probe asks for %v", path)
	}
}

// checkContainer checks what a container runs, and its rights.
func checkContainer(t *testing.T, file string, pod, container any) {
	t.Helper()
	var args []string
	for _, arg := range at(container, "args").([]any) {
		args = append(args, arg.(string))
	}
	parses(t, file, args)
	known := append(variables(t), "TMPDIR")
	env, _ := at(container, "env").([]any)
	for _, v := range env {
		if name := at(v, "name").(string); !slices.Contains(known, name) {
			t.Errorf("%s: the program knows no variable %s", file, name)
		}
	}
	for path, want := range map[string]any{"readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false} {
		if got := at(container, "securityContext", path); got != want {
			t.Errorf("%s: %s is %v", file, path, got)
		}
	}
	user := at(pod, "securityContext", "runAsUser")
	if at(pod, "securityContext", "runAsNonRoot") != true || user != 65532 || !bytes.Contains(fileText(t, "deploy/Containerfile"), []byte("USER 65532:65532")) {
		t.Errorf("%s: runs as %v, which is not the image's user", file, user)
	}
}

// parses fails the test unless the words are a command line.
func parses(t *testing.T, from string, args []string) {
	t.Helper()
	parser, err := kong.New(new(cli), kong.Vars{"version": ""})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(args); err != nil {
		t.Errorf("%s: %q: %v", from, args, err)
	}
}

// variables are the variables that the program's flags have.
func variables(t *testing.T) (names []string) {
	t.Helper()
	parser, err := kong.New(new(cli), kong.Vars{"version": ""})
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range parser.Model.Children {
		for _, flag := range command.Flags {
			names = append(names, flag.Envs...)
		}
	}
	return names
}

// TestUnit: the unit runs a command that exists, gives it the time that it needs to end, and
// has keys under their names: those of LoadCredential= for a directory have others.
func TestUnit(t *testing.T) {
	settings := make(map[string]string)
	for line := range strings.Lines(string(fileText(t, "deploy/sent-import-fleet.service"))) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(line, "#") {
			settings[name] = value
		}
	}
	args := strings.Fields(settings["ExecStart"])
	if len(args) < 2 || args[0] != "/usr/bin/sent-import-fleet" {
		t.Fatalf("it starts %v", args)
	}
	parses(t, "the unit", args[1:])
	if stop, err := time.ParseDuration(settings["TimeoutStopSec"]); err != nil || stop < worker.StopTime+10*time.Second {
		t.Errorf("a worker has %s to end, and may need %s", settings["TimeoutStopSec"], worker.StopTime+10*time.Second)
	}
	if settings["LoadCredential"] != "" || settings["SupplementaryGroups"] != "sent-import" || !slices.Contains(args, "/etc/sent-import/keys") {
		t.Errorf("the keys: %v", settings)
	}
	if settings["Restart"] != "always" || settings["StartLimitIntervalSec"] != "0" {
		t.Errorf("a worker without a database is not started again: Restart=%s, StartLimitIntervalSec=%s", settings["Restart"], settings["StartLimitIntervalSec"])
	}
}
