package main

import (
	"context"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"sent-import/report/metrics"
	"sent-import/report/notify"
)

// hanging is a server that never answers.
type hanging struct{}

func (hanging) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// TestTheEndIsBounded: what hangs holds a command for thirty seconds at its end, three after
// a signal, and not every file of it as long again.
func TestTheEndIsBounded(t *testing.T) {
	for _, tt := range []struct {
		name   string
		signal bool
		files  []time.Duration // that each may be held
		end    time.Duration
	}{
		{"one file", false, []time.Duration{20 * time.Second}, 10 * time.Second},
		{"several", false, []time.Duration{20 * time.Second, time.Second, time.Second}, 10 * time.Second},
		{"after a signal", true, []time.Duration{2 * time.Second}, time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if tt.signal {
					cancel()
				}
				a := &app{ctx: ctx, leave: t.Context(), lines: newLines(io.Discard), stderr: io.Discard}
				to, err := notify.Parse("http://gateway:9091")
				if err != nil {
					t.Fatal(err)
				}
				o := &outlets{push: to, notify: to, client: notify.NewClient("x", hanging{}), figures: make(map[string]metrics.Figures)}
				held := func(call func()) time.Duration {
					began := time.Now()
					call()
					return time.Since(began)
				}
				for i, want := range tt.files {
					o.ended(a, o.run("a.csv"), exitOK)
					if took := held(func() { o.write(a) }); took != want {
						t.Errorf("file %d is held for %v, want %v", i+1, took, want)
					}
				}
				if took := held(func() { o.end(a, exitOK) }); took != tt.end {
					t.Errorf("the end takes %v, want %v", took, tt.end)
				}
			})
		})
	}
}
