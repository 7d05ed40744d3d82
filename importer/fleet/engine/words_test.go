//go:build fleet

package engine

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sent-import/importer/fleet/pool"
)

// TestKeyIsRefused: whoever reads the reason or the report is sent to where a fleet's keys are.
func TestKeyIsRefused(t *testing.T) {
	f := newFleet(t)
	f.key = "revoked"
	f.enqueue("phone\n+12122000001\n")
	i := f.run(f.take())
	dir := t.TempDir()
	_, err := f.store.FetchReport(t.Context(), i.Report, dir)
	must(t, err)
	summary, err := os.ReadFile(filepath.Join(dir, "summary.json"))
	must(t, err)
	for _, text := range []string{i.Reason, string(summary)} {
		if i.State != pool.Stopped || !strings.Contains(text, "the program that the workers take it from") || strings.Contains(text, "SENT_DM_API_KEY") {
			t.Errorf("%s: %s", i.State, text)
		}
	}
}
