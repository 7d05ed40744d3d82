//go:build fleet

package postgres_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"sent-import/importer/ledger/postgres"
	"sent-import/importer/ledger/storage"
	"sent-import/importer/testenv/pgtest"
)

// TestRestart: while the server is away, shut down or crashed, writes and queries wait; all
// that was acknowledged is there afterwards, and all that waited is written once.
func TestRestart(t *testing.T) {
	cluster, err := pgtest.New()
	must(t, "New", err)
	t.Cleanup(func() { _ = cluster.Close() })
	db := openDB(t, newURL(t, cluster.URL()), postgres.Options{})
	prepare(t, db)
	s := storeOf(t, db, postgres.Fence{Pool: pool, Epoch: 1})
	var want []int
	for i, end := range []func() error{cluster.Stop, cluster.Kill} {
		stop, done := make(chan struct{}), make(chan []int) // closed below; gives what was acknowledged
		go writeOn(s, 1000*i, stop, done)
		must(t, "end the server", end())
		must(t, "start the server", cluster.Start())
		found, err := storage.Query(s, `SELECT count(*) FROM numbers`, storage.ScanOne[int])
		if err != nil {
			t.Errorf("a query after the start: got %v, %v", found, err)
		}
		close(stop)
		want = append(want, <-done...)
		must(t, "Failure", s.Failure())
	}
	if got := numbers(t, db); !slices.Equal(got, want) {
		t.Errorf("got %d numbers %v, want the %d that were acknowledged, each written once", len(got), got, len(want))
	}
}

// writeOn writes numbers until it is to stop, or 900 of them.
func writeOn(s *postgres.Store, from int, stop <-chan struct{}, done chan<- []int) {
	var acknowledged []int
	for n := from; n < from+900; n++ {
		select {
		case <-stop:
			done <- acknowledged
			return
		default:
		}
		if err := storage.Write(s, insert(n)); err == nil {
			acknowledged = append(acknowledged, n)
		}
	}
	done <- acknowledged
}

// TestCommitInDoubt cuts the connection at a commit, before the server sees it or before we
// see the answer: the transaction is written once.
func TestCommitInDoubt(t *testing.T) {
	for name, at := range map[string]cut{"the commit is lost": beforeServer, "its answer is lost": beforeAnswer} {
		t.Run(name, func(t *testing.T) {
			direct := newDB(t)
			p := newProxy(t, direct.Pool().Config().ConnConfig.ConnString())
			db := openDB(t, p.url, postgres.Options{})
			s := storeOf(t, db, postgres.Fence{Pool: pool, Epoch: 1})
			must(t, "Write", storage.Write(s, insert(1)))
			p.cutNext(at)
			must(t, "the write whose commit is cut", storage.Write(s, insert(2)))
			if left := p.next(); left != whole {
				t.Errorf("no commit was cut")
			}
			must(t, "Write", storage.Write(s, insert(3)))
			if got := numbers(t, direct); !slices.Equal(got, []int{1, 2, 3}) {
				t.Errorf("got the numbers %v, want 1, 2 and 3, each written once", got)
			}
		})
	}
}

// TestUnreachable: after the patience, the error says what it is, and nothing more is written.
func TestUnreachable(t *testing.T) {
	direct := newDB(t)
	p := newProxy(t, direct.Pool().Config().ConnConfig.ConnString())
	db := openDB(t, p.url, postgres.Options{Patience: 200 * time.Millisecond})
	s := storeOf(t, db, postgres.Fence{Pool: pool, Epoch: 1})
	must(t, "Write", storage.Write(s, insert(1)))
	p.close()
	if err := storage.Write(s, insert(2)); !errors.Is(err, storage.ErrUnreachable) {
		t.Errorf("got %v, want %v", err, storage.ErrUnreachable)
	}
	if err := s.Failure(); !errors.Is(err, storage.ErrUnreachable) {
		t.Errorf("Failure: got %v, want %v", err, storage.ErrUnreachable)
	}
	if _, err := storage.Query(s, `SELECT count(*) FROM numbers`, storage.ScanOne[int]); !errors.Is(s.Explain(err), storage.ErrUnreachable) {
		t.Errorf("a query: got %v, want %v", err, storage.ErrUnreachable)
	}
	if got := numbers(t, direct); !slices.Equal(got, []int{1}) {
		t.Errorf("got the numbers %v, want 1", got)
	}
}

// cut is what becomes of a connection at its next commit.
type cut int

const (
	whole        cut = iota
	beforeServer     // the commit does not reach the server
	beforeAnswer     // the answer does not reach us
)

// proxy is between us and the server.
type proxy struct {
	url, server string
	listener    net.Listener

	mu    sync.Mutex
	at    cut
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

func (p *proxy) cutNext(at cut) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at = at
}

func (p *proxy) next() cut {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.at
}

// take returns what is to become of a connection that commits, once.
func (p *proxy) take() cut {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := p.at
	p.at = whole
	return at
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
	mute := make(chan struct{}) // closed when no answer may pass any more
	go p.answer(client, server, mute)
	buffer := make([]byte, 1<<20)
	for {
		n, err := client.Read(buffer)
		if err != nil {
			return
		}
		at := whole
		if bytes.Contains(buffer[:n], []byte("commit")) || bytes.Contains(buffer[:n], []byte("COMMIT")) {
			at = p.take()
		}
		switch at {
		case beforeServer:
			return
		case beforeAnswer:
			close(mute)
		}
		if _, err := server.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// answer passes the server's answers on. Once it is mute, the next answer ends the connection
// in its place.
func (p *proxy) answer(client, server net.Conn, mute <-chan struct{}) {
	defer client.Close()
	buffer := make([]byte, 1<<16)
	for {
		n, err := server.Read(buffer)
		if err != nil {
			return
		}
		select {
		case <-mute:
			return
		default:
		}
		if _, err := client.Write(buffer[:n]); err != nil && !errors.Is(err, io.EOF) {
			return
		}
	}
}
