// Command sent-import imports contact lists into the Sent v3 API, and tells
// the truth about every row.
//
//	sent-import run contacts.csv
//
// See sent-import --help, and the README.
package main

import (
	"os"
	"runtime/debug"
)

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(lazyGC)
	}
	os.Exit(run(os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
}

// lazyGC lets the heap grow to nine times what is alive before it is collected.
// A few megabytes are alive, and most of what a request allocates is dead at
// its end: the default would collect hundreds of times a minute for nothing.
const lazyGC = 800
