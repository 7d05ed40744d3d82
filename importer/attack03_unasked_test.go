package importer_test

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
	"sent-import/importer/testenv"
)

// A second answer that nobody asked for, right behind a good one on a kept connection,
// is never taken for the answer to the next request: it carries the id of the first, or
// is about another number.
func TestAttack03UnaskedSecondAnswer(t *testing.T) {
	log.SetOutput(io.Discard) // net/http tells of answers on idle connections
	t.Cleanup(func() { log.SetOutput(os.Stderr) })
	renamed := func(answer []byte) []byte {
		return bytes.ReplaceAll(answer, []byte("X-Request-Id: "), []byte("X-Request-Id: 2"))
	}
	created, exists := "HTTP/1.1 201 ", "HTTP/1.1 409 "
	for name, double := range map[string]struct {
		of    []string // the beginnings of the answers that come twice
		twice func([]byte) ([][]byte, []byte)
	}{
		"in one packet":  {[]string{created, exists}, func(a []byte) ([][]byte, []byte) { return [][]byte{slices.Concat(a, a)}, nil }},
		"in two packets": {[]string{created, exists}, func(a []byte) ([][]byte, []byte) { return [][]byte{a, a}, nil }},
		"late":           {[]string{created, exists}, func(a []byte) ([][]byte, []byte) { return [][]byte{a}, a }},
		// Nothing in a 409 with another id tells which request it answers.
		"with another id":      {[]string{created}, func(a []byte) ([][]byte, []byte) { return [][]byte{slices.Concat(a, renamed(a))}, nil }},
		"late with another id": {[]string{created}, func(a []byte) ([][]byte, []byte) { return [][]byte{a}, renamed(a) }},
	} {
		for _, of := range double.of {
			for _, noReplays := range testenv.Some([]bool{false, true}, 1) {
				for _, concurrency := range concurrencies() {
					t.Run(fmt.Sprintf("%s/%s/no replays=%v/concurrency=%d", name, of[9:12], noReplays, concurrency), func(t *testing.T) {
						t.Parallel()
						const rows = 100
						s := scenario{rows: rows, o: importer.Options{Concurrency: concurrency}}
						s.server.NoReplays = noReplays
						for i := range rows / 2 {
							s.server.Existing = append(s.server.Existing, number(2*i))
						}
						g := s.begin(t)
						var answers atomic.Int64
						r := g.over(func(l net.Listener) net.Listener {
							return simulator.SpoiltAnswers(l, func(answer []byte) ([][]byte, []byte) {
								if !bytes.HasPrefix(answer, []byte(of)) || answers.Add(1)%5 != 0 {
									return [][]byte{answer}, nil
								}
								return double.twice(answer)
							})
						}, func(h http.Handler) http.Handler { return h })
						if r.err != nil {
							t.Fatal(r.err)
						}
						// What is there before the next request costs nothing but a connection.
						if late := strings.HasPrefix(name, "late"); late && r.said("a connection of its own") != 1 {
							t.Errorf("got notices %q", r.notices)
						}
						r.complete(t)
						ours := r.Reasons[outcome.ReasonCreated] + r.Reasons[outcome.ReasonRecovered]
						if ours != rows/2 || r.Reasons[outcome.AlreadyExists] != rows/2 {
							t.Errorf("got %v, want half of %d rows created and half there before", r.Reasons, rows)
						}
					})
				}
			}
		}
	}
}
