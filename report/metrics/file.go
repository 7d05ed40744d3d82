package metrics

import (
	"errors"
	"io/fs"
	"os"
	"slices"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// longestFile is how many bytes of a file are read again: that of some ten thousand lists.
const longestFile = 64 << 20

// WriteFile writes the series of lists, for node_exporter's textfile collector: whole,
// under a temporary name that does not end in .prom, renamed then, readable by everybody.
// all are the lists that the file is for. What is not known now of one of them, such as
// when it was complete last where the ledger can't be read, or everything of one whose run
// comes later, stays as the file has it.
func WriteFile(path string, figures map[string]Figures, all []string) error {
	series, err := gatherer(lists{figures: figures}).Gather()
	if err != nil {
		return err
	}
	before, err := readFile(path)
	if err != nil {
		return err
	}
	series = keep(series, before, all)
	return prometheus.WriteToTextfile(path, prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return series, nil }))
}

// readFile reads the series of a file. What is no file of ours has none.
func readFile(path string) (map[string]*dto.MetricFamily, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular() || info.Size() > longestFile: // to open a pipe could wait for ever
		return nil, &fs.PathError{Op: "read", Path: path, Err: errors.New("it is no file of metrics")}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	found, _ := parser.TextToMetricFamilies(f) // with an error, what was read before it
	return found, nil
}

// keep adds to the series what was before and is not known now.
func keep(series []*dto.MetricFamily, before map[string]*dto.MetricFamily, all []string) []*dto.MetricFamily {
	known := make(map[string]bool) // by name and list
	families := make(map[string]*dto.MetricFamily)
	for _, family := range series {
		families[family.GetName()] = family
		for _, m := range family.GetMetric() {
			known[family.GetName()+" "+listOf(m)] = true
		}
	}
	for _, s := range allSeries() {
		for _, m := range before[s.name].GetMetric() {
			list := listOf(m)
			if !slices.Contains(all, list) || known[s.name+" "+list] || before[s.name].GetType() != typeOf(s) {
				continue
			}
			if families[s.name] == nil {
				families[s.name] = &dto.MetricFamily{Name: &s.name, Help: &s.help, Type: typeOf(s).Enum()}
			}
			families[s.name].Metric = append(families[s.name].Metric, m)
		}
	}
	series = series[:0]
	for _, s := range allSeries() {
		if families[s.name] != nil {
			series = append(series, families[s.name])
		}
	}
	return series
}

// listOf is the list that a metric is of; "" for none.
func listOf(m *dto.Metric) string {
	for _, label := range m.GetLabel() {
		if label.GetName() == "list" {
			return label.GetValue()
		}
	}
	return ""
}

// typeOf is the type of a series in a file.
func typeOf(s series) dto.MetricType {
	if s.kind == prometheus.CounterValue {
		return dto.MetricType_COUNTER
	}
	return dto.MetricType_GAUGE
}
