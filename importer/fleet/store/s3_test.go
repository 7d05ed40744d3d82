package store

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

// server is a server of S3 with one bucket, "imports".
type server struct {
	*httptest.Server
	refused atomic.Pointer[string] // the code of its only answer; nil: it serves
	silent  atomic.Bool            // it accepts requests and does not answer
}

// accessKey is the one that the server knows.
const accessKey = "AKIDEXAMPLE"

// newServer starts a server, and sets the environment of S3's client.
func newServer(t *testing.T) *server {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket("imports"); err != nil {
		t.Fatal(err)
	}
	s, fake := new(server), gofakes3.New(backend).Server()
	ends := make(chan struct{}) // closed at the end of the test
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		code := s.refused.Load()
		switch {
		case s.silent.Load():
			<-ends
		case code != nil:
			refuse(w, *code)
		case !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential="+accessKey+"/"):
			refuse(w, "InvalidAccessKeyId")
		default:
			fake.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(func() { close(ends); s.Close() })
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": accessKey, "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1",
		"AWS_DEFAULT_REGION": "", "AWS_PROFILE": "", "AWS_SESSION_TOKEN": "", "AWS_ENDPOINT_URL_S3": "", "AWS_WEB_IDENTITY_TOKEN_FILE": "",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
	return s
}

// refuse answers as S3 does: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
func refuse(w http.ResponseWriter, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(http.StatusForbidden)
	_, _ = w.Write([]byte(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>` + code + `</Code><Message>why</Message><RequestId>7</RequestId></Error>`))
}

// open opens a bucket of the server.
func (s *server) open(t *testing.T, bucket string) *Store {
	t.Helper()
	return opened(t, "s3://"+bucket+"?use_path_style=true&endpoint="+s.URL)
}

func TestS3Inputs(t *testing.T)  { checkInputs(t, newServer(t).open(t, "imports")) }
func TestS3Reports(t *testing.T) { checkReports(t, newServer(t).open(t, "imports")) }

// TestS3ByItsVariables: the server's address is where Amazon's tools look for it.
func TestS3ByItsVariables(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", newServer(t).URL)
	checkReports(t, opened(t, "s3://imports?use_path_style=true"))
}

// TestS3LargeInput is one of several parts.
func TestS3LargeInput(t *testing.T) {
	s := newServer(t).open(t, "imports")
	text := strings.Repeat("+12125550100\n", 1<<20)
	in, err := s.PutInput(t.Context(), write(t, filepath.Join(t.TempDir(), "large.csv"), text))
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "back.csv")
	if err := s.FetchInput(t.Context(), in.SHA256, to); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(to); err != nil || string(got) != text {
		t.Errorf("got %d bytes, %v; want %d", len(got), err, len(text))
	}
}

// TestS3FileThatChanges: half of a file, or of an old and a new one, is not put.
func TestS3FileThatChanges(t *testing.T) {
	s := newServer(t).open(t, "imports")
	failed := errors.New("changed")
	err := s.put(t.Context(), "inputs/x", func(w io.Writer) error {
		_, err := w.Write(make([]byte, 1<<20))
		return errors.Join(err, failed)
	})
	if !errors.Is(err, failed) {
		t.Errorf("got %v", err)
	}
	if keys, err := s.keys(t.Context(), "inputs/"); err != nil || len(keys) != 0 {
		t.Errorf("got %q, %v; want nothing", keys, err)
	}
}

// TestS3Troubles: what time or an operator mends is said in few words, and is no missing
// input, for which an import is stopped.
func TestS3Troubles(t *testing.T) {
	const sha = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	tests := map[string]struct {
		spoil func(*server)
		want  string
	}{
		"gone":       {func(s *server) { s.Close() }, "the store can't be reached: dial tcp "},
		"silent":     {func(s *server) { s.silent.Store(true) }, "the store can't be reached: it accepts connections"},
		"refuses":    {func(s *server) { s.refused.Store(new("AccessDenied")) }, "the store does not let these credentials do this (AccessDenied: why)"},
		"a key":      {func(s *server) { s.refused.Store(new("InvalidAccessKeyId")) }, "the store answers InvalidAccessKeyId: why"},
		"nothing in": {func(*server) {}, "there is no input at all in the store"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := newServer(t)
			s := server.open(t, "imports")
			if name == "silent" {
				s.silence = 50 * time.Millisecond
			}
			test.spoil(server)
			report := t.TempDir()
			write(t, filepath.Join(report, "report.csv"), "rows")
			errs := map[string]error{"fetch an input": s.FetchInput(t.Context(), sha, filepath.Join(t.TempDir(), "x"))}
			if name != "nothing in" && name != "gone" { // S3's client tries for some seconds
				_, errs["put an input"] = s.PutInput(t.Context(), filepath.Join(report, "report.csv"))
				errs["put a report"] = s.PutReport(t.Context(), sha, "reports/1/1", report)
				_, errs["fetch a report"] = s.FetchReport(t.Context(), "reports/1/1", t.TempDir())
			}
			for call, err := range errs {
				if err == nil || errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "RequestID") {
					t.Errorf("%s: got %v, want %q", call, err, test.want)
				}
			}
		})
	}
}

// TestS3OtherBucket: a wrong name is no reason to stop all imports for missing inputs.
func TestS3OtherBucket(t *testing.T) {
	s := newServer(t).open(t, "import")
	in, err := s.PutInput(t.Context(), write(t, filepath.Join(t.TempDir(), "a"), "a"))
	fetched := s.FetchInput(t.Context(), in.SHA256, filepath.Join(t.TempDir(), "x"))
	for _, err := range []error{err, fetched} {
		if err == nil || errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "there is no such bucket") {
			t.Errorf("got %v, want an error that says so", err)
		}
	}
}

// TestS3NeedsRegionAndCredentials: without them nothing begins.
func TestS3NeedsRegionAndCredentials(t *testing.T) {
	newServer(t)
	for variable, want := range map[string]string{"AWS_REGION": "needs a region", "AWS_ACCESS_KEY_ID": "finds no credentials"} {
		t.Run(variable, func(t *testing.T) {
			t.Setenv(variable, "")
			if s, err := Open(t.Context(), "s3://imports"); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, %v; want %q", s, err, want)
			}
		})
	}
	opened(t, "s3://imports?anonymous=true")
	if s, err := Open(t.Context(), "s3://imports?ringo=true"); err == nil || !strings.Contains(err.Error(), "ringo") {
		t.Errorf("a parameter that nobody knows: got %v, %v", s, err)
	}
}

// TestS3ClientIsQuiet: a worker's standard error has what the worker says, and nothing of its
// parts.
func TestS3ClientIsQuiet(t *testing.T) {
	var given []func(*s3.Options)
	err := quiet(func(as any) bool {
		options, ok := as.(**[]func(*s3.Options)) // as gocloud.dev/blob/s3blob gives them
		if ok {
			*options = &given
		}
		return ok
	})
	var o s3.Options
	for _, change := range given {
		change(&o)
	}
	if err != nil || !o.DisableLogOutputChecksumValidationSkipped {
		t.Errorf("got %v; the client would write a line for each object of several parts", err)
	}
	if err := quiet(func(any) bool { return false }); err != nil { // a directory
		t.Error(err)
	}
}
