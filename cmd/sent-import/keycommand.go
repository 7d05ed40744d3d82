package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"sent-import/importer"
	"sent-import/importer/printable"
)

const (
	// keyCommandTime is how long the command that prints the key may take: a person may
	// have to unlock a key ring, and a timetable must not wait for ever.
	keyCommandTime = 2 * time.Minute
	// keyCommandEnd is how long what the command has started may keep its output open
	// after its end.
	keyCommandEnd = time.Second
)

// runKeyCommand runs the command that prints the API key. What the command says on
// stderr is passed on; its output is never shown.
func (a *app) runKeyCommand(command string) (string, error) {
	words, err := splitWords(command)
	if err != nil {
		return "", &importer.UsageError{Message: fmt.Sprintf("--api-key-command: %v", err)}
	}
	if len(words) == 0 {
		return "", &importer.UsageError{Message: "--api-key-command names no command"}
	}
	name := "--api-key-command " + printable.Word(words[0]) // what follows may be a secret
	ctx, cancel := context.WithTimeoutCause(a.ctx, keyCommandTime, fmt.Errorf("no end within %s", keyCommandTime))
	defer cancel()
	output := &bounded{limit: longestKeyFile}
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = output, a.stderr, keyCommandEnd
	err = cmd.Run()
	var signal *signalError
	switch key := strings.TrimSpace(output.text.String()); {
	case errors.As(context.Cause(a.ctx), &signal):
		return "", signal
	case ctx.Err() != nil:
		return "", fmt.Errorf("%s: %w", name, context.Cause(ctx))
	case output.full:
		return "", fmt.Errorf("%s printed more than %d bytes, which is no key", name, longestKeyFile)
	case err != nil:
		return "", fmt.Errorf("%s: %w", name, err)
	case key == "":
		return "", fmt.Errorf("%s printed nothing: it is to print the API key", name)
	default:
		return key, nil
	}
}

// errFull ends a command that prints too much.
var errFull = errors.New("too much output")

// bounded keeps what is written to it, up to a limit in bytes.
type bounded struct {
	text  bytes.Buffer
	limit int
	full  bool // more came
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.full = b.full || b.text.Len()+len(p) > b.limit; b.full {
		return 0, errFull
	}
	return b.text.Write(p)
}
