// Package pgtest starts a PostgreSQL server for tests: a cluster of its own in a directory
// with a short name, reached through a Unix socket, and removed with the test. The program is
// the system's.
//
// Only tests import it. They carry the build tag fleet, since PostgreSQL need not be there
// for the others.
package pgtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// ErrMissing says that PostgreSQL is not installed, and how that is done.
var ErrMissing = errors.New("PostgreSQL's programs are not here: apt-get install postgresql (Debian, Ubuntu), or brew install postgresql@17 (macOS)")

// Binaries is the directory of the server's programs: the one in PATH, else the newest where
// Debian, Red Hat and Homebrew put them. Errors: [ErrMissing].
func Binaries() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil && has(filepath.Dir(path)) {
			return filepath.Dir(path), nil
		}
	}
	var found []string
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin"} {
		dirs, err := filepath.Glob(pattern)
		if err != nil {
			panic("pgtest: " + err.Error())
		}
		found = append(found, slices.DeleteFunc(dirs, func(dir string) bool { return !has(dir) })...)
	}
	if len(found) == 0 {
		return "", ErrMissing
	}
	return slices.Max(found), nil // all versions have two digits
}

// has reports whether the programs are in a directory.
func has(dir string) bool {
	_, initdb := os.Stat(filepath.Join(dir, "initdb"))
	_, postgres := os.Stat(filepath.Join(dir, "postgres"))
	return initdb == nil && postgres == nil
}

// Cluster is a server with its data.
type Cluster struct {
	dir    string // of the data and of the socket
	listen Network
	bin    string
	server *exec.Cmd     // nil while it is stopped
	ended  chan struct{} // closed when the server has ended
	log    string        // path of what the server says
}

// superuser is the only user. Whoever can reach the socket, which is in a directory of the
// owner's alone, or is let in on the network, is it.
const superuser = "postgres"

// Network is where a server listens beside its socket, and who is let in there, without a
// password. The zero value: nowhere.
type Network struct {
	Address netip.Addr // of this machine
	Clients netip.Prefix
}

// Port is where servers listen on their networks.
const Port = 5432

// New makes a cluster and starts its server, which syncs each commit as servers do. As root
// it runs as another user, since PostgreSQL refuses root. Errors: [ErrMissing].
func New() (*Cluster, error) { return NewOn(Network{}) }

// NewOn is New, and the server listens on a network, too.
func NewOn(network Network) (*Cluster, error) {
	bin, err := Binaries()
	if err != nil {
		return nil, err
	}
	parent := os.TempDir()
	if len(parent) > longestParent {
		parent = "/tmp"
	}
	dir, err := os.MkdirTemp(parent, "pg")
	if err != nil {
		return nil, err
	}
	c := &Cluster{dir: dir, listen: network, bin: bin, log: filepath.Join(dir, "log")}
	if err := c.begin(); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// longestParent is how many bytes leave room for the name of a socket, whose path has at most
// 103.
const longestParent = 60

func (c *Cluster) begin() error {
	if err := giveAway(c.dir); err != nil {
		return err
	}
	initdb := exec.Command(filepath.Join(c.bin, "initdb"), "-D", c.data(), "-U", superuser, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions")
	initdb.Dir = c.dir
	asServer(initdb)
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, bytes.TrimSpace(out))
	}
	if err := c.letIn(); err != nil {
		return err
	}
	return c.Start()
}

// letIn allows the network's clients (https://www.postgresql.org/docs/current/auth-pg-hba-conf.html).
func (c *Cluster) letIn() error {
	if !c.listen.Address.IsValid() {
		return nil
	}
	rules, err := os.OpenFile(filepath.Join(c.data(), "pg_hba.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(rules, "host all all %s trust\n", c.listen.Clients)
	return errors.Join(err, rules.Close())
}

// Addr is the address on the network, with the port.
func (c *Cluster) Addr() string { return netip.AddrPortFrom(c.listen.Address, Port).String() }

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

// startPatience is how long a server may take to start, after a crash too.
const startPatience = time.Minute

// Start starts the server and returns when it answers.
func (c *Cluster) Start() error {
	log, err := os.OpenFile(c.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	addresses := ""
	if c.listen.Address.IsValid() {
		addresses = c.listen.Address.String()
	}
	server := exec.Command(filepath.Join(c.bin, "postgres"), "-D", c.data(), "-k", c.dir,
		"-c", "listen_addresses="+addresses, "-c", "max_connections=300", "-c", "fsync=on", "-c", "log_min_messages=warning")
	server.Dir, server.Stdout, server.Stderr = c.dir, log, log
	asServer(server)
	if err := server.Start(); err != nil {
		return err
	}
	ended := make(chan struct{}) // closed below
	go func() {
		_ = server.Wait() // the way it ended is not asked for
		close(ended)
	}()
	c.server, c.ended = server, ended
	return c.answers()
}

// answers waits until the server answers.
func (c *Cluster) answers() error {
	ctx, cancel := context.WithTimeout(context.Background(), startPatience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, c.URL())
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-tick.C:
		case <-c.ended:
			log, _ := os.ReadFile(c.log)
			return fmt.Errorf("the server has ended: %s", bytes.TrimSpace(log))
		case <-ctx.Done():
			return err
		}
	}
}

// URL is where the server is reached, and its first database. Each further setting, such as
// "search_path=x", is one of the connection's.
func (c *Cluster) URL(settings ...string) string {
	q := url.Values{"host": {c.dir}, "sslmode": {"disable"}}
	for _, s := range settings {
		name, value, _ := strings.Cut(s, "=")
		q.Set(name, value)
	}
	return "postgres://" + superuser + "@/postgres?" + q.Encode()
}

// Kill is what a crash does: the server ends in the middle of everything.
func (c *Cluster) Kill() error { return c.stop(crash) }

// Stop is what a restart by an administrator does: sessions are ended.
func (c *Cluster) Stop() error { return c.stop(shutdown) }

func (c *Cluster) stop(how os.Signal) error {
	if c.server == nil {
		return nil
	}
	server := c.server
	c.server = nil
	if err := server.Process.Signal(how); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	<-c.ended
	return nil
}

// Close ends the server and removes the cluster.
func (c *Cluster) Close() error { return errors.Join(c.Kill(), os.RemoveAll(c.dir)) }

// Run has a package's tests, m.Run, use a cluster of their own, and returns their exit code.
func Run(use func(*Cluster), tests func() int) (code int) {
	cluster, err := New()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	use(cluster)
	code = tests()
	if err := cluster.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}
