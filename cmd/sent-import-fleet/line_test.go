//go:build fleet && linux

package main

import (
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"testing"

	"sent-import/importer/testenv/pgtest"
)

// line is a way to the database that can be cut: then nothing comes through, and nobody is
// told, as when a cable is pulled.
type line struct {
	listener net.Listener
	socket   string
	mu       sync.Mutex
	free     *sync.Cond // told when the line is joined
	broken   bool
	conns    []net.Conn
}

func newLine(t testing.TB, cluster *pgtest.Cluster) *line {
	t.Helper()
	u, err := url.Parse(cluster.URL())
	if err != nil {
		t.Fatal(err)
	}
	l := &line{socket: filepath.Join(u.Query().Get("host"), ".s.PGSQL.5432")}
	l.free = sync.NewCond(&l.mu)
	if l.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	go l.serve()
	t.Cleanup(func() {
		l.join()
		_ = l.listener.Close()
		l.mu.Lock()
		defer l.mu.Unlock()
		for _, c := range l.conns {
			_ = c.Close()
		}
	})
	return l
}

func (l *line) addr() string { return l.listener.Addr().String() }

func (l *line) serve() {
	for {
		from, err := l.listener.Accept()
		if err != nil {
			return
		}
		to, err := net.Dial("unix", l.socket)
		if err != nil {
			_ = from.Close()
			continue
		}
		l.mu.Lock()
		l.conns = append(l.conns, from, to)
		l.mu.Unlock()
		go l.copy(to, from)
		go l.copy(from, to)
	}
}

func (l *line) copy(to, from net.Conn) {
	defer to.Close()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		l.mu.Lock()
		for l.broken {
			l.free.Wait()
		}
		l.mu.Unlock()
		if n > 0 {
			if _, failed := to.Write(buffer[:n]); failed != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken = true
}

func (l *line) join() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken = false
	l.free.Broadcast()
}
