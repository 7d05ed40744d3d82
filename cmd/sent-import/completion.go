package main

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// completionCmd is sent-import completion.
type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"The shell: bash, zsh or fish."`
}

func (c *completionCmd) Help() string {
	return `Prints a script that completes commands, flags, their values, files and the ids of jobs.

Examples:
  source <(sent-import completion bash)                    in ~/.bashrc
  sent-import completion zsh >"${fpath[1]}/_sent-import"   then start zsh anew
  sent-import completion fish >~/.config/fish/completions/sent-import.fish`
}

// Run is called by the command line's parser.
func (c *completionCmd) Run(a *app, model *kong.Kong) error {
	write := map[string]func(io.Writer, *kong.Application) error{"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion}[c.Shell]
	return write(a.stdout, model.Model)
}

// listJobs prints the ids of the jobs, for the scripts.
const listJobs = `sent-import jobs 2>/dev/null | awk 'NR > 1 && $1 ~ /^[0-9a-f]/ {print $1}'`

// kindOf is what a value is.
type kindOf int

const (
	isFree kindOf = iota // anything
	isNone               // a flag without a value
	isWord               // one of some words
	isFile               // a file
	isDir                // a directory
	isJob                // the id of a job
)

// words are what placeholders such as skip|mark|ignore list.
var words = regexp.MustCompile(`^[a-z]+(\|[a-z]+)+$`)

// valueOf is what a flag or an argument takes, and the words if it takes one of some.
func valueOf(v *kong.Value) (kind kindOf, choices []string) {
	placeholder := strings.ToUpper(v.Name)
	if v.Flag != nil {
		placeholder = v.Flag.PlaceHolder
	}
	switch {
	case v.IsBool():
		return isNone, nil
	case v.Enum != "":
		return isWord, v.EnumSlice()
	case words.MatchString(placeholder):
		return isWord, strings.Split(placeholder, "|")
	case placeholder == "DIR":
		return isDir, nil
	case strings.HasPrefix(placeholder, "FILE"):
		return isFile, nil
	case placeholder == "JOB":
		return isJob, nil
	}
	return isFree, nil
}

// allFlags are the flags that a command takes, those of the program among them.
func allFlags(model *kong.Application, command *kong.Node) []*kong.Flag {
	return slices.Concat(command.Flags, model.Flags)
}

// commandNames are the names of the commands.
func commandNames(model *kong.Application) (names []string) {
	for _, command := range model.Children {
		names = append(names, command.Name)
	}
	return names
}

// bashCompletion writes the script for bash.
func bashCompletion(w io.Writer, model *kong.Application) error {
	var values, flags, args strings.Builder
	for _, command := range model.Children {
		var names []string
		for _, flag := range allFlags(model, command) {
			names = append(names, "--"+flag.Name)
			if kind, choices := valueOf(flag.Value); kind != isNone {
				fmt.Fprintf(&values, "\t\t'%s --%s') %s; return ;;\n", command.Name, flag.Name, bashReply(kind, choices))
			}
		}
		fmt.Fprintf(&flags, "\t\t%s) words='%s' ;;\n", command.Name, strings.Join(names, " "))
		for _, arg := range command.Positional {
			kind, choices := valueOf(arg)
			fmt.Fprintf(&args, "\t\t%s) %s ;;\n", command.Name, bashReply(kind, choices))
		}
	}
	_, err := fmt.Fprintf(w, bashScript, strings.Join(commandNames(model), " "), values.String(), flags.String(), args.String())
	return err
}

// noFiles keeps bash from completing files where a name or a number belongs. The bash of
// macOS has no such command.
const noFiles = "compopt +o default +o bashdefault 2>/dev/null"

// bashReply is the command that completes a value. Files are completed by bash itself
// where there is no reply.
func bashReply(kind kindOf, choices []string) string {
	switch kind {
	case isWord:
		return fmt.Sprintf(`COMPREPLY=($(compgen -W '%s' -- "$cur"))`, strings.Join(choices, " "))
	case isJob:
		return `COMPREPLY=($(compgen -W "$(` + listJobs + `)" -- "$cur"))`
	case isFree:
		return noFiles
	}
	return ":"
}

// bashScript takes the commands, the values of flags, the flags and the arguments.
const bashScript = `# bash completion for sent-import; made by sent-import completion bash
_sent_import() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev= command= words= i
	((COMP_CWORD > 0)) && prev=${COMP_WORDS[COMP_CWORD-1]}
	if [[ $cur == = ]]; then
		cur=
	elif [[ $prev == = && COMP_CWORD -gt 1 ]]; then
		prev=${COMP_WORDS[COMP_CWORD-2]}
	fi
	COMPREPLY=()
	local commands='%s'
	for ((i = 1; i < COMP_CWORD; i++)); do
		if [[ " $commands " == *" ${COMP_WORDS[i]} "* ]]; then
			command=${COMP_WORDS[i]}
			break
		fi
	done
	case "$command $prev" in
%s	esac
	if [[ $cur == -* ]]; then
		case $command in
%s		*) words='--help --version --config' ;;
		esac
		COMPREPLY=($(compgen -W "$words" -- "$cur"))
		return
	fi
	case $command in
%s		'') COMPREPLY=($(compgen -W "$commands" -- "$cur")) ;;
	esac
}
complete -o bashdefault -o default -F _sent_import sent-import
`

// zshCompletion writes the script for zsh.
func zshCompletion(w io.Writer, model *kong.Application) error {
	var commands, cases strings.Builder
	for _, command := range model.Children {
		fmt.Fprintf(&commands, "\t\t%s\n", zshQuoted(command.Name+":"+command.Help))
		fmt.Fprintf(&cases, "\t%s)\n\t\t_arguments -s \\\n", command.Name)
		for _, flag := range allFlags(model, command) {
			fmt.Fprintf(&cases, "\t\t\t%s \\\n", zshQuoted(zshFlag(flag)))
		}
		for _, arg := range command.Positional {
			fmt.Fprintf(&cases, "\t\t\t%s \\\n", zshQuoted(zshPlace(arg)+":"+arg.Name+":"+zshAction(valueOf(arg))))
		}
		cases.WriteString("\t\t\t&& return 0\n\t\t;;\n")
	}
	_, err := fmt.Fprintf(w, zshScript, listJobs, commands.String(), cases.String())
	return err
}

// zshPlace is where an argument may stand.
func zshPlace(arg *kong.Positional) string {
	if arg.IsCumulative() {
		return "*"
	}
	return "1"
}

// zshFlag is a flag as _arguments takes it.
func zshFlag(flag *kong.Flag) string {
	text := "--" + flag.Name
	kind, choices := valueOf(flag.Value)
	if kind != isNone {
		text += "="
	}
	text += "[" + strings.NewReplacer("[", "(", "]", ")", `\`, `\\`).Replace(oneSentence(flag.Help)) + "]"
	if kind != isNone {
		text += ":" + flag.Name + ":" + zshAction(kind, choices)
	}
	return text
}

func zshAction(kind kindOf, choices []string) string {
	switch kind {
	case isWord:
		return "(" + strings.Join(choices, " ") + ")"
	case isFile:
		return "_files"
	case isDir:
		return "_files -/"
	case isJob:
		return "_sent_import_jobs"
	}
	return " "
}

// zshQuoted puts a text into quotes.
func zshQuoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// oneSentence is the first sentence of a help text, without the full stop.
func oneSentence(help string) string {
	first, _, _ := strings.Cut(help, ". ")
	return strings.TrimSuffix(first, ".")
}

// zshScript takes the command that lists jobs, the commands and their flags.
const zshScript = `#compdef sent-import
# zsh completion for sent-import; made by sent-import completion zsh
_sent_import_jobs() {
	local -a jobs
	jobs=(${(f)"$(%s)"})
	_describe job jobs
}
_sent-import() {
	local -a commands
	local context state line
	commands=(
%s	)
	_arguments -C '--help[show help]' '--version[show the version]' '--config=[configuration file]:file:_files' \
		'1:command:->command' '*::argument:->argument' && return 0
	if [[ $state == command ]]; then
		_describe command commands
		return
	fi
	case $words[1] in
%s	esac
}
if [[ $funcstack[1] == _sent-import ]]; then
	_sent-import "$@"
else
	compdef _sent-import sent-import
fi
`

// fishCompletion writes the script for fish.
func fishCompletion(w io.Writer, model *kong.Application) error {
	var b strings.Builder
	b.WriteString("# fish completion for sent-import; made by sent-import completion fish\n")
	fmt.Fprintf(&b, "set -l commands %s\ncomplete -c sent-import -f\n", strings.Join(commandNames(model), " "))
	for _, command := range model.Children {
		fmt.Fprintf(&b, "complete -c sent-import -n \"not __fish_seen_subcommand_from $commands\" -a %s -d %s\n", command.Name, fishQuoted(oneSentence(command.Help)))
		within := fmt.Sprintf("complete -c sent-import -n '__fish_seen_subcommand_from %s'", command.Name)
		for _, flag := range allFlags(model, command) {
			fmt.Fprintf(&b, "%s -l %s%s -d %s\n", within, flag.Name, fishValue(valueOf(flag.Value)), fishQuoted(oneSentence(flag.Help)))
		}
		for _, arg := range command.Positional {
			if kind, choices := valueOf(arg); kind != isFree {
				fmt.Fprintf(&b, "%s%s\n", within, strings.NewReplacer(" -x", "", " -r", "").Replace(fishValue(kind, choices)))
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func fishValue(kind kindOf, choices []string) string {
	switch kind {
	case isNone:
		return ""
	case isWord:
		return " -x -a " + fishQuoted(strings.Join(choices, " "))
	case isFile:
		return " -r -F"
	case isDir:
		return " -x -a '(__fish_complete_directories)'"
	case isJob:
		return " -x -a " + fishQuoted("("+listJobs+")")
	}
	return " -x"
}

// fishQuoted puts a text into quotes.
func fishQuoted(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(text) + "'"
}
