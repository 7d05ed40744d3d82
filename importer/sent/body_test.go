package sent

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
)

// gzipped is text, compressed with gzip.
func gzipped(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// A server that compresses against the request's wish has still carried the
// creation out: gzip is read, and a coding that cannot be read is named.
func TestCompressedAnswers(t *testing.T) {
	whole := gzipped(t, contactBody)
	for _, test := range []struct {
		name, coding, body string
		want               Kind
		truncated          bool
		words              string // in the verdict's message
	}{
		{"gzip", "gzip", whole, Created, false, ""},
		{"in capitals", " GZIP", whole, Created, false, ""},
		{"x-gzip", "x-gzip", whole, Created, false, ""},
		{"beside identity", "identity, gzip", whole, Created, false, ""},
		{"identity", "identity", contactBody, Created, false, ""},
		{"two members", "gzip", gzipped(t, contactBody[:100]) + gzipped(t, contactBody[100:]), Created, false, ""},
		{"decompressed on the way, and the header left", "gzip", contactBody, Created, false, ""},
		{"cut off", "gzip", whole[:len(whole)-20], Unknown, true, "cut off"},
		{"cut off in its head", "gzip", whole[:5], Unknown, true, "cut off"},
		{"another checksum", "gzip", whole[:len(whole)-8] + "12345678", Unknown, true, "cut off"},
		{"br", "br", "\x0b\x02\x80", Unknown, false, "compressed as br"},
		{"zstd", "zstd", "\x28\xb5\x2f\xfd", Unknown, false, "compressed as zstd"},
		{"deflate", "deflate", "\x78\x9c", Unknown, false, "compressed as deflate"},
		{"twice", "gzip, gzip", gzipped(t, whole), Unknown, false, "compressed as gzip, gzip"},
		{"br in the header alone", "br", contactBody, Unknown, false, "compressed as br"},
		{"a name with the key", testKey, "?", Unknown, false, "compressed as [key]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if got := r.Header.Values("Accept-Encoding"); len(got) != 1 || got[0] != "identity" {
					t.Errorf("Accept-Encoding: got %q, want identity", got)
				}
				w.Header().Set("Content-Encoding", test.coding)
				w.WriteHeader(201)
				io.WriteString(w, test.body)
			})
			a := c.Create(t.Context(), ours, "k")
			v := Classify(ours, a)
			if v.Kind != test.want || a.Truncated != test.truncated || !strings.Contains(v.Message, test.words) {
				t.Errorf("got %s (truncated %t) %q, want %s (truncated %t) with %q", v.Kind, a.Truncated, v.Message, test.want, test.truncated, test.words)
			}
			if found := ClassifyLookup(ours, c.Lookup(t.Context(), ours)).Kind; (found == Found) != (test.want == Created) {
				t.Errorf("the look-up: got %s", found)
			}
		})
	}
}

// An empty body is empty in any coding: a 401 without a body is the API's.
func TestEmptyBodyInACoding(t *testing.T) {
	for _, coding := range []string{"gzip", "br"} {
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", coding)
			w.WriteHeader(401)
		})
		if a := c.Create(t.Context(), ours, "k"); a.Coding != "" || a.Truncated || len(a.Body) != 0 || Classify(ours, a).Cause != KeyRefused {
			t.Errorf("%s: got %v, coding %q, truncated %t", coding, a, a.Coding, a.Truncated)
		}
	}
}

func TestGzipBombIsCutAt1MiB(t *testing.T) {
	bomb := gzipped(t, strings.Repeat(" ", 24<<20))
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		io.WriteString(w, bomb)
	})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	a := c.Create(t.Context(), ours, "k")
	runtime.ReadMemStats(&after)
	if len(a.Body) != maxBodyBytes || !a.Truncated {
		t.Errorf("got %d bytes, truncated %t, want 1 MiB of it", len(a.Body), a.Truncated)
	}
	if took := after.TotalAlloc - before.TotalAlloc; took > 12<<20 {
		t.Errorf("the bomb took %d MiB", took>>20)
	}
}

// Empty gzip members produce no output, however many there are.
func TestGzipWithoutEnd(t *testing.T) {
	empty := strings.Repeat(gzipped(t, ""), 1000)
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		for {
			if _, err := io.WriteString(w, empty); err != nil {
				return
			}
		}
	})
	if a := c.Create(t.Context(), ours, "k"); a.Err != nil || !a.Truncated {
		t.Errorf("got %v, truncated %t, want an answer that is cut off", a, a.Truncated)
	}
}
