package sent

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"sync"
	"testing"
	"time"
)

func TestRequestIDs(t *testing.T) {
	var ids requestIDs
	repeats := func(id string) bool { return ids.repeats(http.Header{"X-Request-Id": {id}}) }
	for i, want := range []struct {
		id      string
		repeats bool
	}{{"a", false}, {"a", false}, {"", false}, {"b", false}, {"a", true}, {"", false}, {"b", true}} {
		if got := repeats(want.id); got != want.repeats {
			t.Errorf("id %d, %q: repeats is %t", i, want.id, got)
		}
	}
	for i := range 3*idsKept - 1 {
		repeats(fmt.Sprint(i))
	}
	if kept := len(ids.recent) + len(ids.older); kept > 2*idsKept {
		t.Errorf("%d ids are kept", kept)
	}
	if !repeats(fmt.Sprint(2*idsKept - 1)) {
		t.Errorf("the id %d answers before is not noticed", idsKept)
	}
}

// An answer with the id of one before is none on a kept connection. From then on each
// request has a connection of its own, where such an answer can be nothing but its own.
func TestRepeatedAnswer(t *testing.T) {
	for _, c := range []struct {
		name     string
		ids      []string
		repeated int // which of them is taken for a repetition; 0: none
	}{
		{"one id in all answers", []string{"a", "a", "a", "a"}, 0},
		{"no id in some", []string{"a", "", "", "b", ""}, 0},
		{"once", []string{"a", "b", "b", "b", "b", "c"}, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			requests := 0
			conns := map[string]int{} // how many requests each had
			client := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("X-Request-Id", c.ids[requests])
				requests++
				conns[r.RemoteAddr]++
				w.WriteHeader(201)
				io.WriteString(w, contactBody)
			})
			for i := range c.ids {
				a := client.Create(t.Context(), ours, "k")
				if none := i+1 == c.repeated; a.DeadConn != none || errors.Is(a.Err, errRepeated) != none || (a.Status == 201) == none {
					t.Errorf("answer %d: got %v (dead connection %t)", i+1, a, a.DeadConn)
				}
				if mixed := c.repeated > 0 && i+1 >= c.repeated; client.MixedUp() != mixed {
					t.Errorf("answer %d: MixedUp is %t", i+1, client.MixedUp())
				}
			}
			want := 1
			if c.repeated > 0 {
				want += len(c.ids) - c.repeated
			}
			if len(conns) != want {
				t.Errorf("got %v, want %d connections", conns, want)
			}
		})
	}
}

// A success about another number closes all connections: the one that it came on even
// if another request has it already, whose answer could be one too late.
func TestMixUpClosesConnections(t *testing.T) {
	const theirs = "+14155552672" // contactBody is about another number
	t.Run("idle ones", func(t *testing.T) {
		arrived, both, closed := make(chan struct{}, 3), make(chan struct{}), make(chan struct{}, 2)
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			arrived <- struct{}{}
			<-both
			w.WriteHeader(201)
			io.WriteString(w, contactBody)
		}))
		server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
			if s == http.StateClosed {
				closed <- struct{}{}
			}
		}
		server.Start()
		defer server.Close()
		c := clientOf(t, server.URL)
		var all sync.WaitGroup
		for range 2 {
			all.Go(func() { c.Create(t.Context(), ours, "k") })
		}
		<-arrived
		<-arrived
		close(both)
		all.Wait()
		c.Create(t.Context(), theirs, "k")
		for range 2 {
			select {
			case <-closed:
			case <-time.After(10 * time.Second):
				t.Fatal("a connection is still open")
			}
		}
	})
	t.Run("the next request's", func(t *testing.T) {
		arrived, waits, told := make(chan struct{}), make(chan struct{}), make(chan struct{})
		var mixed string // the connection of the first request
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			switch {
			case mixed == "":
				mixed = r.RemoteAddr
				close(arrived)
				<-waits
				w.WriteHeader(201)
				io.WriteString(w, contactBody)
			case mixed == r.RemoteAddr:
				<-told
				w.WriteHeader(409)
			default:
				w.WriteHeader(201)
			}
		}, func(o *Options) { o.MaxConns = 1 })
		var all sync.WaitGroup
		all.Go(func() {
			c.Create(t.Context(), theirs, "k")
			close(told)
		})
		<-arrived
		all.Go(func() {
			ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GetConn: func(string) { close(waits) }})
			if a := c.Create(ctx, ours, "k"); a.Status == 409 {
				t.Errorf("got %v, which is another request's", a)
			}
		})
		all.Wait()
	})
}
