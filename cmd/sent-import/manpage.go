package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/alecthomas/kong"
)

// manCmd is sent-import man.
type manCmd struct{}

func (c *manCmd) Help() string {
	return `Prints the manual page, which has all commands and their flags.

Examples:
  sent-import man | man -l -
  sent-import man >/usr/local/share/man/man1/sent-import.1`
}

// Run is called by the command line's parser.
func (c *manCmd) Run(a *app, parser *kong.Kong) error { return manPage(a.stdout, parser.Model) }

// manPage writes the manual page of the grammar, in the macros of man(7).
func manPage(w io.Writer, model *kong.Application) error {
	m := &roff{}
	m.macro("TH", "SENT-IMPORT", "1", "", "sent-import "+version(), "User Commands")
	m.macro("SH", "NAME")
	m.line(`sent\-import \- import contact lists into the Sent v3 API`)
	m.macro("SH", "SYNOPSIS")
	for _, command := range model.Children {
		text := `\fBsent\-import ` + roffText(command.Name) + `\fR`
		for _, arg := range command.Positional {
			text += ` \fI` + roffText(strings.ToUpper(arg.Name)) + `\fR`
		}
		m.line(text + ` [\fIflags\fR]`)
		m.macro("br")
	}
	about, rest, _ := strings.Cut(description+"\n\n"+examples, "Examples:")
	m.macro("SH", "DESCRIPTION")
	m.text(about)
	m.macro("SH", "COMMANDS")
	for _, command := range model.Children {
		m.command(command)
	}
	m.macro("SH", "FLAGS OF EVERY COMMAND")
	m.flags(model.Flags)
	m.macro("SH", "EXAMPLES")
	m.text(rest)
	_, err := io.WriteString(w, m.String())
	return err
}

// roff is a page that is being written.
type roff struct{ b strings.Builder }

func (m *roff) String() string { return m.b.String() }

// macro writes a request; its arguments are plain text.
func (m *roff) macro(name string, args ...string) {
	m.b.WriteString("." + name)
	for _, arg := range args {
		m.b.WriteString(` "` + strings.ReplaceAll(roffText(arg), `"`, `\(dq`) + `"`)
	}
	m.b.WriteByte('\n')
}

// line writes a line that holds roff's own escapes.
func (m *roff) line(text string) { m.b.WriteString(text + "\n") }

// text writes paragraphs of plain text; indented lines stay as they are.
func (m *roff) text(text string) {
	inExample := false
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		example := strings.HasPrefix(line, "  ") || inExample && line == ""
		switch {
		case example && !inExample:
			m.macro("PP")
			m.macro("nf")
			m.macro("RS", "4")
		case !example && inExample:
			m.macro("RE")
			m.macro("fi")
		}
		inExample = example
		switch trimmed := strings.TrimSpace(line); {
		case trimmed == "" && !example:
			m.macro("PP")
		case trimmed != "":
			m.line(roffText(trimmed))
		}
	}
	if inExample {
		m.macro("RE")
		m.macro("fi")
	}
}

// command writes a command with its flags.
func (m *roff) command(command *kong.Node) {
	m.macro("SS", "sent-import "+command.Name)
	m.text(command.Help + "\n\n" + command.Detail)
	for _, arg := range command.Positional {
		m.macro("TP")
		m.line(`\fI` + roffText(strings.ToUpper(arg.Name)) + `\fR`)
		m.line(roffText(arg.Help))
	}
	m.flags(command.Flags)
}

// flags writes a list of flags.
func (m *roff) flags(flags []*kong.Flag) {
	for _, flag := range flags {
		m.macro("TP")
		text := `\fB\-\-` + roffText(flag.Name) + `\fR`
		if !flag.IsBool() {
			text += `=\fI` + roffText(placeholder(flag)) + `\fR`
		}
		m.line(text)
		help := flag.Help
		if flag.HasDefault && !strings.Contains(help, "Default: ") {
			help += " Default: " + flag.Default + "."
		}
		if v := variable(flag); v != "" {
			help = strings.TrimSuffix(help, ".") + " ($" + v + ")."
		}
		m.line(roffText(help))
	}
}

// placeholder is what stands for a flag's value.
func placeholder(flag *kong.Flag) string {
	return cmp.Or(flag.PlaceHolder, strings.ReplaceAll(flag.Enum, ",", "|"), flag.Default, "VALUE")
}

// roffText is plain text as roff reads it, in ASCII.
func roffText(text string) string {
	var b strings.Builder
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		b.WriteString(`\&`)
	}
	for _, r := range text {
		switch {
		case r == '\\':
			b.WriteString(`\(rs`)
		case r == '-':
			b.WriteString(`\-`)
		case r == '\n':
			b.WriteByte(' ')
		case r > unicode.MaxASCII:
			fmt.Fprintf(&b, `\[u%04X]`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
