package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"sent-import/importer/printable"
	owned "sent-import/importer/private"
)

// apiKey finds the key. The official names of the environment come first.
func apiKey(file string, getenv func(string) string) (string, error) {
	if file != "" {
		return readKey(file)
	}
	if key := firstSet(getenv, "SENT_DM_API_KEY", "SENT_API_KEY"); key != "" {
		return key, nil
	}
	return "", errors.New("there is no API key: set SENT_DM_API_KEY to the key from your Sent dashboard, or give a file that holds it with --api-key-file")
}

// worldReadable are the permissions that a key's file must not have.
const worldReadable fs.FileMode = 0o004

// readOnly is the flag of a read-only mount: ST_RDONLY of Linux, MNT_RDONLY of macOS
// and the BSDs.
const readOnly = 1

// exposed reports whether a key's file is open to the world, on a mount with these
// flags. On a read-only mount the file is a secret that was mounted for a container:
// its mode can't be changed, and nobody else is there.
func exposed(mode fs.FileMode, mount int64) bool {
	return mode.Perm()&worldReadable != 0 && mount&readOnly == 0
}

// mountOf is the flags of the mount of the file itself, wherever links to the file
// are; 0 if they are not known.
func mountOf(f *os.File) int64 {
	var s syscall.Statfs_t
	_ = syscall.Fstatfs(int(f.Fd()), &s)
	return int64(s.Flags)
}

// longestKeyFile is the largest size of a key's file in bytes: far more than any
// key, and a bound for a pipe that never ends.
const longestKeyFile = 64 << 10

func readKey(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", fmt.Errorf("API key file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", fmt.Errorf("API key file: %w", err)
	}
	switch mode, open := info.Mode(), exposed(info.Mode(), mountOf(f)); {
	case !mode.IsRegular() && mode&fs.ModeNamedPipe == 0 && !isTerminal(f):
		return "", fmt.Errorf("API key file %s is neither a file nor a pipe: give the file that holds the key", printable.Path(file))
	case open && !owned.KeepsModes(filepath.Dir(file)):
		return "", fmt.Errorf("API key file %s: everybody on this machine can read it, and its file system keeps no permissions: put it on another one", printable.Path(file))
	case open:
		return "", fmt.Errorf("API key file %s: everybody on this machine can read it; run chmod 600 %s, and think about a new key", printable.Path(file), printable.Word(file))
	}
	data, err := io.ReadAll(io.LimitReader(f, longestKeyFile+1))
	switch key := strings.TrimSpace(string(data)); {
	case err != nil:
		return "", fmt.Errorf("API key file: %w", err)
	case len(data) > longestKeyFile:
		return "", fmt.Errorf("API key file %s holds more than %d bytes, which is no key: is it the right file?", printable.Path(file), longestKeyFile)
	case key == "":
		return "", fmt.Errorf("API key file %s is empty: put the key from your Sent dashboard into it", printable.Path(file))
	default:
		return key, nil
	}
}
