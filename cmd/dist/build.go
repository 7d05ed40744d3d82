package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// command is the go command, for the platform, without settings of this machine that would
// change what it builds.
func (r release) command(ctx context.Context, p platform, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+p.system, "GOARCH="+p.arch, "GOFLAGS=", "GOEXPERIMENT=",
		"GOAMD64=v1", "GOARM64=v8.0", "GOWORK=off", fmt.Sprintf("SOURCE_DATE_EPOCH=%d", r.date.Unix()), "TZ=UTC")
	cmd.Stderr = r.stderr
	return cmd
}

// here is the platform of this machine.
func here() platform { return platform{runtime.GOOS, runtime.GOARCH} }

// build builds a command for the platform and returns the path of its program. The time zones
// are in it, for images and machines that have none: --reserve takes local times.
func (r release) build(ctx context.Context, command string, p platform, use string) (string, error) {
	path := filepath.Join(r.work, use, p.system+"_"+p.arch, p.file(command))
	flags := fmt.Sprintf("-s -w -X main.buildVersion=%s -X main.buildCommit=%s -X main.buildDate=%s", r.describe, r.commit, r.date.Format(time.RFC3339))
	err := r.command(ctx, p, "build", "-trimpath", "-buildvcs=false", "-tags", "timetzdata", "-ldflags", flags, "-o", path, "./cmd/"+command).Run()
	return path, err
}

// texts are what the program itself writes.
type texts struct {
	man, bash, zsh, fish, licenses []byte
}

// texts has the program write them.
func (r release) texts(ctx context.Context) (t texts, err error) {
	program, err := r.build(ctx, name, here(), "here")
	if err != nil {
		return t, err
	}
	for _, c := range []struct {
		to   *[]byte
		args string
	}{{&t.man, "man"}, {&t.bash, "completion bash"}, {&t.zsh, "completion zsh"}, {&t.fish, "completion fish"}, {&t.licenses, "licenses"}} {
		var text bytes.Buffer
		cmd := exec.CommandContext(ctx, program, strings.Fields(c.args)...)
		cmd.Stdout, cmd.Stderr = &text, r.stderr
		if err := cmd.Run(); err != nil {
			return t, fmt.Errorf("%s %s: %w", name, c.args, err)
		}
		*c.to = text.Bytes()
	}
	return t, nil
}
