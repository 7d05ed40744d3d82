package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"sent-import/importer"
	"sent-import/importer/printable"
)

// keysFlags say where API keys are.
type keysFlags struct {
	KeysDir    string `help:"Directory with a file for each account's API key, named by --key-ref." env:"SENT_IMPORT_KEYS_DIR" placeholder:"DIR"`
	KeyCommand string `help:"Program that prints the API key of the --key-ref that is its only argument." env:"SENT_IMPORT_KEY_COMMAND" placeholder:"PROGRAM"`
}

// refs are the names that keys may have: no way out of the directory, and no flag of a
// program.
var refs = regexp.MustCompile(`^[A-Za-z0-9_@][A-Za-z0-9._@-]{0,99}$`)

func validRef(ref string) bool { return refs.MatchString(ref) }

const (
	// longestKey is the largest size of a key in bytes: far more than any key.
	longestKey = 64 << 10
	// keyTime is how long the program that prints a key may take.
	keyTime = 30 * time.Second
)

// find returns the function that finds the key of a reference.
func (f keysFlags) find() (func(ctx context.Context, ref string) (string, error), error) {
	switch {
	case f.KeysDir != "" && f.KeyCommand != "":
		return nil, &importer.UsageError{Message: "--keys-dir and --key-command can't be used together: give one of them"}
	case f.KeysDir != "":
		return f.fromFile, isDir("keys-dir", f.KeysDir)
	case f.KeyCommand != "":
		if _, err := exec.LookPath(f.KeyCommand); err != nil {
			return nil, &importer.UsageError{Option: "key-command", Message: "key-command: " + printable.Error(err)}
		}
		return f.fromProgram, nil
	}
	return nil, &importer.UsageError{Message: "where are the API keys? Give --keys-dir DIR, with a file for each --key-ref, or --key-command PROGRAM"}
}

// isDir returns an error unless the option's path is a directory's.
func isDir(option, path string) error {
	info, err := os.Stat(path)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is no directory", printable.Path(path))
	}
	if err != nil {
		return &importer.UsageError{Option: option, Message: option + ": " + printable.Error(err)}
	}
	return nil
}

// fromFile reads the key at every use, so a key can be changed while workers go on.
func (f keysFlags) fromFile(_ context.Context, ref string) (string, error) {
	if !validRef(ref) {
		return "", fmt.Errorf("the key reference %q is no name", ref)
	}
	path := filepath.Join(f.KeysDir, ref)
	data, err := readAtMost(path, longestKey+1)
	if err != nil {
		return "", fmt.Errorf("the API key %s: %w", ref, err)
	}
	return checked(data, printable.Path(path))
}

// readAtMost reads a regular file, or its first bytes. A pipe would be waited for without end.
func readAtMost(path string, limit int64) ([]byte, error) {
	if info, err := os.Stat(path); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no file", printable.Path(path))
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, limit))
}

func (f keysFlags) fromProgram(ctx context.Context, ref string) (string, error) {
	if !validRef(ref) {
		return "", fmt.Errorf("the key reference %q is no name", ref)
	}
	ctx, cancel := context.WithTimeout(ctx, keyTime)
	defer cancel()
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, f.KeyCommand, ref)
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &limited{to: &out}, os.Stderr, time.Second
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("the API key %s: %s: %w", ref, printable.Path(f.KeyCommand), err)
	}
	return checked(out.Bytes(), printable.Path(f.KeyCommand)+" "+ref)
}

// checked is the key without the white space around it. Whether it can be sent is for the
// engine to say.
func checked(data []byte, from string) (string, error) {
	switch key := strings.TrimSpace(string(data)); {
	case len(data) > longestKey:
		return "", fmt.Errorf("%s gives more than %d bytes, which is no API key", from, longestKey)
	case key == "":
		return "", fmt.Errorf("%s gives no API key", from)
	default:
		return key, nil
	}
}

// limited takes as many bytes as a key may have, and one more.
type limited struct{ to *bytes.Buffer }

func (l *limited) Write(p []byte) (int, error) {
	if l.to.Len()+len(p) > longestKey+1 {
		return 0, errors.New("too much output")
	}
	return l.to.Write(p)
}
