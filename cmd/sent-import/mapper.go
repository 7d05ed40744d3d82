package main

import (
	"reflect"

	"github.com/alecthomas/kong"
)

// asGiven decodes an argument or a variable from the bytes that were given. The
// name of a file need not be UTF-8, and kong's own decoders pass a word through
// JSON, which replaces what is not. what is the kind of value in kong's messages.
func asGiven(what string, change func(string) string) kong.MapperFunc {
	return func(ctx *kong.DecodeContext, target reflect.Value) error {
		word, err := ctx.Scan.PopValue(what)
		if err == nil {
			target.SetString(change(word.String()))
		}
		return err
	}
}

// absolute makes a path absolute; "-" is standard input and stays.
func absolute(path string) string {
	if path == "" || path == "-" {
		return path
	}
	return kong.ExpandPath(path)
}
