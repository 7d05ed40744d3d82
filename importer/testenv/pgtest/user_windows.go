package pgtest

import (
	"os"
	"os/exec"
)

// The only signal that Windows has.
var (
	shutdown = os.Kill
	crash    = os.Kill
)

func giveAway(string) error { return nil }

func asServer(*exec.Cmd) {}
