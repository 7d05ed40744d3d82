package plan

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"sent-import/importer/progress"
)

// Nobody waits for a pipe without being told what is waited for; one that is
// written to is not spoken of.
func TestAttack17WhatIsWaitedForIsSaid(t *testing.T) {
	for _, tt := range []struct {
		name  string
		after time.Duration // until something is written
		want  []string
	}{
		{"silent", time.Hour, []string{"Waiting for $'/dev/fd/\\007': nothing has been written to it yet."}},
		{"written to", silence / 2, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				in, out := io.Pipe()
				var said []string
				s := Source{Path: "/dev/fd/\a", Stdin: in, Progress: new(progress.Progress), Say: func(text string) { said = append(said, text) }}
				go func() {
					time.Sleep(tt.after)
					_, _ = out.Write([]byte("x"))
					time.Sleep(time.Hour)
					_ = out.Close()
				}()
				var got bytes.Buffer
				if err := s.copyStdin(context.Background(), &got); err != nil || got.String() != "x" {
					t.Fatalf("got %q, %v", got.String(), err)
				}
				synctest.Wait() // for what was said
				if len(said) != len(tt.want) || len(said) > 0 && said[0] != tt.want[0] {
					t.Errorf("said %q, want %q", said, tt.want)
				}
			})
		})
	}
}

// Each kind of thing that is no list is called what it is.
func TestAttack17KindsOfInput(t *testing.T) {
	dir, err := os.MkdirTemp("", "") // short: the path of a socket has 108 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket := filepath.Join(dir, "socket")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	files := fstest.MapFS{
		"disk": {Mode: fs.ModeDevice}, "list": {}, "pipe": {Mode: fs.ModeNamedPipe}, "odd": {Mode: fs.ModeIrregular},
	}
	for _, tt := range []struct{ path, want string }{
		{os.DevNull, ""}, {"list", ""}, {"pipe", ""},
		{"/dev/zero", "it is a device, which may have no end: give a file, or a pipe"},
		{dir, "it is a directory: give one file of it"},
		{socket, "it is a socket, which can't be opened like a file: give a file, or write to a pipe and give - for it"},
		{"disk", "it is a disk or a part of one, and no list: give a file that is on it"},
		{"odd", "it is neither a file nor a pipe: give one"},
	} {
		info, err := files.Stat(tt.path)
		if strings.HasPrefix(tt.path, "/") {
			info, err = os.Stat(tt.path)
		}
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if err := checkKind("it", tt.path, info); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.path, got, tt.want)
		}
	}
}

// Names of open files are of one process; any other regular file can be read
// again, wherever it is.
func TestReadOnce(t *testing.T) {
	for path, want := range map[string]bool{
		"/dev/stdin": true, "/dev/fd/5": true, "/proc/self/fd/5": true, "/proc/12/fd/5": true, "/proc/12/task/13/fd/5": true,
		"/dev/shm/list.csv": false, "/dev/shm/fd/list.csv": false, "/proc/self/cwd/list.csv": false, "/proc/self/cwd/fd/list.csv": false,
		"/home/dev/fd/5": false, "/dev/stdin.csv": false,
	} {
		if got := readOnce(path, 0); got != want {
			t.Errorf("%s: got %t, want %t", path, got, want)
		}
	}
	if !readOnce("/dev/shm/pipe", fs.ModeNamedPipe) {
		t.Error("a pipe is read more than once")
	}
}
