package main

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"sent-import/importer/outcome"
	"sent-import/report/metrics"
)

// TestAlerts: each rule has a name, an expression of series that exist and a text, and one
// of them watches when a list was complete last.
func TestAlerts(t *testing.T) {
	series := textOf(t, writtenMetrics(t))
	words := []string{"time", "unless", "on", "sum", "by", "absent", "list", "status", "failed"}
	word := regexp.MustCompile(`[a-z_]+`)
	span := regexp.MustCompile(`^[0-9]+[mh]$`)
	watched := false
	names := make(map[string]bool)
	for _, group := range at(t, decoded(t, "deploy/alerts.yaml"), "groups").([]any) {
		for _, rule := range at(t, group, "rules").([]any) {
			name, _ := at(t, rule, "alert").(string)
			expr, _ := at(t, rule, "expr").(string)
			wait, _ := at(t, rule, "for").(string)
			summary, _ := at(t, rule, "annotations", "summary").(string)
			severity, _ := at(t, rule, "labels", "severity").(string)
			if name == "" || names[name] || summary == "" || severity == "" || !span.MatchString(wait) {
				t.Errorf("%q: it lacks a name of its own, a summary, a severity or a time: %v", name, rule)
			}
			names[name] = true
			for _, w := range word.FindAllString(expr, -1) {
				if !slices.Contains(words, w) && !strings.Contains(series, "\n"+w+"{") {
					t.Errorf("%s: %s is no series, and nothing else that is known here, in %s", name, w, expr)
				}
			}
			for _, pair := range []string{"()", "{}", `""`} {
				if n := strings.Count(expr, pair[:1]) + strings.Count(expr, pair[1:]); n%2 != 0 {
					t.Errorf("%s: not all of %s have their other: %s", name, pair, expr)
				}
			}
			watched = watched || strings.HasPrefix(expr, "time() - sent_import_last_complete_timestamp_seconds >")
		}
	}
	if !watched {
		t.Error("no rule watches when a list was complete last")
	}
}

// writtenMetrics is a file with every series.
func writtenMetrics(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "m.prom")
	now := time.Unix(1_800_000_000, 0)
	f := metrics.Figures{
		Job: &metrics.Job{Reasons: outcome.ByReason{}}, Run: &metrics.Run{Ended: now, PerMinute: 200}, Complete: now, Success: now, Version: "1",
	}
	if err := metrics.WriteFile(path, map[string]metrics.Figures{"crm": f}, []string{"crm"}); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestReferenceNamesEverySeries of the metrics, with its labels.
func TestReferenceNamesEverySeries(t *testing.T) {
	reference := textOf(t, referenceFile)
	label := regexp.MustCompile(`([a-z]+)="`)
	named := 0
	for _, line := range regexp.MustCompile(`(?m)^(sent_import_[a-z_]+)\{(.*)\}`).FindAllStringSubmatch(textOf(t, writtenMetrics(t)), -1) {
		labels := []string{"list"}
		for _, m := range label.FindAllStringSubmatch(line[2], -1) {
			if m[1] != "list" {
				labels = append(labels, m[1])
			}
		}
		if want := "`" + line[1] + "{" + strings.Join(labels, ",") + "}`"; !strings.Contains(reference, want) {
			t.Errorf("the reference does not name %s", want)
		}
		named++
	}
	if named == 0 {
		t.Error("no series")
	}
}
