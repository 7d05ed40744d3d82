package main

import (
	"fmt"

	"github.com/alecthomas/kong"
)

// help prints kong's help, and at the top level a hint where to read on.
func help(options kong.HelpOptions, ctx *kong.Context) error {
	if err := kong.DefaultHelpPrinter(options, ctx); err != nil {
		return err
	}
	if ctx.Selected() == nil {
		_, err := fmt.Fprintln(ctx.Stdout, "\nsent-import COMMAND --help explains a command, with examples.")
		return err
	}
	return nil
}
