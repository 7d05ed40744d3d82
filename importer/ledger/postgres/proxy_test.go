//go:build fleet

package postgres_test

import (
	"bytes"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// cut is what becomes of a connection at its next commit.
type cut int

const (
	beforeServer cut = iota // the commit does not reach the server, which notices the end of the connection
	beforeAnswer            // the answer does not reach us
	stuck                   // the commit does not reach the server; neither side notices before it is let go
	halfOpen                // the commit does not reach the server, which takes the connection for open until it is let go
	late                    // as halfOpen, until it is let go: then the commit reaches the server after all
)

// passage is a commit that is cut.
type passage struct {
	at      cut
	reached chan struct{} // closed when the commit is cut, and the server has seen what it is to see
	letGo   chan struct{} // closed by the test: before, we don't notice that the connection is cut (but halfOpen, late)
	once    sync.Once
}

// release lets go.
func (c *passage) release() { c.once.Do(func() { close(c.letGo) }) }

// proxy is between us and the server.
type proxy struct {
	url, server string
	listener    net.Listener

	mu    sync.Mutex
	next  *passage // that cuts the next commit; nil: none
	conns []net.Conn
}

func newProxy(t *testing.T, server string) *proxy {
	t.Helper()
	u, err := url.Parse(server)
	must(t, "Parse", err)
	q := u.Query()
	p := &proxy{server: filepath.Join(q.Get("host"), ".s.PGSQL.5432")}
	dir, err := os.MkdirTemp(os.TempDir(), "px")
	must(t, "MkdirTemp", err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	p.listener, err = net.Listen("unix", filepath.Join(dir, ".s.PGSQL.5432"))
	must(t, "Listen", err)
	q.Set("host", dir)
	u.RawQuery = q.Encode()
	p.url = u.String()
	var all sync.WaitGroup
	all.Go(func() {
		for {
			client, err := p.listener.Accept()
			if err != nil {
				return
			}
			all.Go(func() { p.serve(client) })
		}
	})
	t.Cleanup(func() {
		p.close()
		all.Wait()
	})
	return p
}

// close cuts all connections, and takes no more.
func (p *proxy) close() {
	_ = p.listener.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.conns {
		_ = c.Close()
	}
}

// cutNext has the next commit cut; it is held until the passage is released.
func (p *proxy) cutNext(t *testing.T, at cut) *passage {
	c := &passage{at: at, reached: make(chan struct{}), letGo: make(chan struct{})}
	t.Cleanup(c.release)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next = c
	return c
}

// take returns how a connection that commits is cut; nil: it is not.
func (p *proxy) take() *passage {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.next
	p.next = nil
	return c
}

func (p *proxy) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("unix", p.server)
	if err != nil {
		return
	}
	defer server.Close()
	p.mu.Lock()
	p.conns = append(p.conns, client, server)
	p.mu.Unlock()
	mute := make(chan *passage, 1)  // what the next answer meets; closed when none may pass, and none is waited for
	answered := make(chan struct{}) // closed when no answer comes any more
	go func() {
		defer close(answered)
		answer(client, server, mute)
	}()
	buffer := make([]byte, 1<<20)
	for {
		n, err := client.Read(buffer)
		if err != nil {
			return
		}
		if bytes.Contains(buffer[:n], []byte("commit")) || bytes.Contains(buffer[:n], []byte("COMMIT")) {
			if c := p.take(); c != nil {
				c.end(client, server, buffer[:n], mute)
				<-answered
				return
			}
		}
		if _, err := server.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// end is what becomes of the connection of a commit that is cut.
func (c *passage) end(client, server net.Conn, commit []byte, mute chan<- *passage) {
	mute <- c
	switch c.at {
	case beforeServer:
		_ = server.Close()
	case beforeAnswer:
		_, _ = server.Write(commit)
	case stuck:
		close(c.reached)
		<-c.letGo
		_ = server.Close()
	case halfOpen, late:
		_ = client.Close()
		close(c.reached)
		<-c.letGo
		if c.at == late {
			_, _ = server.Write(commit)
		} else {
			_ = server.Close()
		}
	}
}

// answer passes the server's answers on, until there is none any more, or one meets a
// passage.
func answer(client, server net.Conn, mute <-chan *passage) {
	defer client.Close()
	buffer := make([]byte, 1<<16)
	for {
		n, err := server.Read(buffer)
		select {
		case c := <-mute:
			if c.at == beforeServer || c.at == beforeAnswer {
				close(c.reached)
			}
			<-c.letGo
			return
		default:
		}
		if err != nil {
			return
		}
		if _, err := client.Write(buffer[:n]); err != nil {
			return
		}
	}
}
