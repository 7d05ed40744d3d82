package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"sent-import/importer"
	"sent-import/importer/printable"
)

// listFlag names a list of files.
type listFlag struct {
	FilesFrom string `help:"Take the names of the files from a list, too ('-': standard input): one a line, or each ended by a zero byte as find -print0 does. In lines, empty ones and those that begin with # are left out. Names are taken as they are, without patterns, and relative to the working directory." placeholder:"FILE|-"`
}

// inputFiles are the files of a command, each once.
type inputFiles struct {
	paths []string
	form  commandForm
	words []string // of the command line, that name files
	list  string   // value of --files-from
	check bool     // nothing is sent
}

// commandForm says how the files of a command were given. It depends on the command line
// alone, not on how many files fit a pattern tonight, so that a report is always where it
// was the night before.
type commandForm int

const (
	oneFile      commandForm = iota // by one name
	severalFiles                    // by several, a pattern or a list
)

// choose finds the files that a command line names.
func (a *app) choose(words []string, list listFlag) (f inputFiles, err error) {
	f.words, f.list = words, list.FilesFrom
	if len(words) > 1 || list.FilesFrom != "" {
		f.form = severalFiles
	}
	if len(words) == 0 && list.FilesFrom == "" {
		return f, &exitError{code: a.refuse(errors.New(`expected "<file>"`))}
	}
	seen := make(map[string]bool)
	add := func(path string) {
		if id := sameFile(path); !seen[id] {
			seen[id] = true
			f.paths = append(f.paths, path)
		}
	}
	for _, word := range words {
		paths, err := expand(word)
		if err != nil {
			return f, err
		}
		if paths != nil {
			f.form = severalFiles
		} else {
			paths = []string{word}
		}
		for _, path := range paths {
			add(path)
		}
	}
	if list.FilesFrom != "" {
		if list.FilesFrom == "-" && seen["-"] {
			return f, &importer.UsageError{Message: "standard input can't be both the list of files (--files-from -) and a file (-)"}
		}
		listed, err := readList(a.ctx, list.FilesFrom, a.stdin)
		if err != nil {
			return f, err
		}
		for _, path := range listed {
			if path == "-" { // names of a list are those of files
				path = "." + string(filepath.Separator) + path
			}
			add(path)
		}
	}
	return f, nil
}

// sameFile is the same text for two paths of one file.
func sameFile(path string) string {
	if path == "-" {
		return path
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		return real
	}
	return abs // it is not there, which is said when its turn comes, or has no name
}

// expand finds the files that fit a pattern which the shell has not expanded; nil for a
// word that is no pattern, or is the name of a file. Like a shell, it leaves out names
// that begin with a dot, unless the pattern says so; and directories, such as reports.
func expand(word string) ([]string, error) {
	if word == "-" || !strings.ContainsAny(word, "*?[") {
		return nil, nil
	}
	if _, err := os.Lstat(word); !errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if strings.Contains(word, "**") {
		return nil, &importer.UsageError{Message: fmt.Sprintf("%s: a pattern can't stand for folders of any depth (**). List the files: find . -name '*.csv' -print0 | sent-import run --files-from -", printable.Path(word))}
	}
	found, err := filepath.Glob(word)
	if err != nil { // a [ without its ]: it is the name of a file that is not there
		return nil, nil
	}
	var fitting []string
	for _, path := range found {
		if info, err := os.Stat(path); (err != nil || !info.IsDir()) && !hiddenBeside(word, path) {
			fitting = append(fitting, path)
		}
	}
	if len(fitting) == 0 {
		return nil, &importer.UsageError{Message: fmt.Sprintf("no file fits the pattern %s", printable.Path(word))}
	}
	return fitting, nil
}

// hiddenBeside reports whether a part of the path begins with a dot where the part of the
// pattern that it fits does not.
func hiddenBeside(pattern, path string) bool {
	wanted := strings.Split(filepath.Clean(pattern), string(filepath.Separator))
	for i, part := range strings.Split(filepath.Clean(path), string(filepath.Separator)) {
		if i < len(wanted) && strings.HasPrefix(part, ".") && !strings.HasPrefix(wanted[i], ".") {
			return true
		}
	}
	return false
}

// readList reads the names in a list of files.
func readList(ctx context.Context, list string, stdin io.Reader) ([]string, error) {
	read := func() ([]byte, error) { return os.ReadFile(fromHome(list)) }
	if list == "-" {
		read = func() ([]byte, error) { return io.ReadAll(stdin) }
	}
	text, err := unlessDone(ctx, read)
	if err != nil {
		return nil, fmt.Errorf("read the list of files: %w", err)
	}
	if bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff")) {
		return nil, &importer.UsageError{Message: fmt.Sprintf("--files-from %s: the list is UTF-16; write it as UTF-8", printable.Word(list))}
	}
	names := listed(string(bytes.TrimPrefix(text, []byte("\ufeff"))))
	if len(names) == 0 {
		return nil, &importer.UsageError{Message: fmt.Sprintf("--files-from %s: the list names no file", printable.Word(list))}
	}
	return names, nil
}

// listed are the names in the text of a list.
func listed(text string) (names []string) {
	if strings.Contains(text, "\x00") {
		for name := range strings.SplitSeq(text, "\x00") {
			if name != "" {
				names = append(names, name)
			}
		}
		return names
	}
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSuffix(line, "\r"); line != "" && !strings.HasPrefix(line, "#") {
			names = append(names, line)
		}
	}
	return names
}

// unlessDone returns what read returns, unless ctx ends first. A read that is under way
// then ends with the process.
func unlessDone[T any](ctx context.Context, read func() (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	answers := make(chan answer, 1) // one answer
	go func() {
		value, err := read()
		answers <- answer{value, err}
	}()
	select {
	case a := <-answers:
		return a.value, a.err
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	}
}
