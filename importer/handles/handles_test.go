package handles

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"
)

func TestConnections(t *testing.T) {
	for _, test := range []struct{ limit, want int }{
		{0, 256}, {33, 0}, {34, 1}, {64, 16}, {256, 112}, {1024, 256}, {1 << 20, 256},
	} {
		got, err := Connections(test.limit, 256)
		if got != test.want || (err != nil) != (test.want == 0) {
			t.Errorf("limit %d: got %d, %v, want %d", test.limit, got, err, test.want)
		}
		if err != nil && !strings.Contains(err.Error(), fmt.Sprintf("too many open files would be needed (limit %d)", test.limit)) {
			t.Errorf("limit %d: got %v", test.limit, err)
		}
	}
}

func TestExplain(t *testing.T) {
	other := errors.New("another")
	if got := Explain(other); got != other {
		t.Errorf("got %v, want it as it is", got)
	}
	for _, lacking := range []syscall.Errno{syscall.EMFILE, syscall.ENFILE} {
		err := Explain(&fs.PathError{Op: "open", Path: "a", Err: lacking})
		if text := err.Error(); !strings.Contains(text, fmt.Sprintf("too many open files (limit %d)", Limit())) || !strings.Contains(text, "ulimit -n") {
			t.Errorf("got %q", text)
		}
		if !errors.Is(err, lacking) {
			t.Errorf("got %v, which is no %v any more", err, lacking)
		}
	}
}

func TestExhausted(t *testing.T) {
	if Exhausted() {
		t.Error("there is a handle for this test")
	}
	if n := Limit(); n < 16 {
		t.Errorf("got the limit %d", n)
	}
}
