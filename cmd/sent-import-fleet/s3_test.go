//go:build fleet && linux

package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

// setS3 sets the variables from which S3's client has its credentials, here and in the
// processes that tests start.
func setS3() error {
	for _, variable := range []string{"AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=secret", "AWS_SESSION_TOKEN=",
		"AWS_CONFIG_FILE=" + os.DevNull, "AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull, "AWS_EC2_METADATA_DISABLED=true"} {
		name, value, _ := strings.Cut(variable, "=")
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	return nil
}

// onS3 moves the rig's store to a server of S3, and returns what makes that refuse everything.
func (r *rig) onS3() *atomic.Bool {
	r.t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket("imports"); err != nil {
		r.t.Fatal(err)
	}
	refuses := new(atomic.Bool)
	s3 := gofakes3.New(backend).Server()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if signed := strings.Contains(req.Header.Get("Authorization"), "Credential=AKIDEXAMPLE/"); signed && !refuses.Load() {
			s3.ServeHTTP(w, req)
			return
		}
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>`)
	}))
	r.t.Cleanup(server.Close)
	r.address = "s3://imports?region=us-east-1&use_path_style=true&endpoint=" + server.URL
	return refuses
}

// TestImportOnS3: inputs and reports go through S3; where it refuses them, imports wait and
// say so, and go on by themselves once it does not.
func TestImportOnS3(t *testing.T) {
	t.Parallel()
	r := newRig(t, shared, 2, 6000, nil)
	refuses := r.onS3()
	waits := r.add("acct0", 0, 60)
	refuses.Store(true)
	r.worker("w0")
	r.until("the import says that the store refuses", time.Minute, func() bool {
		i := r.status(fmt.Sprint(waits.id)).Imports[0]
		return i.State == "open" && strings.Contains(i.Reason, "its input can't be fetched from the store: the store does not let these credentials do this (AccessDenied")
	})
	if out, code := r.run("enqueue", r.file("acct1", 1, 5), "--key-ref", "acct1"); code != exitFailed || !strings.Contains(out, "AccessDenied") {
		t.Errorf("enqueue: exit %d: %s", code, out)
	}
	refuses.Store(false)
	goes := r.add("acct1", 1, 20)
	r.finished(2 * time.Minute)
	r.check(waits, goes)
	dir := filepath.Join(r.dir, "fetched")
	out, code := r.run("report", fmt.Sprint(waits.id), "--to", dir)
	if _, err := os.Stat(filepath.Join(dir, "report.html")); code != exitOK || err != nil {
		t.Errorf("report: exit %d, %v: %s", code, err, out)
	}
}
