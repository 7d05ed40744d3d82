package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"time"
)

// cyclonedx lists what is in the program.
const cyclonedx = "github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0"

// sbom writes the modules that a command's program is made of, as it says itself, with their licences,
// as CycloneDX.
func (r release) sbom(ctx context.Context, command, program string) error {
	raw := filepath.Join(r.work, command+".json")
	r.say("list the modules")
	cmd := r.command(ctx, here(), "run", cyclonedx, "bin", "-json", "-licenses", "-std", "-noserial", "-version", r.version(), "-output", raw, program)
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", cyclonedx, err)
	}
	data, err := os.ReadFile(raw)
	if err != nil {
		return err
	}
	if data, err = dated(data, r.date); err != nil {
		return err
	}
	return os.WriteFile(r.path(command+"_"+r.version()+".cdx.json"), data, 0o644)
}

// dated is the list as that of the release. What depends on when and where it was made is
// replaced: the time, by that of the commit, and the sums of the tool. The licence of the
// program itself is added, which the tool looks for among the modules that are fetched.
func dated(list []byte, at time.Time) ([]byte, error) {
	var all map[string]any
	if err := json.Unmarshal(list, &all); err != nil {
		return nil, err
	}
	about, ok := all["metadata"].(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s wrote no metadata", cyclonedx)
	}
	about["timestamp"] = at.Format(time.RFC3339)
	about["tools"] = []any{map[string]any{"vendor": "CycloneDX", "name": "cyclonedx-gomod", "version": path.Base(cyclonedx)[len("cyclonedx-gomod@"):]}}
	if self, ok := about["component"].(map[string]any); ok {
		self["licenses"] = []any{map[string]any{"license": map[string]any{"id": "Apache-2.0"}}}
	}
	text, err := json.MarshalIndent(all, "", "  ")
	return append(text, '\n'), err
}
