// Package metrics says what became of a list in the words of Prometheus: in a file for the
// textfile collector of node_exporter, or to a Pushgateway.
//
//	Figures of each list → series → file, or the group of the list
//
// Every series has a list; none has a job's id, a path or a number. The texts of the series
// never depend on the figures, so that the files of several lists can stand side by side.
package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"sent-import/importer/outcome"
)

// Figures are those of a list. What is zero in a pointer or a time is not known.
type Figures struct {
	Job      *Job      // the list's newest; nil: not known
	Run      *Run      // the last one; nil: it has not ended yet
	Complete time.Time // when a run of the list was complete last: exit code 0 or 3
	Success  time.Time // when one ended with exit code 0
	Version  string    // of the program
}

// Job is how far a job is, over all its runs.
type Job struct {
	Reasons  outcome.ByReason
	Requests outcome.Requests
}

// Run is how a run ended.
type Run struct {
	Ended     time.Time
	Took      time.Duration
	ExitCode  int
	PerMinute float64 // requests that the run might send, +Inf without a limit; 0: not known
}

// series is one of those that a list has.
type series struct {
	name, help string
	kind       prometheus.ValueType
	label      string // beside list; "" for none
}

// The series. Dashboards and alerts rely on their names.
var (
	jobRows     = series{"sent_import_job_rows", "Rows of the list's newest job, by status.", prometheus.GaugeValue, "status"}
	reasonRows  = series{"sent_import_job_reason_rows", "Rows of the list's newest job, by reason.", prometheus.GaugeValue, "reason"}
	requests    = series{"sent_import_requests_total", "Requests to the API for the list's newest job, over all its runs, by what they were for.", prometheus.CounterValue, "kind"}
	rateLimited = series{"sent_import_rate_limited_total", "Answers 429 of the API to the list's newest job, over all its runs.", prometheus.CounterValue, ""}
	perMinute   = series{"sent_import_rate_limit_per_minute", "Requests a minute that the last run of the list might send at its end.", prometheus.GaugeValue, ""}
	lastRun     = series{"sent_import_last_run_timestamp_seconds", "When the last run of the list ended, however it ended.", prometheus.GaugeValue, ""}
	lastTook    = series{"sent_import_last_run_duration_seconds", "How long the last run of the list took.", prometheus.GaugeValue, ""}
	lastCode    = series{"sent_import_last_exit_code", "Exit code of the last run of the list.", prometheus.GaugeValue, ""}
	complete    = series{"sent_import_last_complete_timestamp_seconds", "When a run of the list was complete last: exit code 0, or 3 (rows are left that need somebody).", prometheus.GaugeValue, ""}
	success     = series{"sent_import_last_success_timestamp_seconds", "When a run of the list ended with exit code 0 last.", prometheus.GaugeValue, ""}
	buildInfo   = series{"sent_import_build_info", "1, for the version of sent-import that ran last for the list.", prometheus.GaugeValue, "version"}
)

// allSeries are the series, in the order of a file.
func allSeries() []series {
	return []series{jobRows, reasonRows, requests, rateLimited, perMinute, lastRun, lastTook, lastCode, complete, success, buildInfo}
}

// lists gives the series of some lists. It is a prometheus.Collector.
type lists struct {
	figures map[string]Figures // by list
	grouped bool               // the list is no label, but that of a group
}

// Describe announces no series: which there are depends on what is known.
func (lists) Describe(chan<- *prometheus.Desc) {}

// Collect gives the series.
func (l lists) Collect(to chan<- prometheus.Metric) {
	for list, f := range l.figures {
		f.collect(func(s series, value float64, label string) {
			var names, labels []string
			if !l.grouped {
				names, labels = []string{"list"}, []string{list}
			}
			if s.label != "" {
				names, labels = append(names, s.label), append(labels, label)
			}
			to <- prometheus.MustNewConstMetric(prometheus.NewDesc(s.name, s.help, names, nil), s.kind, value, labels...)
		})
	}
}

func (f Figures) collect(give func(s series, value float64, label string)) {
	if f.Job != nil {
		f.Job.collect(give)
	}
	if r := f.Run; r != nil {
		if r.PerMinute > 0 {
			give(perMinute, r.PerMinute, "")
		}
		give(lastRun, unix(r.Ended), "")
		give(lastTook, r.Took.Seconds(), "")
		give(lastCode, float64(r.ExitCode), "")
		give(buildInfo, 1, f.Version)
	}
	if !f.Complete.IsZero() {
		give(complete, unix(f.Complete), "")
	}
	if !f.Success.IsZero() {
		give(success, unix(f.Success), "")
	}
}

func (j Job) collect(give func(s series, value float64, label string)) {
	counts := j.Reasons.Counts()
	for _, s := range outcome.Statuses() {
		give(jobRows, float64(counts.Of(s)), string(s))
	}
	for _, r := range outcome.Reasons() { // also those without rows: a series that comes and goes can't be watched
		give(reasonRows, float64(j.Reasons[r]), string(r))
	}
	for kind, n := range map[string]int{
		"create": j.Requests.Create, "lookup": j.Requests.Lookup, "list": j.Requests.List, "me": j.Requests.Me,
		"get": j.Requests.Get, "mark": j.Requests.Mark, "delete": j.Requests.Delete,
	} {
		give(requests, float64(n), kind)
	}
	give(rateLimited, float64(j.Requests.RateLimited), "")
}

// unix is a time in seconds, to the millisecond.
func unix(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

// gatherer gathers the series of the lists.
func gatherer(l lists) prometheus.Gatherer {
	r := prometheus.NewRegistry()
	r.MustRegister(l)
	return r
}
