package simulator

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// sink is the cheapest ResponseWriter.
type sink struct{ header http.Header }

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) Write(p []byte) (int, error) { return len(p), nil }
func (s *sink) WriteHeader(int)             {}

func creationRequest(tb testing.TB, url string, n int64) *http.Request {
	tb.Helper()
	phone := fmt.Sprintf("+4479%08d", n)
	r, err := http.NewRequest(http.MethodPost, url+"/v3/contacts", strings.NewReader(`{"phone_number":"`+phone+`","sandbox":false}`))
	if err != nil {
		tb.Fatal(err)
	}
	r.Header.Set("X-Api-Key", "k")
	r.Header.Set("Idempotency-Key", "key_"+phone[1:])
	return r
}

func BenchmarkHandlerCreate(b *testing.B) {
	for _, c := range []struct {
		name string
		o    Options
	}{
		{"plain", Options{Unlimited: true, NoHistory: true}},
		{"history", Options{Unlimited: true}},
		{"faults", Options{Unlimited: true, NoHistory: true, Faults: Random(1, map[Fault]float64{{Kind: Internal}: 0.01})}},
		{"strict", Options{Unlimited: true, NoHistory: true, StrictNumbers: true}},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := New(c.o)
			var n atomic.Int64
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					s.ServeHTTP(&sink{http.Header{}}, creationRequest(b, "http://sent.invalid", n.Add(1)))
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
		})
	}
}

func BenchmarkServerCreate(b *testing.B) {
	server := httptest.NewServer(New(Options{Unlimited: true, NoHistory: true}))
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	var n atomic.Int64
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			resp, err := client.Do(creationRequest(b, server.URL, n.Add(1)))
			if err != nil {
				b.Error(err)
				return
			}
			io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
}
