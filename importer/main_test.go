package importer_test

import (
	"os"
	"testing"

	"sent-import/importer/testenv"
)

// TestMain has the tests' ledgers in memory where there is a file system for that: none
// of the tests here is about a disk, and each commit would wait for one.
func TestMain(m *testing.M) {
	testenv.UseMemory()
	testenv.CollectSeldom()
	os.Exit(m.Run())
}
