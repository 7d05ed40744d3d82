package main

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"sent-import/importer"
	"sent-import/report"
)

// TestNextCommandKeepsTheReading: the command that report prints names every option that
// decides what a row means. Without one of them it would plan another job, and that would
// send every number again.
func TestNextCommandKeepsTheReading(t *testing.T) {
	none := func(string) string { return "" }
	a := &app{getenv: none, settings: newSettings(none)}
	command := func(r importer.Reading) []string {
		args, _ := a.runOf(importer.JobInfo{InputPath: "contacts.csv", BaseURL: importer.DefaultBaseURL, Reading: r}, "")
		return args
	}
	var flags []string
	for _, flag := range commandsOf(t)["run"].Flags {
		flags = append(flags, "--"+flag.Name)
	}
	usual := command(importer.Reading{})
	for field := range reflect.TypeFor[importer.Reading]().Fields() {
		var reading importer.Reading
		shown := chooseOther(t, reflect.ValueOf(&reading).Elem().FieldByIndex(field.Index))
		args := command(reading)
		more := slices.DeleteFunc(slices.Clone(args), func(arg string) bool { return slices.Contains(usual, arg) })
		if len(more) == 0 || shown != "" && more[len(more)-1] != shown {
			t.Errorf("%s: got %q, which does not say it", field.Name, args)
			continue
		}
		if !strings.HasPrefix(more[0], "--") || !slices.Contains(flags, more[0]) {
			t.Errorf("%s: got %q, and run has no flag %s", field.Name, args, more[0])
		}
	}
}

// chooseOther gives a field of a reading a value that is not its default, and returns how
// the command line shows it; "" for a flag without a value.
func chooseOther(t *testing.T, field reflect.Value) (shown string) {
	t.Helper()
	switch value := field.Addr().Interface().(type) {
	case *string:
		*value = "chosen"
		return *value
	case *[]string:
		*value = []string{"chosen", "other"}
		return "chosen,other"
	case *importer.Delimiter:
		*value = '|'
		return "|"
	case *int:
		*value = 7
		return "7"
	case *bool:
		*value = true
		return ""
	}
	t.Fatalf("%s: this test has no value for such an option yet", field.Type())
	return ""
}

// TestFixedFileIsReadAsTheListWas: the command that imports the repaired rows has no flag
// that is about the list's own form, and reads numbers as the whole list was found to
// write them, since a few rows show nothing.
func TestFixedFileIsReadAsTheListWas(t *testing.T) {
	decided := importer.JobInfo{International: true}
	for _, tt := range []struct {
		name       string
		f          fixing
		book, text string // after "sent-import run "
	}{
		{"nothing to change", fixing{args: []string{"run", "list.csv", "--region", "DE"}},
			"r/invalid.xlsx --region DE", "r/invalid.csv --region DE"},
		{"title lines, a sheet, and how the text is written", fixing{args: []string{"run", "--skip-lines", "3", "--sheet=Kunden", "list.csv", "--encoding", "cp1252", "--delimiter", "|"}, encoding: "cp1252", job: importer.JobInfo{Delimiter: '|'}},
			"r/invalid.xlsx", "r/invalid.csv --delimiter '|' --encoding utf-8"},
		{"a delimiter that the file, of one column, does not have", fixing{args: []string{"run", "--delimiter=|", "list.csv"}, job: importer.JobInfo{Delimiter: ','}},
			"r/invalid.xlsx", "r/invalid.csv --delimiter ,"},
		{"a delimiter from the environment", fixing{args: []string{"run", "list.csv"}, job: importer.JobInfo{Delimiter: '\t'}, isSet: func(flag string) bool {
			return flag == "delimiter"
		}}, "r/invalid.xlsx", "r/invalid.csv --delimiter tab"},
		{"decided numbers", fixing{args: []string{"run", "list.csv"}, job: decided},
			"r/invalid.xlsx --numbers international", "r/invalid.csv --numbers international"},
		{"decided, and given", fixing{args: []string{"run", "--numbers=auto", "list.csv"}, job: decided},
			"--numbers=auto r/invalid.xlsx", "--numbers=auto r/invalid.csv"},
		{"before what may be a flag", fixing{args: []string{"run", "--", "list.csv"}, job: decided},
			"--numbers international -- r/invalid.xlsx", "--numbers international -- r/invalid.csv"},
		{"metrics of the list", fixing{args: []string{"run", "list.csv", "--list", "crm", "--metrics-file=m.prom", "--metrics-push", "http://gw"}, isSet: func(flag string) bool {
			return flag == "list" || flag == "metrics-push"
		}}, "r/invalid.xlsx --list= --metrics-push=", "r/invalid.csv --list= --metrics-push="},
		{"from the environment", fixing{args: []string{"run", "list.csv"}, isSet: func(flag string) bool {
			return flag == "skip-lines" || flag == "sheet"
		}}, "r/invalid.xlsx --skip-lines 0 --sheet=", "r/invalid.csv --skip-lines 0 --sheet="},
	} {
		tt.f.file, tt.f.dir = "list.csv", "r"
		if tt.f.isSet == nil {
			tt.f.isSet = func(string) bool { return false }
		}
		if got, want := tt.f.command(report.InvalidBookName), "sent-import run "+tt.book; got != want {
			t.Errorf("%s: got %q, want %q", tt.name, got, want)
		}
		if got, want := tt.f.command(report.InvalidName), "sent-import run "+tt.text; got != want {
			t.Errorf("%s: got %q, want %q", tt.name, got, want)
		}
	}
}
