// Command sent-import imports contact lists into the Sent v3 API, and tells
// the truth about every row.
//
//	sent-import run contacts.csv
//
// See sent-import --help, and the README.
package main

import "os"

func main() {
	os.Exit(run(os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
}
