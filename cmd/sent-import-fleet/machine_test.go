//go:build fleet && linux

package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"
)

// subnet is some addresses of this machine's own: the first is a server's, the others are those
// of machines. They are of 198.18.0.0/15, which is for tests of networks (RFC 2544), so nobody
// is there.
type subnet struct {
	prefix netip.Prefix
	link   string // that has the server's address
}

// madeHere numbers what this process makes, choosing lets one test at a time choose addresses,
// and sweepOnce removes what earlier processes have left.
var (
	madeHere  atomic.Int64
	choosing  sync.Mutex
	sweepOnce = sync.OnceValue(sweepNetworks)
)

// newSubnet makes a subnet. Its error says why this process can't.
func newSubnet() (*subnet, error) {
	if os.Getuid() != 0 {
		return nil, errors.New("network namespaces need root")
	}
	if err := sweepOnce(); err != nil {
		return nil, err
	}
	choosing.Lock()
	defer choosing.Unlock()
	prefix, err := freePrefix()
	if err != nil {
		return nil, err
	}
	s := &subnet{prefix: prefix, link: linkName('s')}
	other := linkName('o')
	return s, inTurn(
		[]string{"link", "add", s.link, "type", "veth", "peer", "name", other},
		[]string{"addr", "add", netip.PrefixFrom(s.server(), prefixBits).String(), "dev", s.link},
		[]string{"link", "set", s.link, "up"},
		[]string{"link", "set", other, "up"},
	)
}

// prefixBits is the size of a subnet: 62 addresses.
const prefixBits = 26

// freePrefix finds a subnet of which no link has an address. Where it begins to look depends on
// the process, so two that look at the same moment find different ones.
func freePrefix() (free netip.Prefix, err error) {
	used, err := net.InterfaceAddrs()
	if err != nil {
		return free, err
	}
	const all = 1 << (prefixBits - 15)
	for n := range all {
		block := uint32(os.Getpid()*7+n) % all << (32 - prefixBits)
		free = netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 18 + byte(block>>16), byte(block >> 8), byte(block)}), prefixBits)
		if !holds(free, used) {
			return free, nil
		}
	}
	return free, errors.New("no free addresses in 198.18.0.0/15")
}

func holds(prefix netip.Prefix, addresses []net.Addr) bool {
	for _, a := range addresses {
		if p, err := netip.ParsePrefix(a.String()); err == nil && prefix.Overlaps(p) {
			return true
		}
	}
	return false
}

func (s *subnet) server() netip.Addr { return s.prefix.Addr().Next() }

// machine is the address of a machine.
func (s *subnet) machine(number int) (addr netip.Addr) {
	addr = s.server()
	for range number + 1 {
		addr = addr.Next()
	}
	return addr
}

func (s *subnet) remove() { _ = ip("link", "del", s.link) } // it may not be there

// machine is a network namespace with a link to the server, and a listener for the API.
type machine struct {
	number    int // in its subnet
	namespace string
	link      string // our end
	api       net.Listener
}

// newMachine makes a machine that reaches nothing but the server.
func (s *subnet) newMachine(number int) (*machine, error) {
	m := &machine{number: number, namespace: fmt.Sprintf("sent-import-fleet-%d-%d", os.Getpid(), madeHere.Add(1)), link: linkName('m')}
	server, here := s.server().String(), s.machine(number).String()
	return m, inTurn(
		[]string{"netns", "add", m.namespace},
		[]string{"link", "add", m.link, "type", "veth", "peer", "name", "database", "netns", m.namespace},
		[]string{"addr", "add", server, "peer", here, "dev", m.link},
		[]string{"-n", m.namespace, "addr", "add", here, "peer", server, "dev", "database"},
		[]string{"-n", m.namespace, "link", "set", "lo", "up"},
		[]string{"-n", m.namespace, "link", "set", "database", "up"},
		[]string{"link", "set", m.link, "up"},
	)
}

// listen opens an address of the machine.
func (m *machine) listen(address string) (err error) {
	runtime.LockOSThread() // a namespace is a thread's
	defer runtime.UnlockOSThread()
	here, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		return err
	}
	defer here.Close()
	there, err := os.Open(filepath.Join("/run/netns", m.namespace))
	if err != nil {
		return err
	}
	defer there.Close()
	if err := unix.Setns(int(there.Fd()), unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("enter %s: %w", m.namespace, err)
	}
	m.api, err = net.Listen("tcp", address)
	if back := unix.Setns(int(here.Fd()), unix.CLONE_NEWNET); back != nil {
		panic("a thread is left in another namespace: " + back.Error())
	}
	return err
}

// cut pulls the cable to the server: our end is down, and the machine's has nobody there.
func (m *machine) cut() error { return ip("link", "set", m.link, "down") }

func (m *machine) join() error { return ip("link", "set", m.link, "up") }

// remove removes the machine from the network, also from the API. What may run there goes on.
func (m *machine) remove() {
	_ = ip("link", "del", m.link) // it may not be there
	_ = ip("-n", m.namespace, "link", "set", "lo", "down")
	_ = ip("netns", "del", m.namespace)
	if m.api != nil {
		_ = m.api.Close()
	}
}

// linkName names a link of this process: 15 characters at most.
func linkName(kind byte) string { return fmt.Sprintf("sif%d%c%d", os.Getpid(), kind, madeHere.Add(1)) }

// ours are the names of links and namespaces, with the process that has made them.
var ours = regexp.MustCompile(`\b(?:sif(\d+)[som]\d+|sent-import-fleet-(\d+)-\d+)\b`)

// sweepNetworks removes what killed processes have left, and what has this one's number from an
// earlier life of the system.
func sweepNetworks() error {
	for _, kind := range []string{"netns", "link"} {
		list, err := exec.Command("ip", "-o", kind, "show").CombinedOutput()
		if err != nil {
			return fmt.Errorf("ip %s show: %w: %s", kind, err, list)
		}
		for _, name := range ours.FindAllStringSubmatch(string(list), -1) {
			pid, err := strconv.Atoi(name[1] + name[2])
			if err == nil && (pid == os.Getpid() || errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)) {
				_ = ip(kind, "del", name[0]) // its other end may have been removed just now
			}
		}
	}
	return nil
}

// inTurn runs some commands of ip's until one fails.
func inTurn(commands ...[]string) error {
	for _, args := range commands {
		if err := ip(args...); err != nil {
			return err
		}
	}
	return nil
}

func ip(args ...string) error {
	out, err := exec.Command("ip", args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("ip %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}
