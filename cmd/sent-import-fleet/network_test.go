//go:build fleet && linux

package main

import (
	"fmt"
	"net"
	"os/exec"
	"testing"

	"sent-import/importer/simulator"
	"sent-import/importer/testenv/pgtest"
)

// network is a database's server with a way to it for each worker that can be cut, as when a
// cable is pulled: nothing comes through, and nobody is told. Where the test may make network
// namespaces, a worker runs in one of its own, with a link to the server. Elsewhere it has a
// line inside the test.
type network struct {
	t        testing.TB
	cluster  *pgtest.Cluster
	subnet   *subnet // nil: there are lines
	machines map[string]*machine
	lines    map[string]*line
}

// newNetwork makes a network for workers of these names.
func newNetwork(t testing.TB, workers ...string) *network {
	t.Helper()
	n := &network{t: t, machines: make(map[string]*machine), lines: make(map[string]*line)}
	t.Cleanup(n.remove) // when the workers have ended
	if err := n.build(workers); err != nil {
		n.remove()
		n.subnet = nil
		n.cluster = ownCluster(t, pgtest.Network{})
		for _, worker := range workers {
			n.lines[worker] = newLine(t, n.cluster)
		}
		t.Logf("cuts are made by lines inside the test, which lead to the database only: %v", err)
		return n
	}
	t.Logf("cuts are made by network namespaces: the links of %v to the database at %s are set down", workers, n.subnet.server())
	n.cluster = ownCluster(t, pgtest.Network{Address: n.subnet.server(), Clients: n.subnet.prefix})
	return n
}

// build makes the namespaces. Its error says why there can be none.
func (n *network) build(workers []string) (err error) {
	if n.subnet, err = newSubnet(); err != nil {
		return err
	}
	for i, worker := range workers {
		if n.machines[worker], err = n.subnet.newMachine(i); err != nil {
			return err
		}
	}
	free, err := net.Listen("tcp", fmt.Sprintf("%s:%d", n.subnet.server(), pgtest.Port))
	if err != nil {
		return err // another server listens on all addresses
	}
	return free.Close()
}

func (n *network) remove() {
	for _, m := range n.machines {
		m.remove()
	}
	if n.subnet != nil {
		n.subnet.remove()
	}
	clear(n.machines)
}

// rig makes a fleet on the network: see newRig. Every machine reaches its API.
func (n *network) rig(accounts, perMinute int, change func(*simulator.Options)) *rig {
	n.t.Helper()
	r := newRig(n.t, n.cluster, accounts, perMinute, change)
	for _, m := range n.machines {
		n.open(r, m)
	}
	return r
}

// open has the API answer on a machine, at the address that it has on this one.
func (n *network) open(r *rig, m *machine) {
	n.t.Helper()
	if err := m.listen(r.server.Listener.Addr().String()); err != nil {
		n.t.Fatal(err)
	}
	go func() { _ = r.server.Config.Serve(m.api) }() // until the machine is removed
}

// worker starts a worker on its machine, or with its line.
func (n *network) worker(r *rig, name string, flags ...string) *process {
	n.t.Helper()
	cmd := r.workCommand(name, flags...)
	if n.subnet == nil {
		cmd.Env = append(cmd.Env, r.databaseAt(n.lines[name].addr()))
		return r.start(name, cmd)
	}
	cmd.Env = append(cmd.Env, r.databaseAt(n.cluster.Addr()))
	inside := exec.Command("ip", append([]string{"netns", "exec", n.machines[name].namespace}, cmd.Args...)...)
	inside.Env = cmd.Env
	return r.start(name, inside) // ip becomes the program, so signals reach it
}

// cut cuts a worker off from the database; it still reaches the API.
func (n *network) cut(worker string) {
	n.t.Helper()
	if n.subnet == nil {
		n.lines[worker].cut()
		return
	}
	n.do(n.machines[worker].cut())
}

// join ends a cut.
func (n *network) join(worker string) {
	n.t.Helper()
	if n.subnet == nil {
		n.lines[worker].join()
		return
	}
	n.do(n.machines[worker].join())
}

// lose has a machine vanish with its worker: from one moment on nobody hears of it any more.
func (n *network) lose(r *rig, p *process) {
	n.t.Helper()
	if n.subnet == nil {
		n.lines[p.name].cut()
	} else {
		n.machines[p.name].remove() // before its worker dies, so that not even its end is heard of
	}
	r.kill(p)
}

// replace puts a machine in the place of one that is lost.
func (n *network) replace(r *rig, worker string) {
	n.t.Helper()
	if n.subnet == nil {
		n.lines[worker] = newLine(n.t, n.cluster)
		return
	}
	m, err := n.subnet.newMachine(n.machines[worker].number)
	n.do(err)
	n.machines[worker] = m
	n.open(r, m)
}

// sessions counts the database's sessions of a machine; of lines, whose are the test's, none.
func (n *network) sessions(r *rig, worker string) int64 {
	n.t.Helper()
	if n.subnet == nil {
		return 0
	}
	return r.number(`SELECT count(*) FROM pg_stat_activity WHERE client_addr = $1::inet`, n.subnet.machine(n.machines[worker].number).String())
}

func (n *network) do(err error) {
	n.t.Helper()
	if err != nil {
		n.t.Fatal(err)
	}
}
