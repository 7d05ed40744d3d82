package importer

import (
	"path/filepath"

	"sent-import/importer/jobid"
	"sent-import/importer/sent"
)

// PaceFile is the file in which runs with this state directory, key and base URL share their
// pace; pace.HandOver reads it, for a machine that goes on with the account. Errors:
// [*UsageError] for a base URL or a key that can't be used.
func PaceFile(state, key, baseURL string) (string, error) {
	client, err := sent.New(sent.Options{BaseURL: baseURL, Key: key})
	if err != nil {
		return "", &UsageError{Message: err.Error()}
	}
	defer client.CloseIdle()
	return paceFile(state, key, client), nil
}

func paceFile(state, key string, client *sent.Client) string {
	return filepath.Join(state, "pace", jobid.PoolName(key, client.BaseURL()))
}

// CanonicalBaseURL is the base URL of the API in its one spelling; "" is DefaultBaseURL.
// Errors: [*UsageError].
func CanonicalBaseURL(given string) (string, error) {
	client, err := sent.New(sent.Options{BaseURL: given, Key: "none"})
	if err != nil {
		return "", &UsageError{Message: err.Error()}
	}
	defer client.CloseIdle()
	return client.BaseURL(), nil
}
