package engine

import (
	"encoding/json"
	"testing"

	"sent-import/importer"
	"sent-import/importer/outcome"
)

// TestSettingsAreFixed: the text is part of what makes two imports the same, so it stays as
// it is for ever.
func TestSettingsAreFixed(t *testing.T) {
	for want, s := range map[string]Settings{
		`{}`: {},
		`{"reading":{"region":"DE"},"max_invalid":"50%","existing":"auto","rate":"auto","attempts":5,"timeout":60000000000}`: {
			Reading: importer.Reading{Region: "DE"}, MaxInvalid: "50%", Existing: "auto", Rate: "auto", Attempts: 5, Timeout: 60e9,
		},
	} {
		if got := string(s.Text()); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		back, err := parseSettings(json.RawMessage(want))
		if err != nil || string(back.Text()) != want {
			t.Errorf("read again: got %s, %v", back.Text(), err)
		}
	}
	if _, err := (Settings{MaxFailed: "many"}).Options(); err == nil {
		t.Error("a limit that is none: got no error")
	}
}

// TestPulseCountsEveryRow: the rows that are shown while a run goes on add up to those of the
// file, and the mark only grows.
func TestPulseCountsEveryRow(t *testing.T) {
	before := outcome.Counts{Rows: 100, Created: 10, Duplicate: 5, Invalid: 5, Failed: 20, Pending: 60}
	var p pulse
	p.progress.Planned(100)
	mark := p.now().Mark
	p.planned(importer.Plan{Counts: before})
	for range 80 {
		p.progress.Settled(outcome.Created)
		now := p.now()
		if now.Mark <= mark {
			t.Fatalf("the mark went from %d to %d", mark, now.Mark)
		}
		mark = now.Mark
		var c outcome.Counts
		if err := json.Unmarshal(now.Counts, &c); err != nil {
			t.Fatal(err)
		}
		if c.Created+c.Duplicate+c.Invalid+c.Failed+c.Pending != c.Rows || c.Pending < 0 || c.Failed < 0 {
			t.Fatalf("got %+v", c)
		}
	}
}
