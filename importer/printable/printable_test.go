package printable_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sent-import/importer/printable"
)

func TestLine(t *testing.T) {
	for text, want := range map[string]string{
		"":                                     "",
		"one":                                  "one",
		"failed to connect:\n\ta: no\n\ta: no": "failed to connect: a: no",
		"first\nsecond\n":                      "first; second",
		"a\x1b[2J":                             `a\033[2J`,
	} {
		if got := printable.Line(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestPath(t *testing.T) {
	for _, tt := range []struct{ name, path, want string }{
		{"usual", "/home/ann/contacts.csv", "/home/ann/contacts.csv"},
		{"spaces and quotes", `Ann's "list" \ 2.csv`, `Ann's "list" \ 2.csv`},
		{"other languages", "连络人/Übersicht.csv", "连络人/Übersicht.csv"},
		{"the replacement character itself", "a\uFFFD.csv", "a\uFFFD.csv"},
		{"escape sequence", "a\x1b[2Jb.csv", `$'a\033[2Jb.csv'`},
		{"line break", "a\nb's\\.csv", `$'a\nb\'s\\.csv'`},
		{"tab and return", "a\tb\rc", `$'a\tb\rc'`},
		{"C1 control", "a\u009b2Jb", `$'a\302\2332Jb'`},
		{"delete", "a\x7f1", `$'a\1771'`},
		{"right to left", "a\u202ecsv.exe", `$'a\342\200\256csv.exe'`},
		{"isolate", "a\u2066b", `$'a\342\201\246b'`},
		{"zero width", "a\u200bb\ufeffc", `$'a\342\200\213b\357\273\277c'`},
		{"a letter that is nothing", "a\u3164b", `$'a\343\205\244b'`},
		{"line separator", "a\u2028b", `$'a\342\200\250b'`},
		{"Latin-1", "caf\xe9.csv", `$'caf\351.csv'`},
		{"empty", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := printable.Path(tt.path); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestWord(t *testing.T) {
	for word, want := range map[string]string{
		"contacts.csv": "contacts.csv", "": "''", "my list.csv": "'my list.csv'", "it's": `'it'\''s'`, "--max-invalid=5%": "--max-invalid=5%",
		"a;b": "'a;b'", "$HOME": "'$HOME'", "kündigung.csv": "'kündigung.csv'", "it's\n": `$'it\'s\n'`,
	} {
		if got := printable.Word(word); got != want {
			t.Errorf("%q: got %s, want %s", word, got, want)
		}
	}
}

// The shell gives back each word, whatever it holds.
func TestWordIsReadByAShell(t *testing.T) {
	words := []string{"contacts.csv", "a b", "a'b", "$HOME", "`id`", "", "a\nb", "a\x1b[31m1", "a\u202eb", "caf\xe9.csv", "\x01234", `\n'"`, "a\x7f8\\"}
	for i := 1; i < 256; i++ {
		words = append(words, "x"+string([]byte{byte(i)})+"7f")
	}
	var quoted, want strings.Builder
	for _, word := range words {
		quoted.WriteString(" " + printable.Word(word))
		want.WriteString(word + "\x00")
	}
	got, err := exec.Command("bash", "-c", `printf '%s\0'`+quoted.String()).Output()
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want.String() {
		t.Errorf("got %q, want %q", got, want.String())
	}
}

func TestText(t *testing.T) {
	const text = "two\nlines\twith 'quotes' and \\"
	if got := printable.Text(text + "\x1b]0;title\a\xff"); got != text+`\033]0;title\007\377` {
		t.Errorf("got %q", got)
	}
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		24 * time.Hour: "24h", time.Minute: "1m", 90 * time.Second: "1m30s", time.Hour + time.Second: "1h0m1s",
		10 * time.Minute: "10m", 10 * time.Second: "10s", time.Hour + 10*time.Minute: "1h10m", 0: "0s", 1500 * time.Millisecond: "1.5s",
	} {
		if got := printable.Duration(d); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestJSON(t *testing.T) {
	const text = "a\x1b\u202e\u009b\x7f\U000E0001é\xe9"
	data, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	shown := printable.JSON(data)
	if want := `"a\u001b\u202e\u009b\u007f\udb40\udc01é\ufffd"`; string(shown) != want {
		t.Errorf("got %s, want %s", shown, want)
	}
	var back string
	if err := json.Unmarshal(shown, &back); err != nil || back != strings.ToValidUTF8(text, "\uFFFD") {
		t.Errorf("read back: got %q, %v", back, err)
	}
}

func TestErrorShowsPathsAsTheyMayBeSeen(t *testing.T) {
	dir := t.TempDir()
	one, two := filepath.Join(dir, "a\nsent-import: all is well"), filepath.Join(dir, "b\x1b[2J")
	_, openErr := os.Open(one)
	err := fmt.Errorf("two things: %w", errors.Join(openErr, os.Rename(two, one)))
	got := printable.Error(err)
	if strings.ContainsAny(got, "\x1b") || strings.Count(got, "\n") != 1 {
		t.Errorf("got %q, want no escape, and the line break of the two errors alone", got)
	}
	if !strings.Contains(got, printable.Path(one)) || !strings.Contains(got, printable.Path(two)) {
		t.Errorf("got %q, want the paths in it", got)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want errors that a missing file gives", err)
	}
}
