package simulator

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
)

// Pipe joins a real http.Transport to a real http.Server that serves h, over
// in-memory connections: no sockets, so it works inside a testing/synctest
// bubble. Every address leads to h, with http and https alike (there is no TLS
// underneath). The transport may be changed before its first use, except for
// its dial functions.
//
// Each of through wraps the listener before it is served, for faults of
// connections; see [FewConnections] and [DyingConnections].
//
// The returned function closes the connections and waits until the server and
// every handler have ended. A handler that waits for its client ends at once;
// one that executes slowly (see [Slow]) ends in its time, or by [Server.Close].
func Pipe(h http.Handler, through ...func(net.Listener) net.Listener) (*http.Transport, func()) {
	l := &pipeListener{conns: make(chan net.Conn), closed: make(chan struct{})}
	var running sync.WaitGroup // connections, and handlers while their connection counts
	server := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			running.Add(1)
			defer running.Done()
			h.ServeHTTP(w, r)
		}),
		ConnState: func(_ net.Conn, state http.ConnState) {
			switch state {
			case http.StateNew:
				running.Add(1)
			case http.StateClosed, http.StateHijacked:
				running.Done()
			}
		},
	}
	var served net.Listener = l
	for _, change := range through {
		served = change(served)
	}
	over := make(chan struct{}) // closed by the goroutine below
	go func() {
		defer close(over)
		// Serve ends with ErrServerClosed, or net.ErrClosed from Accept.
		_ = server.Serve(served)
	}()
	transport := &http.Transport{DialContext: l.dial, DialTLSContext: l.dial}
	return transport, func() {
		transport.CloseIdleConnections()
		_ = l.Close()
		_ = server.Close()
		<-over
		running.Wait()
	}
}

// pipeListener is a net.Listener whose connections are made by dial.
type pipeListener struct {
	conns  chan net.Conn // never closed
	closed chan struct{} // closed by Close
	close  sync.Once
}

func (l *pipeListener) dial(ctx context.Context, network, address string) (net.Conn, error) {
	client, server := net.Pipe()
	err := errors.New("simulator: the pipe is closed; make a new one")
	select {
	case l.conns <- server:
		return client, nil
	case <-l.closed:
	case <-ctx.Done():
		err = ctx.Err()
	}
	client.Close()
	server.Close()
	return nil, err
}

// Accept waits for a dial.
func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close ends Accept and dial. It returns nil.
func (l *pipeListener) Close() error {
	l.close.Do(func() { close(l.closed) })
	return nil
}

// Addr is a name for log lines.
func (l *pipeListener) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "simulator.Pipe" }
