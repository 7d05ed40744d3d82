package importer_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
)

// ExampleRun imports a list into a simulated account, and imports it again: nothing is left
// to do, so the second run sends nothing and has the same report.
func ExampleRun() {
	server := simulator.New(simulator.Options{})
	defer server.Close()
	transport, disconnect := simulator.Pipe(server)
	defer disconnect()
	options, cleanUp := exampleOptions()
	defer cleanUp()
	options.BaseURL, options.Key, options.Transport = "http://localhost", "any", transport

	for range 2 {
		result, err := importer.Run(context.Background(), options)
		if err != nil {
			fmt.Println(err)
			return
		}
		for row, err := range result.Rows(context.Background()) {
			if err != nil {
				fmt.Println(err)
				return
			}
			fmt.Println(row.Line, row.Phone, row.Status, row.Reason)
		}
		fmt.Println("complete:", result.Counts.Complete(), "creations in this run:", result.ThisRun.Requests.Create)
		if err := result.Close(); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// 2 +14155550100 created created
	// 3 +14155550101 created created
	// 4  invalid phone_no_region
	// 5 +14155550100 duplicate in_file
	// complete: true creations in this run: 2
	// 2 +14155550100 created created
	// 3 +14155550101 created created
	// 4  invalid phone_no_region
	// 5 +14155550100 duplicate in_file
	// complete: true creations in this run: 0
}

// ExampleCheck looks at a list. It needs no key, sends nothing and leaves no job behind.
func ExampleCheck() {
	options, cleanUp := exampleOptions()
	defer cleanUp()
	options.Plan = func(p importer.Plan) { fmt.Println("requests of a run, at most:", p.Requests) }

	result, err := importer.Check(context.Background(), options)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer result.Close()
	for _, status := range []outcome.Status{outcome.Pending, outcome.Duplicate, outcome.Invalid} {
		for reason, n := range result.Reasons {
			if reason.Status() == status {
				fmt.Println(status, reason, n)
			}
		}
	}
	// Output:
	// requests of a run, at most: 2
	// pending not_attempted 2
	// duplicate in_file 1
	// invalid phone_no_region 1
}

// exampleOptions are those for a list of four rows.
func exampleOptions() (o importer.Options, cleanUp func()) {
	dir, err := os.MkdirTemp("", "sent-import-example-")
	if err != nil {
		panic(err)
	}
	file := filepath.Join(dir, "contacts.csv")
	if err := os.WriteFile(file, []byte("phone\n+14155550100\n+1 (415) 555-0101\n030 901820\n+1 415 555 0100\n"), 0o600); err != nil {
		panic(err)
	}
	return importer.Options{Input: file, State: filepath.Join(dir, "state")}, func() { os.RemoveAll(dir) }
}
