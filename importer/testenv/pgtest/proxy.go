package pgtest

import (
	"bytes"
	"errors"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync"
)

// Cut is what becomes of a connection at a commit.
type Cut int

// The cuts.
const (
	BeforeServer Cut = iota // the commit does not reach the server, which notices the end of the connection
	BeforeAnswer            // the answer does not reach us
	Stuck                   // the commit does not reach the server; neither side notices before it is released
	HalfOpen                // the commit does not reach the server, which takes the connection for open until it is released
	Late                    // as HalfOpen, until it is released: then the commit reaches the server after all
)

// Passage is a commit that is cut.
type Passage struct {
	Reached chan struct{} // closed when the commit is cut, and the server has seen what it is to see
	at      Cut
	letGo   chan struct{} // closed by Release
	once    sync.Once
}

// NewPassage is a cut that is held until it is released: before, we don't notice that the
// connection is cut (but HalfOpen, Late).
func NewPassage(at Cut) *Passage {
	return &Passage{Reached: make(chan struct{}), at: at, letGo: make(chan struct{})}
}

// Release lets go. It may be called twice.
func (c *Passage) Release() { c.once.Do(func() { close(c.letGo) }) }

// Proxy is between us and a server, and cuts connections at commits.
type Proxy struct {
	URL string // of the server, through the proxy

	server   string // path of its socket
	dir      string // of the proxy's
	listener net.Listener
	running  sync.WaitGroup

	mu    sync.Mutex
	next  func() *Passage // asked at each commit; nil, or what it returns is: it is not cut
	conns []net.Conn
}

// NewProxy makes a proxy to the server of a URL that Cluster.URL has made. It must be closed.
func NewProxy(server string) (*Proxy, error) {
	u, err := url.Parse(server)
	if err != nil {
		return nil, err
	}
	q := u.Query()
	p := &Proxy{server: filepath.Join(q.Get("host"), socketName)}
	if p.dir, err = os.MkdirTemp(os.TempDir(), "px"); err != nil {
		return nil, err
	}
	if p.listener, err = net.Listen("unix", filepath.Join(p.dir, socketName)); err != nil {
		return nil, errors.Join(err, os.RemoveAll(p.dir))
	}
	q.Set("host", p.dir)
	u.RawQuery = q.Encode()
	p.URL = u.String()
	p.running.Go(func() {
		for {
			client, err := p.listener.Accept()
			if err != nil {
				return
			}
			p.running.Go(func() { p.serve(client) })
		}
	})
	return p, nil
}

// socketName is how the server calls its socket.
const socketName = ".s.PGSQL.5432"

// Disconnect cuts all connections, and takes no more.
func (p *Proxy) Disconnect() {
	_ = p.listener.Close() // it may be closed
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.conns {
		_ = c.Close() // it may be closed
	}
}

// Close ends the proxy. All passages are released before.
func (p *Proxy) Close() error {
	p.Disconnect()
	p.running.Wait()
	return os.RemoveAll(p.dir)
}

// CutNext has the next commit cut.
func (p *Proxy) CutNext(c *Passage) {
	p.Cut(func() *Passage {
		next := c
		c = nil
		return next
	})
}

// Cut has next asked at each commit, one after the other, how it is cut; nil: it is not.
func (p *Proxy) Cut(next func() *Passage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next = next
}

// take returns how a connection that commits is cut; nil: it is not.
func (p *Proxy) take() *Passage {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next == nil {
		return nil
	}
	return p.next()
}

func (p *Proxy) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("unix", p.server)
	if err != nil {
		return
	}
	defer server.Close()
	p.mu.Lock()
	p.conns = append(p.conns, client, server)
	p.mu.Unlock()
	mute := make(chan *Passage, 1)  // what the next answer meets; closed when none may pass, and none is waited for
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
		if bytes.HasSuffix(bytes.ToUpper(buffer[:n]), []byte("COMMIT\x00")) {
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
func (c *Passage) end(client, server net.Conn, commit []byte, mute chan<- *Passage) {
	mute <- c
	switch c.at {
	case BeforeServer:
		_ = server.Close()
	case BeforeAnswer:
		_, _ = server.Write(commit)
	case Stuck:
		close(c.Reached)
		<-c.letGo
		_ = server.Close()
	case HalfOpen, Late:
		_ = client.Close()
		close(c.Reached)
		<-c.letGo
		if c.at == Late {
			_, _ = server.Write(commit)
		} else {
			_ = server.Close()
		}
	}
}

// answer passes the server's answers on, until there is none any more, or one meets a
// passage.
func answer(client, server net.Conn, mute <-chan *Passage) {
	defer client.Close()
	buffer := make([]byte, 1<<16)
	for {
		n, err := server.Read(buffer)
		select {
		case c := <-mute:
			if c.at == BeforeServer || c.at == BeforeAnswer {
				close(c.Reached)
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
