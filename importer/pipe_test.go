package importer

import (
	"bytes"
	"context"
	"io"
	"testing"
	"testing/synctest"
	"time"
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
				s := &session{o: Options{Input: "/dev/fd/\a", Stdin: in}.withDefaults()}
				s.o.Notice = func(text string) { said = append(said, text) }
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
