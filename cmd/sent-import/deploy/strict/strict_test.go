// Package strict reads the files of the nightly kit, and of the fleet's, as Kubernetes does. It is a module of
// its own, so that the program does not depend on Kubernetes' types.
package strict

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	apps "k8s.io/api/apps/v1"
	batch "k8s.io/api/batch/v1"
	policy "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

// kinds are the kinds that the kit may have, and what each is decoded into.
var kinds = map[schema.GroupVersionKind]func() any{
	batch.SchemeGroupVersion.WithKind("CronJob"):              func() any { return new(batch.CronJob) },
	batch.SchemeGroupVersion.WithKind("Job"):                  func() any { return new(batch.Job) },
	apps.SchemeGroupVersion.WithKind("Deployment"):            func() any { return new(apps.Deployment) },
	policy.SchemeGroupVersion.WithKind("PodDisruptionBudget"): func() any { return new(policy.PodDisruptionBudget) },
}

// TestManifests: every document has a kind that we know, and each field is one of the kind,
// with a value of its type. A field of a wrong name would be ignored by kubectl's older
// versions, and refused by newer ones.
func TestManifests(t *testing.T) {
	for pattern, want := range map[string]int{"../*.yaml": 1, "../../../sent-import-fleet/deploy/*.yaml": 3} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, file := range files {
			found += manifests(t, file)
		}
		if found != want {
			t.Errorf("%s: %d manifests, want %d", pattern, found, want)
		}
	}
}

// manifests is how many manifests a file holds.
func manifests(t *testing.T, file string) (found int) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, doc := range bytes.Split(text, []byte("\n---\n")) {
		if isManifest(t, file, doc) {
			found++
		}
	}
	return found
}

// isManifest fails the test if the document is a manifest with a fault. Other YAML files,
// such as a workflow, have no apiVersion.
func isManifest(t *testing.T, file string, doc []byte) bool {
	var head struct{ APIVersion, Kind string }
	if err := yaml.Unmarshal(doc, &head); err != nil {
		t.Errorf("%s: %v", file, err)
	}
	if head.APIVersion == "" {
		return false
	}
	fresh := kinds[schema.FromAPIVersionAndKind(head.APIVersion, head.Kind)]
	if fresh == nil {
		t.Errorf("%s: %s %s is no kind that this test knows", file, head.APIVersion, head.Kind)
		return true
	}
	if err := decode(doc, fresh()); err != nil {
		t.Errorf("%s: %v", file, err)
	}
	return true
}

// decode reads a document with the decoder of Kubernetes' API server: names are told
// apart by case, and each has to be known.
func decode(doc []byte, into any) error {
	text, err := yaml.YAMLToJSONStrict(doc)
	if err != nil {
		return err
	}
	faults, err := json.UnmarshalStrict(text, into)
	return errors.Join(append(faults, err)...)
}

// TestWrongField: the check can fail.
func TestWrongField(t *testing.T) {
	text, err := os.ReadFile("../cronjob.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range [][2]string{
		{"concurrencyPolicy:", "concurencyPolicy:"},
		{"backoffLimit: 12", "backoffLimit: often"},
		{"readOnlyRootFilesystem:", "readonlyRootFilesystem:"},
	} {
		wrong := strings.Replace(string(text), fault[0], fault[1], 1)
		if wrong == string(text) {
			t.Fatalf("no %s in the manifest", fault[0])
		}
		if err := decode([]byte(wrong), new(batch.CronJob)); err == nil {
			t.Errorf("%s: got no error", fault[1])
		}
	}
}
