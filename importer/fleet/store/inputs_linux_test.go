package store

import (
	"errors"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestNoRoomForAnInput: that is no fault of the store.
func TestNoRoomForAnInput(t *testing.T) {
	s := opened(t, "file://"+t.TempDir())
	in, err := s.PutInput(t.Context(), write(t, filepath.Join(t.TempDir(), "a.csv"), "phone\n"))
	if err != nil {
		t.Fatal(err)
	}
	var here *LocalError
	err = s.FetchInput(t.Context(), in.SHA256, "/dev/full")
	if !errors.As(err, &here) || !errors.Is(err, syscall.ENOSPC) || strings.Contains(err.Error(), "store") {
		t.Errorf("got %v, want an error of this machine's", err)
	}
}
