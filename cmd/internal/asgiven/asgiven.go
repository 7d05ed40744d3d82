// Package asgiven reads the words of a command line as they were given, for every command
// that takes names of files.
package asgiven

import (
	"reflect"

	"github.com/alecthomas/kong"
)

// Text has the parser take words as they are: the name of a file need not be UTF-8, and kong's
// own decoders pass a word through JSON, which replaces what is not.
func Text() kong.Option {
	return kong.KindMapper(reflect.String, Mapper("string", func(word string) string { return word }))
}

// Mapper decodes an argument or a variable from the bytes that were given, changed by the
// function. what is the kind of value in kong's messages.
func Mapper(what string, change func(string) string) kong.MapperFunc {
	return func(ctx *kong.DecodeContext, target reflect.Value) error {
		word, err := ctx.Scan.PopValue(what)
		if err == nil {
			target.SetString(change(word.String()))
		}
		return err
	}
}
