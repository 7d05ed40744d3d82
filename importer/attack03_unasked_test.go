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
)

// A second answer that nobody asked for, right behind a good one on a kept
// connection, is never taken for the answer to the next request.
func TestAttack03UnaskedSecondAnswer(t *testing.T) {
	log.SetOutput(io.Discard) // net/http tells of answers on idle connections
	t.Cleanup(func() { log.SetOutput(os.Stderr) })
	renamed := func(answer []byte) []byte {
		return bytes.ReplaceAll(answer, []byte("X-Request-Id: "), []byte("X-Request-Id: 2"))
	}
	for name, twice := range map[string]func([]byte) ([][]byte, []byte){
		"in one packet":   func(a []byte) ([][]byte, []byte) { return [][]byte{slices.Concat(a, a)}, nil },
		"in two packets":  func(a []byte) ([][]byte, []byte) { return [][]byte{a, a}, nil },
		"with another id": func(a []byte) ([][]byte, []byte) { return [][]byte{slices.Concat(a, renamed(a))}, nil },
		"late":            func(a []byte) ([][]byte, []byte) { return [][]byte{a}, a },
		"late with another id": func(a []byte) ([][]byte, []byte) {
			if !bytes.HasPrefix(a, []byte("HTTP/1.1 201 ")) {
				return [][]byte{a}, nil // nothing in it tells which request it answers
			}
			return [][]byte{a}, renamed(a)
		},
	} {
		for _, noReplays := range []bool{false, true} {
			for _, concurrency := range []int{1, 8} {
				t.Run(fmt.Sprintf("%s/no replays=%v/concurrency=%d", name, noReplays, concurrency), func(t *testing.T) {
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
							if answers.Add(1)%5 != 0 {
								return [][]byte{answer}, nil
							}
							return twice(answer)
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
