// Command sent-import-fleet imports contact lists of many accounts on many machines, with
// the engine of sent-import and its promise.
//
//	sent-import-fleet migrate; sent-import-fleet enqueue contacts.csv --key-ref acme
//	sent-import-fleet work --slots 20 --keys-dir /run/keys
//
// See sent-import-fleet --help, and the README, which says when one needs it.
package main

import (
	"io"
	"log"
	"os"
	_ "time/tzdata" // a timetable is local, also where the system knows no zones, as in a container
)

func main() {
	// net/http logs what a server sent that breaks the protocol, which may hold numbers, and
	// the key if the server echoes it.
	log.SetOutput(io.Discard)
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}
