//go:build unix

package sent

import (
	"errors"
	"net"
	"runtime"
	"testing"
	"time"
)

// A request is not written behind an answer that nobody has asked for, and its
// connection is closed.
func TestUnreadAnswer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	dialed, err := recorded(new(net.Dialer).DialContext)(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	c := connOf(dialed)
	var one [1]byte
	for range 2 {
		_, asked := c.Write([]byte("request"))
		_, answered := server.Write([]byte("a"))
		if _, err := c.Read(one[:]); errors.Join(asked, answered, err) != nil || !c.begins() {
			t.Fatalf("got %v, want a request and its answer", errors.Join(asked, answered, err))
		}
	}
	if _, err := server.Write([]byte("a")); err != nil {
		t.Fatal(err)
	}
	for began := time.Now(); !c.unread(); runtime.Gosched() {
		if time.Since(began) > 10*time.Second {
			t.Fatal("the answer is not noticed")
		}
	}
	if _, err := c.Write([]byte("request")); !errors.Is(err, errUnasked) {
		t.Errorf("got %v, want %v", err, errUnasked)
	}
	if _, err := c.Read(one[:]); !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v, want the connection closed", err)
	}
}
