package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"sent-import/importer/fleet/pool"
	"sent-import/importer/fleet/worker"
)

const (
	// scrapeTime is how long a scrape waits for the database.
	scrapeTime = 5 * time.Second
	// sickAfter is how long the sweeper must not have seen the database for a worker to be
	// called sick: longer than a restart of the database takes.
	sickAfter = time.Minute
	// headerTime is how long a client may take to send the header of its request.
	headerTime = 5 * time.Second
)

// metrics are what a worker shows of itself and of the fleet.
type metrics struct {
	f     *fleet
	w     *worker.Worker
	slots int
	start time.Time
}

func metricsOf(f *fleet, w *worker.Worker, slots int) *metrics {
	return &metrics{f, w, slots, time.Now()}
}

// The series. Those of the fleet are the same from every worker.
var (
	descSlots     = desc("worker_slots", "Slots of this worker.")
	descBusy      = desc("worker_slots_busy", "Slots of this worker that work on an account now.")
	descSlices    = desc("worker_slices_total", "Slices that this worker has begun.")
	descLost      = desc("worker_leases_lost_total", "Slices of this worker that ended since its lease was lost or could not be given back.")
	descTakeovers = desc("worker_takeovers_total", "Accounts that this worker has found without a living worker.")
	descImports   = prometheus.NewDesc(prefix+"imports", "Imports of the fleet, by state.", []string{"state"}, nil)
	descPools     = desc("accounts_open", "Accounts with open imports.")
	descHeld      = desc("accounts_held", "Accounts with open imports that some worker works on now.")
)

const prefix = "sent_import_fleet_"

func desc(name, help string) *prometheus.Desc { return prometheus.NewDesc(prefix+name, help, nil, nil) }

// Describe is prometheus.Collector's.
func (m *metrics) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descSlots, descBusy, descSlices, descLost, descTakeovers, descImports, descPools, descHeld} {
		to <- d
	}
}

// Collect is prometheus.Collector's. While the database is away, the fleet's series are
// missing.
func (m *metrics) Collect(to chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v int64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(v), labels...)
	}
	counter := func(d *prometheus.Desc, v int64) {
		to <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v))
	}
	s := m.w.Stats()
	gauge(descSlots, int64(m.slots))
	gauge(descBusy, s.Busy.Load())
	counter(descSlices, s.Slices.Load())
	counter(descLost, s.Lost.Load())
	counter(descTakeovers, s.Takeovers.Load())
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
	defer cancel()
	tally, err := m.f.pools.Tally(ctx)
	if err != nil {
		return
	}
	for _, state := range []pool.State{pool.Open, pool.Done, pool.Stopped, pool.Cancelled} {
		gauge(descImports, int64(tally.Imports[state]), string(state))
	}
	gauge(descPools, int64(tally.Pools))
	gauge(descHeld, int64(tally.Held))
}

// healthy says whether the worker sees the database.
func (m *metrics) healthy(w http.ResponseWriter, _ *http.Request) {
	seen := m.start
	if ms := m.w.Stats().Swept.Load(); ms > 0 {
		seen = time.UnixMilli(ms)
	}
	if age := time.Since(seen); age > sickAfter {
		http.Error(w, fmt.Sprintf("the database was reached last %s ago", age.Round(time.Second)), http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ok")
}

// serveMetrics serves /metrics and /healthz until it is stopped.
func serveMetrics(ctx context.Context, addr string, m *metrics) (stop func() error, err error) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(m)
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", m.healthy)
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("--metrics-addr: %w", err)
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: headerTime}
	ended := make(chan error, 1) // one result
	go func() { ended <- server.Serve(listener) }()
	return func() error {
		err := server.Close()
		if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
			err = errors.Join(err, served)
		}
		return err
	}, nil
}
