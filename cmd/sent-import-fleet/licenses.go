package main

import (
	_ "embed" // of the texts
	"io"
)

// licenses are the licence texts of what a binary contains, and where the source is.
//
//go:generate go test -run ^TestLicenses$ -licenses.write .
//go:embed licenses.txt
var licenses string

// licensesCmd is sent-import-fleet licenses.
type licensesCmd struct{}

func (c *licensesCmd) Help() string {
	return `Prints the licence of sent-import-fleet, and then those of what its binary contains: Go's standard library, and each module with its version. Whoever passes the binary on, as in an image, passes these texts on with it.

Example:
  sent-import-fleet licenses > LICENSES.txt`
}

// Run is called by the command line's parser.
func (c *licensesCmd) Run(a *app) error {
	_, err := io.WriteString(a.stdout, licenses)
	return err
}
