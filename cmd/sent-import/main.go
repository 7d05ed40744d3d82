// Command sent-import imports contact lists into the Sent v3 API, and tells
// the truth about every row.
//
//	sent-import run contacts.csv
//
// See sent-import --help, and the README.
package main

import (
	"fmt"
	"io"
	"log"
	"os"
	_ "time/tzdata" // a timetable is local, also where the system knows no zones, as in a container
)

func main() {
	// This program logs nothing. net/http logs what a server sent that breaks the
	// protocol, which may hold numbers, and the key if the server echoes it.
	log.SetOutput(io.Discard)
	if err := enoughMemory(); err != nil {
		fmt.Fprintln(os.Stderr, "sent-import: "+err.Error())
		linesAsked(os.Stdout, os.Args[1:], os.Getenv).fail(exitFailed, err.Error())
		os.Exit(exitFailed)
	}
	boundHeap(os.Getenv)
	os.Exit(run(os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
}
