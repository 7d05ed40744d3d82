package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRefusals: a command that can't work says what is missing and what to do, in one or two
// lines, with the exit code for it, before it goes to the database; and a password that is in
// an address is in none of them.
func TestRefusals(t *testing.T) {
	dir := t.TempDir()
	list := filepath.Join(dir, "contacts.csv")
	if err := os.WriteFile(list, []byte("phone\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const nobody = "postgres://u:s3cret@127.0.0.1:1/x?connect_timeout=5"
	work := []string{"work", "--database", nobody, "--store", "file://" + dir}
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"no command":        {nil, exitUsage, "Usage: sent-import-fleet"},
		"unknown command":   {[]string{"wrok"}, exitUsage, "Try: sent-import-fleet --help"},
		"unknown flag":      {[]string{"work", "--slot", "2"}, exitUsage, "Try: sent-import-fleet work --keys-dir"},
		"no database":       {[]string{"status"}, exitUsage, "set SENT_IMPORT_DATABASE"},
		"no URL":            {[]string{"status", "--database", "mysql://u:s3cret@db/x"}, exitUsage, "give one such as postgres://"},
		"wrong port":        {[]string{"status", "--database", "postgres://u:s3cret@db:x/x"}, exitUsage, "invalid port"},
		"wrong words":       {[]string{"status", "--database", "host=db password=s3cret port"}, exitUsage, "give one such as postgres://"},
		"nobody listens":    {[]string{"status", "--database", nobody}, exitFailed, "connection refused: is it running, and is --database right?"},
		"no store":          {[]string{"enqueue", list, "--key-ref", "a", "--database", nobody}, exitUsage, "set SENT_IMPORT_STORE"},
		"store of another":  {[]string{"work", "--database", nobody, "--store", "gs://b", "--keys-dir", dir}, exitUsage, "neither file:///… nor s3://…"},
		"store is a path":   {[]string{"work", "--database", nobody, "--store", dir, "--keys-dir", dir}, exitUsage, "neither file:///… nor s3://…"},
		"store not there":   {[]string{"work", "--database", nobody, "--store", "file://" + dir + "/no", "--keys-dir", dir}, exitFailed, "make this directory where every worker sees it"},
		"no key name":       {[]string{"enqueue", list}, exitUsage, "--key-ref"},
		"key name is none":  {[]string{"enqueue", list, "--key-ref", "../a", "--store", "file://" + dir}, exitUsage, "--key-ref takes a name"},
		"profile in bytes":  {[]string{"enqueue", list, "--key-ref", "a", "--profile", "M\xfcnchen", "--store", "file://" + dir}, exitUsage, "--profile takes UTF-8"},
		"no such file":      {[]string{"enqueue", list + "x", "--key-ref", "a", "--store", "file://" + dir}, exitFailed, "is the path right?"},
		"a directory":       {[]string{"enqueue", dir, "--key-ref", "a", "--store", "file://" + dir}, exitFailed, "is a directory"},
		"a device":          {[]string{"enqueue", os.DevNull, "--key-ref", "a", "--store", "file://" + dir}, exitFailed, os.DevNull + " is a device, and no list: give a file"},
		"no moment":         {[]string{"enqueue", list, "--key-ref", "a", "--not-before", "tomorrow"}, exitUsage, "such as 2026-12-01T22:00:00Z"},
		"no number":         {[]string{"cancel", "acme"}, exitUsage, "a number"},
		"forget nothing":    {[]string{"forget"}, exitUsage, "--older-than 2160h"},
		"forget too soon":   {[]string{"forget", "--older-than", "1h"}, exitUsage, "24h or more"},
		"forget both":       {[]string{"forget", "1", "--older-than", "48h"}, exitUsage, "not both"},
		"no keys":           {work, exitUsage, "--keys-dir DIR, with a file for each --key-ref, or --key-command PROGRAM"},
		"keys twice":        {append(work, "--keys-dir", dir, "--key-command", "true"), exitUsage, "can't be used together"},
		"keys not there":    {append(work, "--keys-dir", dir+"/no"), exitUsage, "--keys-dir: "},
		"keys are a file":   {append(work, "--keys-dir", list), exitUsage, "is no directory"},
		"no such program":   {append(work, "--key-command", dir+"/no"), exitUsage, "--key-command: "},
		"no address":        {append(work, "--keys-dir", dir, "--metrics-addr", "9090"), exitUsage, "such as 127.0.0.1:9090"},
		"name of two lines": {append(work, "--keys-dir", dir, "--name", "a\nb"), exitUsage, "--name takes a text on one line"},
		"name in bytes":     {append(work, "--keys-dir", dir, "--name", "M\xfcnchen"), exitUsage, "--name takes a text on one line"},
		"scratch not there": {append(work, "--keys-dir", dir, "--scratch", dir+"/no"), exitUsage, "--scratch: "},
	} {
		t.Run(name, func(t *testing.T) {
			code, said := runHere(c.args...)
			if code != c.code || !strings.Contains(said, c.says) {
				t.Errorf("exit %d, want %d; it said %q, want %q in it", code, c.code, said, c.says)
			}
			if strings.Contains(said, "s3cret") {
				t.Errorf("the password is in %q", said)
			}
			if lines := strings.Count(said, "\n"); lines > 2 && c.args != nil {
				t.Errorf("%d lines: %q", lines, said)
			}
		})
	}
}

// TestEmptyVariablesAreNone: a variable that is set to nothing, as a unit file or a shell may
// have it, names neither a database nor the directory that one is in.
func TestEmptyVariablesAreNone(t *testing.T) {
	for _, name := range []string{"SENT_IMPORT_DATABASE", "SENT_IMPORT_STORE", "SENT_IMPORT_KEYS_DIR", "SENT_IMPORT_KEY_COMMAND", "SENT_IMPORT_SCRATCH"} {
		t.Setenv(name, "")
	}
	if code, said := runHere("status"); code != exitUsage || !strings.Contains(said, "where is the database?") {
		t.Errorf("exit %d: %s", code, said)
	}
	if code, said := runHere("verify", "1"); code != exitUsage || !strings.Contains(said, "where are the API keys?") {
		t.Errorf("exit %d: %s", code, said)
	}
}

// runHere runs the program in this process, without a signal handler.
func runHere(args ...string) (code int, said string) {
	var out bytes.Buffer
	code = execute(&app{ctx: context.Background(), stdout: &out, stderr: &out}, args)
	return code, out.String()
}
