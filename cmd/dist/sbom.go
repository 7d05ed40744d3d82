package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// cyclonedx lists what is in the program.
const cyclonedx = "github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0"

// sbom writes the modules that the program for Linux is made of, with their licences, as
// CycloneDX. The time in it is that of the commit.
func (r release) sbom(ctx context.Context) error {
	raw := filepath.Join(r.work, "sbom.json")
	r.say("list the modules")
	cmd := r.command(ctx, here(), "run", cyclonedx, "app", "-json", "-licenses", "-std", "-noserial", "-main", "cmd/"+name, "-output", raw, ".")
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", cyclonedx, err)
	}
	data, err := os.ReadFile(raw)
	if err != nil {
		return err
	}
	if data, err = dated(data, r.version(), r.date); err != nil {
		return err
	}
	return os.WriteFile(r.path(name+"_"+r.version()+".cdx.json"), data, 0o644)
}

// dated is the list as that of the release: what depends on when and where it was made is
// replaced.
func dated(list []byte, version string, at time.Time) ([]byte, error) {
	var all map[string]any
	if err := json.Unmarshal(list, &all); err != nil {
		return nil, err
	}
	about, ok := all["metadata"].(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s wrote no metadata", cyclonedx)
	}
	about["timestamp"] = at.Format(time.RFC3339)
	if self, ok := about["component"].(map[string]any); ok {
		self["version"] = version
	}
	text, err := json.MarshalIndent(all, "", "  ")
	return append(text, '\n'), err
}
