package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"

	"sent-import/importer/ledger"
)

// What is added to a file after its last row was read, by a copy that is still under way,
// counts as well: nothing is sent for a file that is not complete.
func TestVerifyReadsWhatWasAddedMeanwhile(t *testing.T) {
	const text = "phone\n+14155550101\n"
	for added, want := range map[string]error{"": nil, "+14155550102\n": ErrInputChanged} {
		sum := sha256.Sum256([]byte(text))
		p := &pass{o: Options{Job: ledger.Job{Input: ledger.Input{Name: "list.csv", SHA256: hex.EncodeToString(sum[:])}}}}
		p.digest = sha256.New()
		io.WriteString(p.digest, text) //nolint:errcheck // a digest has no errors
		p.all = io.TeeReader(strings.NewReader(added), p.digest)
		if err := p.verify(); !errors.Is(err, want) {
			t.Errorf("after %q was added: got %v, want %v", added, err, want)
		}
	}
}
