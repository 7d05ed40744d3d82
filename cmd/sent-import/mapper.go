package main

import (
	"reflect"

	"github.com/alecthomas/kong"
)

// bytesAsGiven has every argument and variable taken as the bytes that it is. A
// file's name need not be UTF-8, and kong's own way from a word to a string
// leads through JSON, which replaces what isn't.
func bytesAsGiven() kong.Option {
	return kong.OptionFunc(func(k *kong.Kong) error {
		for _, o := range []kong.Option{
			kong.KindMapper(reflect.String, kong.MapperFunc(stringAsGiven)),
			kong.NamedMapper("path", kong.MapperFunc(pathAsGiven)),
		} {
			if err := o.Apply(k); err != nil {
				return err
			}
		}
		return nil
	})
}

func stringAsGiven(ctx *kong.DecodeContext, target reflect.Value) error {
	word, err := ctx.Scan.PopValue("string")
	if err != nil {
		return err
	}
	target.SetString(word.String())
	return nil
}

// pathAsGiven makes the path absolute.
func pathAsGiven(ctx *kong.DecodeContext, target reflect.Value) error {
	word, err := ctx.Scan.PopValue("path")
	if err != nil {
		return err
	}
	path := word.String()
	if path != "" && path != "-" {
		path = kong.ExpandPath(path)
	}
	target.SetString(path)
	return nil
}
