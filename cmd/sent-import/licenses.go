package main

import (
	_ "embed" // of the texts
	"io"
)

// licenses are the licence texts of what a binary contains: this project's, Go's and
// those of the modules that are linked into it, on one of the systems that it is
// built for.
//
//go:generate go test -run ^TestAttack24Licenses$ -licenses.write .
//go:embed licenses.txt
var licenses string

// licensesCmd is sent-import licenses.
type licensesCmd struct{}

func (c *licensesCmd) Help() string {
	return `Prints the licence of sent-import, and then those of what its binary contains: Go's standard library, and each module with its version. Whoever passes the binary on passes these texts on with it.

Example:
  sent-import licenses > LICENSES.txt`
}

// Run is called by the command line's parser.
func (c *licensesCmd) Run(a *app) error {
	_, err := io.WriteString(a.stdout, licenses)
	return err
}
