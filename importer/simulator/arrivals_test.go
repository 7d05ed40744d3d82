package simulator

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

func TestAwait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{})
		reached := make(chan error, 1)
		go func() { reached <- s.Await(t.Context(), 3) }()
		for range 2 {
			s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/v3/me", nil))
		}
		synctest.Wait()
		select {
		case err := <-reached:
			t.Fatalf("after 2 requests: returned %v", err)
		default:
		}
		s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/v3/me", nil))
		if err := <-reached; err != nil {
			t.Error(err)
		}
		if err := s.Await(t.Context(), 1); err != nil {
			t.Errorf("for a number that has been reached: %v", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.Await(ctx, 4); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want the context's error", err)
		}
	})
}

func TestControlWait(t *testing.T) {
	s := New(Options{})
	for query, want := range map[string]int{"requests=0": http.StatusOK, "requests=x": http.StatusBadRequest, "": http.StatusBadRequest} {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/_simulator/wait?"+query, nil))
		if w.Code != want {
			t.Errorf("%q: got %d, want %d", query, w.Code, want)
		}
	}
}
