package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEchoedRequestIsNotShown: where a server sends the request back after its
// answer, neither the key nor a number appears on the screen. net/http would log
// them.
func TestEchoedRequestIsNotShown(t *testing.T) {
	t.Parallel()
	base := serveEchoes(t)
	list := filepath.Join(t.TempDir(), "list.csv")
	text := "phone\n"
	for n := range 20 {
		text += fmt.Sprintf("+1415555%04d\n", 101+n)
	}
	if err := os.WriteFile(list, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := program(t, "run", list, "--base-url", base, "--rate", "unlimited", "--state", t.TempDir())
	cmd.Env = append(cmd.Env, "SENT_DM_API_KEY=secret-key")
	said, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(said), "created") {
		t.Errorf("got %v: %s", err, said)
	}
	for _, secret := range []string{"secret-key", "1415555", "Unsolicited"} {
		if strings.Contains(string(said), secret) {
			t.Errorf("it shows %q: %s", secret, said)
		}
	}
}

// serveEchoes serves creations on raw connections, and sends each request back
// behind its answer. It returns the address.
func serveEchoes(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil { // closed
				return
			}
			go echo(conn)
		}
	}()
	return "http://" + listener.Addr().String()
}

func echo(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	for {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		sent, err := httputil.DumpRequest(r, true)
		if err != nil {
			return
		}
		status, body := "404 Not Found", `{"success":false,"error":{"code":"RESOURCE_001","message":"none"}}`
		if _, phone, found := strings.Cut(string(sent), `"phone_number":"`); found {
			phone, _, _ = strings.Cut(phone, `"`)
			status, body = "201 Created", fmt.Sprintf(`{"success":true,"data":{"id":"0b9d6c0e-7c3f-4e58-9a55-%s","phone_number":%q}}`, phone[len(phone)-11:]+"0", phone)
		}
		answer := fmt.Sprintf("HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", status, len(body), body)
		if _, err := io.WriteString(conn, answer+string(sent)); err != nil {
			return
		}
	}
}
