package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// inRoot has the test stand where make dist does.
func inRoot(t *testing.T) {
	t.Helper()
	t.Chdir("../..")
}

var commitDate = time.Date(2026, 11, 27, 8, 30, 1, 0, time.UTC)

func exampleRelease(t *testing.T) (release, texts) {
	t.Helper()
	r := release{describe: "3fa067e", commit: "3fa067e2f3b5a1c4d5e6f7a8b9c0d1e2f3a4b5c6", date: commitDate, out: t.TempDir(), work: t.TempDir(), stderr: io.Discard}
	return r, texts{man: []byte(".TH"), bash: []byte("bash"), zsh: []byte("zsh"), fish: []byte("fish"), licenses: []byte("MIT")}
}

// unpacked reads an archive: its paths in order, with their modes, and the content.
func unpacked(t *testing.T, file string) (names []string, content map[string]string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	content = make(map[string]string)
	add := func(name string, mode os.FileMode, at time.Time, from io.Reader) {
		text, err := io.ReadAll(from)
		if err != nil || !at.Equal(commitDate.Truncate(time.Second)) {
			t.Errorf("%s: got %v and the time %s, want that of the commit", name, err, at)
		}
		names = append(names, fmt.Sprintf("%s %o", name, mode.Perm()))
		content[name] = string(text)
	}
	if strings.HasSuffix(file, ".zip") {
		z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range z.File {
			from, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			add(f.Name, f.Mode(), f.Modified, from)
		}
		return names, content
	}
	packed, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	from := tar.NewReader(packed)
	for {
		head, err := from.Next()
		if errors.Is(err, io.EOF) {
			return names, content
		}
		if err != nil {
			t.Fatal(err)
		}
		if head.Uid != 0 || head.Gid != 0 || head.Uname != "root" {
			t.Errorf("%s is owned by %d (%s)", head.Name, head.Uid, head.Uname)
		}
		add(head.Name, head.FileInfo().Mode(), head.ModTime, from)
	}
}

// TestArchives: what is in them, the same bytes each time, and links that lead somewhere.
func TestArchives(t *testing.T) {
	inRoot(t)
	link := regexp.MustCompile(`\]\(([A-Za-z.][\w./-]*)(#[\w-]*)?\)`)
	for _, p := range []platform{here(), {"linux", "arm64"}, {"windows", "amd64"}} {
		r, texts := exampleRelease(t)
		program := filepath.Join(r.work, p.program())
		if err := os.WriteFile(program, []byte("the program"), 0o600); err != nil {
			t.Fatal(err)
		}
		base := "sent-import_0.0.0+git20261127083001.3fa067e2_" + p.system + "_" + p.arch
		file := map[bool]string{false: base + ".tar.gz", true: base + ".zip"}[p.system == "windows"]
		var sums [2][32]byte
		for i := range sums {
			if err := r.archive(p, program, texts); err != nil {
				t.Fatal(err)
			}
			data, err := os.ReadFile(r.path(file))
			if err != nil {
				t.Fatal(err)
			}
			sums[i] = sha256.Sum256(data)
		}
		if sums[0] != sums[1] {
			t.Errorf("%s: other bytes the second time", p)
		}
		names, content := unpacked(t, r.path(file))
		want := []string{"LICENSE 644", "LICENSES.txt 644", "README.md 644", "REFERENCE.md 644", "completion/_sent-import 644", "completion/sent-import.bash 644",
			"completion/sent-import.fish 644", "curve.svg 644", "deploy/Containerfile 644", "deploy/alerts.yaml 644", "deploy/cronjob.yaml 644", "deploy/crontab 644", "deploy/github-actions.yaml 644",
			"deploy/sent-import.service 644", "deploy/sent-import.timer 644", "lines.schema.json 644", "man/sent-import.1 644", p.program() + " 755"}
		for i := range want {
			want[i] = base + "/" + want[i]
		}
		if !slices.Equal(names, want) {
			t.Errorf("%s: got %q, want %q", p, names, want)
		}
		if content[base+"/"+p.program()] != "the program" || content[base+"/LICENSES.txt"] != "MIT" {
			t.Errorf("%s: got another program or other licences", p)
		}
		for _, page := range []string{"README.md", "REFERENCE.md"} {
			for _, to := range link.FindAllStringSubmatch(content[base+"/"+page], -1) {
				leads := slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, base+"/"+to[1]) })
				if !leads && !strings.HasPrefix(to[1], "http") {
					t.Errorf("%s: %s has a link to %s, which is not there", p, page, to[1])
				}
			}
		}
	}
}

// TestFleetArchive: what is in it, the same bytes each time, and no link to what is not there.
func TestFleetArchive(t *testing.T) {
	inRoot(t)
	r, _ := exampleRelease(t)
	program := filepath.Join(r.work, fleetName)
	if err := os.WriteFile(program, []byte("the program"), 0o600); err != nil {
		t.Fatal(err)
	}
	const base = "sent-import-fleet_0.0.0+git20261127083001.3fa067e2_linux_arm64"
	var sums [2][32]byte
	for i := range sums {
		if err := r.fleetArchive(platform{"linux", "arm64"}, program, []byte("MPL")); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(r.path(base + ".tar.gz"))
		if err != nil {
			t.Fatal(err)
		}
		sums[i] = sha256.Sum256(data)
	}
	if sums[0] != sums[1] {
		t.Error("other bytes the second time")
	}
	names, content := unpacked(t, r.path(base+".tar.gz"))
	want := []string{"LICENSE 644", "LICENSES.txt 644", "README.md 644", "deploy/Containerfile 644", "deploy/migrate.yaml 644", "deploy/sent-import-fleet.service 644", "deploy/workers.yaml 644", "sent-import-fleet 755"}
	for i := range want {
		want[i] = base + "/" + want[i]
	}
	if !slices.Equal(names, want) {
		t.Errorf("got %q, want %q", names, want)
	}
	if content[base+"/sent-import-fleet"] != "the program" || content[base+"/LICENSES.txt"] != "MPL" {
		t.Error("got another program or other licences")
	}
	for _, to := range regexp.MustCompile(`\]\(([A-Za-z.][\w./-]*)`).FindAllStringSubmatch(content[base+"/README.md"], -1) {
		leads := slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, base+"/"+to[1]) })
		if !leads && !strings.HasPrefix(to[1], "http") {
			t.Errorf("README.md has a link to %s, which is not there", to[1])
		}
	}
}

// TestPackages: each file is where its system looks for it, nothing is said of this machine,
// and the units start the program where the package has it.
func TestPackages(t *testing.T) {
	inRoot(t)
	r, texts := exampleRelease(t)
	entries, err := installed([]byte("the program"), texts)
	if err != nil {
		t.Fatal(err)
	}
	const doc = "/usr/share/doc/sent-import/"
	var got []string
	for _, e := range entries {
		got = append(got, fmt.Sprintf("%s %o", e.path, e.mode))
		if path.Base(e.path) == "sent-import.service" && !strings.Contains(string(e.data), "\nExecStart=/usr/bin/sent-import run ") {
			t.Error("the unit starts another program than /usr/bin/sent-import")
		}
	}
	want := []string{"/usr/bin/sent-import 755", "/usr/lib/systemd/system/sent-import.service 644", "/usr/lib/systemd/system/sent-import.timer 644",
		"/usr/share/bash-completion/completions/sent-import 644",
		doc + "LICENSES.txt 644", doc + "README.md 644", doc + "REFERENCE.md 644", doc + "copyright 644", doc + "curve.svg 644",
		doc + "deploy/Containerfile 644", doc + "deploy/alerts.yaml 644", doc + "deploy/cronjob.yaml 644", doc + "deploy/crontab 644", doc + "deploy/github-actions.yaml 644", doc + "lines.schema.json 644",
		"/usr/share/fish/vendor_completions.d/sent-import.fish 644", "/usr/share/man/man1/sent-import.1.gz 644",
		"/usr/share/zsh/site-functions/_sent-import 644", "/usr/share/zsh/vendor-completions/_sent-import 644"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	recipe := r.recipe(platform{"linux", "arm64"}, "/root", entries)
	if recipe.Arch != "arm64" || recipe.Version != "0.0.0+git20261127083001.3fa067e2" || recipe.RPM.BuildHost == "" || len(recipe.Contents) != len(entries)+1 {
		t.Errorf("got %+v", recipe)
	}
	for _, c := range recipe.Contents {
		if c.Info.Owner != "root" || !c.Info.Time.Equal(commitDate) || c.Source != "" && c.Source != "/root"+c.Destination {
			t.Errorf("got %+v, want a file of root with the time of the commit", c)
		}
	}
}

// TestContainerfile copies what is there, and builds the program as the release does.
func TestContainerfile(t *testing.T) {
	inRoot(t)
	data, err := os.ReadFile(deployed + "/Containerfile")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range regexp.MustCompile(`(?m)^COPY ([^-].*) \S+$`).FindAllStringSubmatch(string(data), -1) {
		for from := range strings.FieldsSeq(c[1]) {
			if _, err := os.Stat(from); err != nil {
				t.Errorf("COPY: %v", err)
			}
		}
	}
	gomod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindSubmatch(gomod)[1]
	for _, want := range []string{"golang:" + string(version) + " AS build", "-trimpath -buildvcs=false -tags timetzdata", "CGO_ENABLED=0", "USER 65532:65532", "ca-certificates.crt", "TMPDIR=/data"} {
		if !strings.Contains(string(data), want) {
			t.Errorf("got no %q in it", want)
		}
	}
}

// TestVersions of packages begin with a digit and have no -, and go up with time.
func TestVersions(t *testing.T) {
	for describe, want := range map[string]string{
		"v1.2.3": "1.2.3", "1.2.3": "1.2.3", "v1.2.3-4-gabcdef0": "0.0.0+git20261127083001.3fa067e2", "3fa067e-dirty": "0.0.0+git20261127083001.3fa067e2.dirty",
	} {
		r, _ := exampleRelease(t)
		r.describe = describe
		if got := r.version(); got != want {
			t.Errorf("%s: got %s, want %s", describe, got, want)
		}
	}
}

// TestSBOMHasTheTimeOfTheCommit, and nothing of the machine that made it.
func TestSBOMHasTheTimeOfTheCommit(t *testing.T) {
	got, err := dated([]byte(`{"metadata":{"timestamp":"2030-01-01T00:00:00Z","tools":[{"hashes":[{"alg":"MD5"}]}],"component":{"name":"sent-import"}},"components":[]}`), commitDate)
	if err != nil || !strings.Contains(string(got), `"timestamp": "2026-11-27T08:30:01Z"`) || strings.Contains(string(got), "MD5") ||
		!strings.Contains(string(got), `"version": "v1.10.0"`) || !strings.Contains(string(got), `"id": "Apache-2.0"`) {
		t.Errorf("got %s, %v", got, err)
	}
	for _, broken := range []string{"", "{}"} {
		if _, err := dated([]byte(broken), commitDate); err == nil {
			t.Errorf("%q: got no error", broken)
		}
	}
}

// TestSumsAreOfThisReleaseAlone: what an earlier one has left goes, and nothing else.
func TestSumsAreOfThisReleaseAlone(t *testing.T) {
	r, _ := exampleRelease(t)
	for _, name := range []string{"sent-import_0.1.0_linux_amd64.deb", "SHA256SUMS", "notes.txt"} {
		if err := os.WriteFile(r.path(name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.clear(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(r.path("sent-import_1_x.zip"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := r.sums(); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(r.out)
	if err != nil || len(left) != 3 {
		t.Errorf("got %v, %v, want the notes, the new file and its sum", left, err)
	}
	text, err := os.ReadFile(r.path(sumsName))
	if want := fmt.Sprintf("%x  sent-import_1_x.zip\n", sha256.Sum256([]byte("x"))); err != nil || string(text) != want {
		t.Errorf("got %q, %v, want %q", text, err, want)
	}
}

func TestFlags(t *testing.T) {
	good := []string{"-version", "v1.0.0", "-commit", "abc", "-date", "2026-11-27T09:30:01+01:00"}
	r, platforms, err := parse(good)
	if err != nil || !r.date.Equal(commitDate) || r.date.Location() != time.UTC || len(platforms) != 6 || r.out != "dist" {
		t.Errorf("got %+v, %v, %v", r, platforms, err)
	}
	for _, bad := range [][]string{nil, {"-version", "v1.0.0", "-commit", "abc", "-date", "today"}, append(good, "-platforms", runtime.GOOS)} {
		if _, _, err := parse(bad); err == nil {
			t.Errorf("%q: got no error", bad)
		}
	}
}
