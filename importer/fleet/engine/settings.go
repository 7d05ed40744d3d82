package engine

import (
	"encoding/json"
	"fmt"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
)

// Settings are the options of an import, beside where it goes and what it reads. They are
// part of what makes two imports the same, so what is not given is left out of their JSON.
type Settings struct {
	Reading           importer.Reading `json:"reading,omitzero"`
	MaxInvalid        string           `json:"max_invalid,omitempty"` // a number, or a share such as 5%
	MaxFailed         string           `json:"max_failed,omitempty"`
	InvalidOK         bool             `json:"invalid_ok,omitempty"` // invalid rows are no reason for an exit code
	ExpectAccount     string           `json:"expect_account,omitempty"`
	Existing          string           `json:"existing,omitempty"` // auto, list or off
	ResolveDuplicates bool             `json:"resolve_duplicates,omitempty"`
	Rate              string           `json:"rate,omitempty"`
	Reserve           string           `json:"reserve,omitempty"`
	Attempts          int              `json:"attempts,omitempty"`
	Timeout           time.Duration    `json:"timeout,omitempty"`
}

// Text is the settings' JSON.
func (s Settings) Text() json.RawMessage {
	text, err := json.Marshal(s)
	if err != nil {
		panic("engine: " + err.Error()) // nothing in it can't be JSON
	}
	return text
}

// Options are the engine's, as far as the settings say.
func (s Settings) Options() (o importer.Options, err error) {
	o = importer.Options{
		Reading: s.Reading, ExpectAccount: s.ExpectAccount, Existing: s.Existing, ResolveDuplicates: s.ResolveDuplicates,
		Rate: s.Rate, Reserve: s.Reserve, Attempts: s.Attempts, Timeout: s.Timeout,
	}
	if o.MaxInvalid, err = limit("max-invalid", s.MaxInvalid); err != nil {
		return o, err
	}
	o.MaxFailed, err = limit("max-failed", s.MaxFailed)
	return o, err
}

func limit(option, text string) (l outcome.Limit, err error) {
	if text == "" {
		return l, nil
	}
	if l, err = outcome.ParseLimit(text); err != nil {
		return l, &importer.UsageError{Option: option, Message: option + ": " + err.Error()}
	}
	return l, nil
}

// parseSettings reads what Text has written, perhaps in an older version.
func parseSettings(text json.RawMessage) (s Settings, err error) {
	if err := json.Unmarshal(text, &s); err != nil {
		return s, fmt.Errorf("the import's options can't be read: %w", err)
	}
	return s, nil
}
