package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// TestAttack14EchoedKeyIsNowhere: where a server repeats the key in every part of
// its answers, the key appears neither on the screen nor on the disk.
func TestAttack14EchoedKeyIsNowhere(t *testing.T) {
	t.Parallel()
	const key = "sk_live_4fJ0qW/8+mZr2LtXv6Yb"
	server := httptest.NewServer(echoEverywhere(key))
	defer server.Close()
	dir := t.TempDir()
	list, state := filepath.Join(dir, "list.csv"), filepath.Join(dir, "state")
	text := "phone\n"
	for n := range 60 {
		text += fmt.Sprintf("+1415555%04d\n", 101+n)
	}
	if err := os.WriteFile(list, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := program(t, "run", list, "--base-url", server.URL, "--rate", "unlimited", "--attempts", "1", "--state", state, "--report", filepath.Join(dir, "report"), "--existing", "list", "--resolve-duplicates")
	cmd.Env = append(cmd.Env, "SENT_DM_API_KEY="+key)
	said, _ := cmd.CombinedOutput() // some rows fail, as they should
	if !strings.Contains(string(said), "created") {
		t.Fatalf("it did not run: %s", said)
	}
	shown := map[string][]byte{"the screen": said}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			shown[path], err = os.ReadFile(path)
		}
		return err
	})
	if err != nil || len(shown) < 5 {
		t.Fatalf("found %d files: %v", len(shown), err)
	}
	for where, content := range shown {
		for _, secret := range []string{key, key[:16], key[len(key)-16:], url.QueryEscape(key), base64.StdEncoding.EncodeToString([]byte("u:" + key))[4:]} {
			if bytes.Contains(content, []byte(secret)) {
				t.Errorf("%s shows %q", where, secret)
			}
		}
	}
	if !bytes.Contains(shown[filepath.Join(dir, "report", "report.csv")], []byte("[key]")) {
		t.Error("report.csv does not show that something was taken out")
	}
}

// echoEverywhere answers with the key in every part of the answer: creations,
// duplicates, refusals and errors in turn.
func echoEverywhere(key string) http.Handler {
	var requests atomic.Int64
	basic := base64.StdEncoding.EncodeToString([]byte("u:" + key))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := requests.Add(1)
		form := []string{key, key[:20], url.QueryEscape(key), basic}[n%4]
		w.Header().Set("X-Request-Id", "req-"+form)
		w.Header().Set("Location", "/"+key)
		body, _ := io.ReadAll(r.Body)
		_, phone, _ := strings.Cut(string(body), `"phone_number":"`)
		phone, _, _ = strings.Cut(phone, `"`)
		id := fmt.Sprintf("0b9d6c0e-7c3f-4e58-9a55-%012d", n)
		if n%5 == 0 {
			id = form
		}
		status, data := http.StatusOK, fmt.Sprintf(`{"id":%q,"account_id":%q,"phone_number":%q,"created_at":%q}`, id, form, phone, form)
		switch {
		case r.URL.Path == "/v3/me":
			data = fmt.Sprintf(`{"id":%q}`, key)
		case r.URL.Query().Get("phone") != "": // the account holds only another number
		case r.Method == http.MethodGet:
			data = fmt.Sprintf(`{"contacts":[{"id":%q,"phone_number":"+14155550101","created_at":%[1]q}],"pagination":{"total_count":1}}`, form)
		default:
			status = []int{201, 201, 409, 400, 500, 418}[n%6]
		}
		code := map[int]string{409: "RESOURCE_007", 400: "VALIDATION_002", 500: "INTERNAL_001", 418: "CONFLICT_099"}[status]
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"success":%t,"data":%s,"error":{"code":%q,"message":"no contact for %s of %s","details":{"phone_number":[%[4]q]}},"meta":{"request_id":%[4]q}}`,
			status < 300, data, code, form, phone)
	})
}
