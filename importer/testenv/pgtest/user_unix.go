//go:build unix

package pgtest

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// Signals of the server (https://www.postgresql.org/docs/current/server-shutdown.html).
const (
	shutdown = syscall.SIGINT  // fast: sessions are ended
	crash    = syscall.SIGQUIT // immediate: nothing is written down any more
)

// serverUser is who runs the server where we are root, which it refuses: the system's own
// user for it, or nobody. nil: we are not root.
func serverUser() *syscall.Credential {
	if os.Getuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errUID := strconv.ParseUint(u.Uid, 10, 32)
		gid, errGID := strconv.ParseUint(u.Gid, 10, 32)
		if errUID == nil && errGID == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		}
	}
	panic("pgtest: root, and there is neither a user postgres nor nobody")
}

// giveAway makes a directory the server's user's.
func giveAway(dir string) error {
	c := serverUser()
	if c == nil {
		return nil
	}
	if err := os.Chown(dir, int(c.Uid), int(c.Gid)); err != nil {
		return fmt.Errorf("give the directory to the server's user: %w", err)
	}
	return nil
}

// asServer has a program run as the server's user, and end with us.
func asServer(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: serverUser(), Setpgid: true}
	endWithUs(cmd.SysProcAttr)
}
