package importer_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"sent-import/importer"
)

// What any other file would meet as well ends a command for several; what is wrong with
// one file does not.
func TestEverywhere(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		want bool
	}{
		{"nothing", nil, false},
		{"outage", &importer.Stop{Cause: importer.StopOutage}, true},
		{"account", fmt.Errorf("run: %w", &importer.Stop{Cause: importer.StopAccount}), true},
		{"another account", &importer.Stop{Cause: importer.StopOther}, true},
		{"the call", &importer.Stop{Cause: importer.StopCall}, true},
		{"the ledger", &importer.Stop{Cause: importer.StopLedger}, true},
		{"time", &importer.Stop{Cause: importer.StopMaxDuration}, true},
		{"requests", &importer.Stop{Cause: importer.StopMaxRequests}, true},
		{"interrupted", &importer.Stop{Cause: importer.StopInterrupted}, true},
		{"too many invalid rows", &importer.Stop{Cause: importer.StopMaxInvalid}, false},
		{"too many failed rows", &importer.Stop{Cause: importer.StopMaxFailed}, false},
		{"a full disk", fmt.Errorf("write: %w", syscall.ENOSPC), true},
		{"the state directory", &importer.StorageError{}, true},
		{"a damaged ledger", importer.ErrDamaged, true},
		{"a job's lock", fmt.Errorf("job: %w", importer.ErrLocked), false},
		{"a file that is not there", &fs.PathError{Op: "stat", Path: "x", Err: fs.ErrNotExist}, false},
		{"no phone column", &importer.UsageError{Message: "no phone column"}, false},
		{"anything else", errors.New("anything else"), false},
	} {
		if got := importer.Everywhere(tt.err); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

// An error of the options or the key is everybody's; the same kind of error about a file
// is that file's.
func TestEverywhereOfRuns(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "colours.csv")
	if err := os.WriteFile(file, []byte("colour\nred\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	base := importer.Options{Input: file, Key: "key", State: filepath.Join(dir, "state"), BaseURL: "http://localhost"}
	for _, tt := range []struct {
		name   string
		change func(*importer.Options)
		want   bool
	}{
		{"no phone column", func(*importer.Options) {}, false},
		{"no file", func(o *importer.Options) { o.Input = file + "x" }, false},
		{"rate", func(o *importer.Options) { o.Rate = "fast" }, true},
		{"base URL", func(o *importer.Options) { o.BaseURL = "http://api.example.com" }, true},
		{"key", func(o *importer.Options) { o.Key = "" }, true},
		{"state", func(o *importer.Options) { o.State = file }, true},
	} {
		o := base
		tt.change(&o)
		_, err := importer.Run(context.Background(), o)
		if err == nil || importer.Everywhere(err) != tt.want {
			t.Errorf("run, %s: got %v for %v, want %v", tt.name, !tt.want, err, tt.want)
		}
		if tt.name == "key" || tt.name == "base URL" || tt.name == "state" { // a check needs none
			continue
		}
		if _, err := importer.Check(context.Background(), o); err == nil || importer.Everywhere(err) != tt.want {
			t.Errorf("check, %s: got %v for %v, want %v", tt.name, !tt.want, err, tt.want)
		}
	}
}
