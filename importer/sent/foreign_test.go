package sent

import (
	"fmt"
	"strings"
	"testing"

	"sent-import/importer/outcome"
)

// A 4xx that is not the API's tells nothing about the key, the account or the
// call, whatever its status: it is Unknown, and its message says where it comes
// from. An empty 401 or 403 is the API's, and an empty 429 is a 429.
func TestForeignRefusalIsUnknown(t *testing.T) {
	bodies := map[string]string{
		"a page": html, "a router's words": "default backend - 404", "another API's JSON": `{"error":{"code":403,"message":"Forbidden"}}`,
		"problem JSON": `{"type":"about:blank","title":"Forbidden","status":403}`,
	}
	for _, status := range []int{400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 413, 414, 417, 418, 421, 422, 425, 426, 429, 431, 451} {
		for name, body := range bodies {
			t.Run(fmt.Sprintf("%d/%s", status, name), func(t *testing.T) {
				wantForeign(t, status, answered(status, body, "Content-Type: text/html; charset=utf-8", "Retry-After: 3600"))
			})
		}
		t.Run(fmt.Sprintf("%d/cut off", status), func(t *testing.T) {
			if v := Classify(ours, cutOff(status, fault("AUTH_002"))); v.Kind != Unknown {
				t.Errorf("got %s %s", v.Kind, v.Cause)
			}
		})
		if status != 401 && status != 403 && status != 429 {
			t.Run(fmt.Sprintf("%d/empty", status), func(t *testing.T) { wantForeign(t, status, answered(status, "")) })
		}
	}
	for status, want := range map[int]Verdict{
		401: {Kind: Stop, Cause: KeyRefused}, 403: {Kind: Stop, Cause: AccessRefused}, 429: {Kind: RateLimited},
	} {
		if v := Classify(ours, answered(status, "")); v.Kind != want.Kind || v.Cause != want.Cause {
			t.Errorf("an empty %d: got %s %s", status, v.Kind, v.Cause)
		}
	}
}

// wantForeign fails the test unless the answer, to any request, is Unknown and
// its message says that it is not the API's.
func wantForeign(t *testing.T, status int, a Answer) {
	t.Helper()
	v := Classify(ours, a)
	for _, got := range []Verdict{v, ClassifyLookup(ours, a), ClassifyRead(a)} {
		if got.Kind != Unknown || got.Cause != "" || got.Persistence != Transient {
			t.Errorf("got %s %s, persistence %d", got.Kind, got.Cause, got.Persistence)
		}
	}
	if v.FailReason != outcome.BadResponse && status != 408 && status != 425 {
		t.Errorf("got the reason %s", v.FailReason)
	}
	if want := fmt.Sprintf("%d from something in front of the API, not the API: ", status); !strings.HasPrefix(v.Message, want) {
		t.Errorf("got %q, want %q", v.Message, want)
	}
	if a.FromAPI() {
		t.Error("taken for the API's")
	}
}

// Nothing of the headers and the body of an answer that is not the API's is shown.
func TestForeignAnswerIsNotQuoted(t *testing.T) {
	for _, header := range []string{"Content-Type: " + testKey, "Content-Type: text/" + ours, "Content-Type: text/html; a=" + testKey, "X-Nothing: 1"} {
		v := Classify(ours, answered(403, "<p>"+testKey+" "+ours, header))
		if text := v.Message + v.Fix; strings.Contains(text, testKey) || strings.Contains(text, ours[1:]) {
			t.Errorf("%s: got %q", header, text)
		}
	}
}
