package simulator

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// Numbers that are good everywhere in these tests.
const (
	alice = "+14155552671"
	bob   = "+447911123456"
	carol = "+4915123456789"
)

// profileA and profileB are child profiles.
const (
	profileA = "0b9d6c0e-7c3f-4e58-9a55-6f1f5a1f0a01"
	profileB = "0b9d6c0e-7c3f-4e58-9a55-6f1f5a1f0b02"
)

// call is one request of a test.
type call struct {
	method, path, body string
	apiKey             string // "" is "k"; "none" sends no header
	key, profile       string // "" sends no header; a key of blank an empty one
}

// blank is the key of a header without a value.
const blank = " "

func create(phone, key string) call {
	return call{method: "POST", path: "/v3/contacts", body: `{"phone_number":"` + phone + `","sandbox":false}`, key: key}
}

func sandbox(phone, key string) call {
	return call{method: "POST", path: "/v3/contacts", body: `{"phone_number":"` + phone + `","sandbox":true}`, key: key}
}

func lookup(phone string) call {
	return call{path: "/v3/contacts?page=1&page_size=1&phone=" + url.QueryEscape(phone)}
}

// of is a request about one contact.
func of(method, id, body string) call {
	return call{method: method, path: "/v3/contacts/" + id, body: body}
}

func list(query string) call { return call{path: "/v3/contacts?" + query} }

func (c call) by(apiKey string) call  { c.apiKey = apiKey; return c }
func (c call) in(profile string) call { c.profile = profile; return c }

func (c call) request(tb testing.TB, base string) *http.Request {
	tb.Helper()
	if c.method == "" {
		c.method = "GET"
	}
	r, err := http.NewRequestWithContext(tb.Context(), c.method, base+c.path, strings.NewReader(c.body))
	if err != nil {
		tb.Fatal(err)
	}
	if c.apiKey == "" {
		c.apiKey = "k"
	}
	for name, value := range map[string]string{"X-Api-Key": c.apiKey, "Idempotency-Key": c.key, "X-Profile-Id": c.profile} {
		if value != "" && value != "none" {
			r.Header.Set(name, strings.TrimSuffix(value, blank))
		}
	}
	return r
}

// result is an answer with its envelope taken apart.
type result struct {
	status   int
	header   http.Header
	raw      string
	envelope struct {
		Success bool            `json:"success"`
		Data    json.RawMessage `json:"data"`
		Error   *struct {
			Code    string              `json:"code"`
			Message string              `json:"message"`
			Details map[string][]string `json:"details"`
			DocURL  string              `json:"doc_url"`
		} `json:"error"`
		Meta struct {
			RequestID string    `json:"request_id"`
			Timestamp time.Time `json:"timestamp"`
			Version   string    `json:"version"`
		} `json:"meta"`
	}
	contact fields
	list    struct {
		Contacts   []fields       `json:"contacts"`
		Pagination map[string]any `json:"pagination"`
	}
}

type fields struct {
	ID        string     `json:"id"`
	Phone     string     `json:"phone_number"`
	E164      string     `json:"format_e164"`
	Region    string     `json:"region_code"`
	Inherited bool       `json:"is_inherited"`
	OptOut    bool       `json:"opt_out"`
	Channel   string     `json:"default_channel"`
	CreatedAt string     `json:"created_at"`
	UpdatedAt *time.Time `json:"updated_at"`
}

func (r result) code() string {
	if r.envelope.Error == nil {
		return ""
	}
	return r.envelope.Error.Code
}

func parse(status int, h http.Header, body []byte) result {
	r := result{status: status, header: h, raw: string(body)}
	if json.Unmarshal(body, &r.envelope) == nil {
		_ = json.Unmarshal(r.envelope.Data, &r.contact)
		_ = json.Unmarshal(r.envelope.Data, &r.list)
	}
	return r
}

// do calls the handler directly.
func do(t *testing.T, h http.Handler, c call) result {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, c.request(t, "http://sent.invalid"))
	return parse(w.Code, w.Result().Header, w.Body.Bytes())
}

// over calls through a transport; err is what the client sees of the request or
// of the body.
func over(t *testing.T, rt http.RoundTripper, c call) (result, error) {
	t.Helper()
	resp, err := rt.RoundTrip(c.request(t, "http://sent.invalid"))
	if err != nil {
		return result{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return parse(resp.StatusCode, resp.Header, body), err
}

// want compares an answer's status and code.
func want(t *testing.T, what string, r result, status int, code string) {
	t.Helper()
	if r.status != status || r.code() != code {
		t.Errorf("%s: got %d %q, want %d %q; body %.200s", what, r.status, r.code(), status, code, r.raw)
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// pass lets time pass in a synctest bubble.
func pass(d time.Duration) { <-time.After(d) }
