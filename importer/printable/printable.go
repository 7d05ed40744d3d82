// Package printable makes names and texts of other origin safe to show on a terminal.
// A file's name may have any bytes: an escape sequence that rewrites the screen, a line
// break that imitates a line of ours, a mark that shows the rest from right to left, or
// bytes that are not UTF-8. Every path and name that people see goes through [Path],
// the words of every command that they are offered through [Word], and every error
// through [Error].
package printable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Path is the path or name as people see it: unchanged if all of it can be printed,
// else quoted as in [Word], so that it can be copied into a shell.
func Path(path string) string {
	if fits(path) {
		return path
	}
	return ansiQuoted(path)
}

// Word quotes a word for a shell if it needs quotes. A word that can't be printed is
// quoted as $'…', which bash, zsh and ksh read.
func Word(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:,=%@+", r)
	}
	switch {
	case !fits(s):
		return ansiQuoted(s)
	case s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0:
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// Text replaces the characters of a text that can't be printed by escapes, except line
// breaks and tabs.
func Text(text string) string {
	if fits(text) {
		return text
	}
	return escaped(text, func(b *strings.Builder, part string, r rune) {
		if strings.ContainsRune("\n\t\\'", r) {
			b.WriteString(part)
			return
		}
		escape(b, part)
	})
}

// Line is a text on one line: its lines, each once, with semicolons between them.
func Line(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	joined := strings.Join(lines, "; ")
	return Text(strings.ReplaceAll(joined, ":; ", ": ")) // what a line announces follows it
}

// Duration is a time as people type it in a flag: 24h and not 24h0m0s.
func Duration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// Error is the text of an error in which each path that an error of the operating
// system names is written as [Path] writes it.
func Error(err error) string {
	text := err.Error()
	for _, path := range paths(err) {
		if shown := Path(path); shown != path {
			text = strings.ReplaceAll(text, path, shown)
		}
	}
	return Text(text)
}

// JSON escapes the characters of a JSON text that can't be printed; its meaning stays
// the same. Characters below U+0020 have been escaped by the encoder.
func JSON(text []byte) []byte {
	if fits(strings.ReplaceAll(string(text), "\n", "")) {
		return text
	}
	out := make([]byte, 0, len(text)+len(text)/8)
	for _, r := range string(text) {
		if r == '\n' || prints(r) {
			out = utf8.AppendRune(out, r)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			out = fmt.Appendf(out, `\u%04x`, unit)
		}
	}
	return out
}

// paths are the paths in the error and in the errors that it wraps.
func paths(err error) []string {
	var found []string
	switch e := err.(type) { //nolint:errorlint // each error of the tree is looked at
	case *fs.PathError:
		found = []string{e.Path}
	case *os.LinkError:
		found = []string{e.Old, e.New}
	case *exec.Error:
		found = []string{e.Name}
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range many.Unwrap() {
			found = append(found, paths(e)...)
		}
	} else if inner := errors.Unwrap(err); inner != nil {
		found = append(found, paths(inner)...)
	}
	return found
}

// fits reports whether all of s can be printed.
func fits(s string) bool {
	for i, r := range s {
		if r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD") || !prints(r) {
			return false
		}
	}
	return true
}

// prints reports whether the character shows itself and nothing else: it is no
// control character, no mark of direction or joining, no other kind of space
// than U+0020, and not one of the letters that stand for nothing.
func prints(r rune) bool {
	return unicode.IsPrint(r) && !unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r)
}

// ansiQuoted is the word in the quotes $'…'.
func ansiQuoted(s string) string {
	text := escaped(s, func(b *strings.Builder, part string, r rune) {
		switch r {
		case '\n':
			b.WriteString(`\n`)
		case '\t':
			b.WriteString(`\t`)
		case '\r':
			b.WriteString(`\r`)
		case '\\', '\'':
			b.WriteByte('\\')
			b.WriteString(part)
		default:
			escape(b, part)
		}
	})
	return "$'" + text + "'"
}

// escaped copies s; other writes what can't be printed, quotes and backslashes.
func escaped(s string, other func(b *strings.Builder, part string, r rune)) string {
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		part := s[:size]
		if valid := r != utf8.RuneError || size > 1; valid && prints(r) && r != '\\' && r != '\'' {
			b.WriteString(part)
		} else {
			other(&b, part, r)
		}
		s = s[size:]
	}
	return b.String()
}

// escape writes bytes as three octal digits each, which all shells with $'…' read the
// same way; hexadecimal escapes have no fixed length in some.
func escape(b *strings.Builder, part string) {
	for _, c := range []byte(part) {
		fmt.Fprintf(b, `\%03o`, c)
	}
}
