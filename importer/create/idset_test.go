package create

import (
	"fmt"
	"testing"

	"sent-import/importer/ledger"
)

// TestIDSet: an id is the first row's that has it.
func TestIDSet(t *testing.T) {
	const loaded, all = 5_000, 20_000
	id := func(row int) string { return fmt.Sprintf("contact %d", row) }
	var s idSet
	err := s.load(func(yield func(ledger.ContactID, error) bool) {
		for row := 1; row <= loaded && yield(ledger.ContactID{Number: row, ID: id(row)}, nil); row++ {
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	for row := loaded + 1; row <= all; row++ {
		if s.isOfAnother(id(row), row) || !s.take(id(row), row) {
			t.Fatalf("row %d can't have its own id", row)
		}
	}
	for row := 1; row <= all; row++ {
		switch {
		case !s.take(id(row), row) || s.isOfAnother(id(row), row):
			t.Fatalf("row %d has lost its id", row)
		case s.take(id(row), row+1) || !s.isOfAnother(id(row), row+1):
			t.Fatalf("row %d has the id of row %d, too", row+1, row)
		}
	}
}
