package notify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const secretAddress = "https://user:pa55word@hooks.example.com/services/T0KEN-1234/x?key=s3cret-key#part"

func parsed(t *testing.T, text string) Address {
	t.Helper()
	a, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestAddressShowsItsHostAlone, however it is printed.
func TestAddressShowsItsHostAlone(t *testing.T) {
	for text, want := range map[string]string{
		secretAddress:                     "https://hooks.example.com/…",
		"http://gateway:9091":             "http://gateway:9091",
		" http://gateway:9091/ ":          "http://gateway:9091",
		"http://u@gateway:9091":           "http://gateway:9091/…",
		"http://[::1]:9091/?token=abcdef": "http://[::1]:9091/…",
	} {
		a := parsed(t, text)
		if got := a.String(); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
		for _, verb := range []string{"%v", "%+v", "%s", "%q", "%#v"} {
			for _, secret := range []string{"pa55word", "T0KEN", "s3cret", "abcdef"} {
				if got := fmt.Sprintf(verb, a); strings.Contains(got, secret) {
					t.Errorf("%s shows %s", verb, got)
				}
			}
		}
	}
	if got := (Address{}).String(); got != "" {
		t.Errorf("none: got %q", got)
	}
}

func TestWhatIsNoAddress(t *testing.T) {
	for _, text := range []string{"", "hooks.example.com/T0KEN-1234", "ftp://h/T0KEN-1234", "https:///T0KEN-1234", "https://h:port/T0KEN-1234", "https://%zz/T0KEN-1234", "https:T0KEN-1234"} {
		a, err := Parse(text)
		if err == nil || !a.IsZero() {
			t.Errorf("%q is taken", text)
		} else if strings.Contains(err.Error(), "T0KEN") {
			t.Errorf("%q: the error shows it: %v", text, err)
		}
	}
}

// answers are those of a server, one after the other: a status, or 0 for none.
type answers struct {
	status []int
	late   time.Duration // before each answer
	got    []*http.Request
	bodies []string
}

func (a *answers) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	a.got, a.bodies = append(a.got, r), append(a.bodies, string(body))
	select {
	case <-time.After(a.late):
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	status := a.status[min(len(a.got), len(a.status))-1]
	if status == 0 {
		return nil, fmt.Errorf("dial %s: refused for pa55word", r.URL)
	}
	return &http.Response{
		StatusCode: status, Status: "T0KEN-1234", Header: http.Header{"Location": {"http://other.example.com/T0KEN-1234"}},
		Body: io.NopCloser(strings.NewReader("T0KEN-1234")), Request: r,
	}, nil
}

// TestPost: what may pass is tried three times, what does not once; a redirect is not
// followed; and no error shows more than the host.
func TestPost(t *testing.T) {
	for _, tt := range []struct {
		name     string
		status   []int
		late     time.Duration
		ends     time.Duration // when it is not waited for any longer
		attempts int
		took     time.Duration
		err      string // "": none
	}{
		{"taken", []int{200}, 0, time.Hour, 1, 0, ""},
		{"without a body", []int{204}, 0, time.Hour, 1, 0, ""},
		{"the third time", []int{503, 0, 202}, 0, time.Hour, 3, 5 * time.Second, ""},
		{"too many", []int{429, 408, 500}, 0, time.Hour, 3, 5 * time.Second, "it answers 500 Internal Server Error"},
		{"no connection", []int{0}, 0, time.Hour, 3, 5 * time.Second, "refused"},
		{"gone", []int{404}, 0, time.Hour, 1, 0, "it answers 404 Not Found"},
		{"a redirect", []int{307}, 0, time.Hour, 1, 0, "redirects are not followed"},
		{"a redirect to plain http", []int{302}, 0, time.Hour, 1, 0, "it answers 302 Found"},
		{"no answer", []int{200}, time.Minute, time.Hour, 3, 35 * time.Second, "no answer in time"},
		{"in haste", []int{500}, 0, 3 * time.Second, 2, 3 * time.Second, "it answers 500"},
		{"in haste, no answer", []int{200}, time.Minute, 3 * time.Second, 1, 3 * time.Second, "no answer in time"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := &answers{status: tt.status, late: tt.late}
				ctx, cancel := context.WithTimeout(t.Context(), tt.ends)
				defer cancel()
				began := time.Now()
				err := NewClient("sent-import/1", server).Post(ctx, parsed(t, secretAddress), []byte(`{"a":1}`))
				if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
					t.Errorf("got %v, want %q", err, tt.err)
				}
				for _, secret := range []string{"pa55word", "T0KEN", "s3cret", "services"} {
					if err != nil && strings.Contains(err.Error(), secret) {
						t.Errorf("it shows %s: %v", secret, err)
					}
				}
				if took := time.Since(began); len(server.got) != tt.attempts || took != tt.took {
					t.Errorf("got %d attempts in %v, want %d in %v", len(server.got), took, tt.attempts, tt.took)
				}
				for i, r := range server.got {
					if r.Method != http.MethodPost || r.URL.Host != "hooks.example.com" || server.bodies[i] != `{"a":1}` ||
						r.Header.Get("Content-Type") != "application/json" || r.Header.Get("User-Agent") != "sent-import/1" {
						t.Errorf("attempt %d: got %s %s %q %v", i+1, r.Method, r.URL, server.bodies[i], r.Header)
					}
				}
			})
		})
	}
}

// TestProxy: as for the API, https goes through the proxy of the environment, and plain
// http through none.
func TestProxy(t *testing.T) {
	for _, tt := range []struct {
		to, proxy, want string
	}{
		{"https://hooks.example.com/x", "http://proxy.example.com:3128", "http://proxy.example.com:3128"},
		{"http://gateway.example.com/x", "http://proxy.example.com:3128", "<nil>"},
	} {
		t.Setenv("HTTPS_PROXY", tt.proxy)
		t.Setenv("HTTP_PROXY", tt.proxy)
		request, err := http.NewRequest(http.MethodPost, tt.to, nil)
		if err != nil {
			t.Fatal(err)
		}
		proxy, err := proxyOf(request)
		if err != nil || fmt.Sprint(proxy) != tt.want {
			t.Errorf("%s: got %v, %v, want %s", tt.to, proxy, err, tt.want)
		}
	}
}

// TestStatusErrorIsFound: callers that push tell an answer from none.
func TestStatusErrorIsFound(t *testing.T) {
	err := NewClient("x", &answers{status: []int{400}}).Post(t.Context(), parsed(t, secretAddress), nil)
	var status *StatusError
	if !errors.As(err, &status) || status.Code != http.StatusBadRequest {
		t.Errorf("got %v", err)
	}
}
