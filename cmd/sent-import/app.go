package main

import (
	"context"
	"io"
	"os"
)

// app is what a command has to work with.
type app struct {
	ctx            context.Context  // ends at the first signal
	leave          context.Context  // ends when the program is to leave at once
	drain          *drain           // what is waited for after a signal
	asked          <-chan os.Signal // gets a value when somebody asks where the command is
	args           []string
	getenv         func(string) string
	settings       *settings       // of the environment and the configuration file
	subject        string          // what an error is shown to be about: the file's name and a colon, if it is one of several
	said           map[string]bool // lines of plans that are said once for all files; nil where there is one
	outlets        *outlets        // of a run; nil: nobody else is told
	lines          *lines          // of JSON, on stdout
	stdin          io.Reader
	stdout, stderr io.Writer
}

// standardInput is the engine's name for standard input.
const standardInput = "stdin"
