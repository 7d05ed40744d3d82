package metrics

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"

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
// comes later, stays as the file has it. A file that is not ours is left as it is, with a
// [*ForeignFileError].
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

// ForeignFileError says that what stands at a path is nothing that WriteFile may replace.
type ForeignFileError struct{ Path, Why string }

func (e *ForeignFileError) Error() string { return e.Path + ": " + e.Why }

// CheckFile looks whether WriteFile may write to the path: nothing is there, or an empty
// file, or one that WriteFile has written. Errors: a [*ForeignFileError]; those of the
// file system.
func CheckFile(path string) error {
	_, err := readFile(path)
	return err
}

// readFile reads the series of a file; none where nothing is there, or it is empty.
func readFile(path string) (map[string]*dto.MetricFamily, error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	case info.Mode()&fs.ModeSymlink != 0: // it would be replaced, and what it leads to would stay
		return nil, &ForeignFileError{path, "it is a link"}
	case !info.Mode().IsRegular(): // to open a pipe could wait for ever
		return nil, &ForeignFileError{path, "it is no regular file"}
	case info.Size() == 0:
		return nil, nil
	case info.Size() > longestFile:
		return nil, &ForeignFileError{path, "it is too large for a file of metrics"}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	found, err := parser.TextToMetricFamilies(f)
	if err != nil || !ours(found) { // what the parser says would show what the file holds
		return nil, &ForeignFileError{path, "it holds something else than metrics of sent-import"}
	}
	return found, nil
}

// ours reports whether all families are of this program, and there is one.
func ours(families map[string]*dto.MetricFamily) bool {
	for name := range families {
		if !strings.HasPrefix(name, "sent_import_") {
			return false
		}
	}
	return len(families) > 0
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
