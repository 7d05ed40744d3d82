package report

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"unicode/utf8"

	"sent-import/importer/private"
)

// markerName is the file that says whose a report's directory is, and what our
// files in it were when we wrote them.
const markerName = ".sent-import"

const markerSchema = 1

// marker is that file.
type marker struct {
	Schema    int    `json:"schema"`
	File      string `json:"file"`                 // name of the user's file
	FileBytes []byte `json:"file_bytes,omitempty"` // the same where it is not UTF-8
	Job       string `json:"job"`                  // "" for a check
	By        string `json:"by"`                   // the process that took the directory last
	// Files has the SHA-256 of each file as we wrote it. During the renames there are
	// two, that of the old file and that of the new one: a kill leaves some of each.
	Files   map[string][]string `json:"files"`
	Receipt *receipt            `json:"receipt,omitempty"` // nil: contacts.csv is not there, or can't stay
	// Standing is not there while files are renamed.
	Standing *standing `json:"standing,omitempty"`
	// Version is that of the report which is there; the zero value while files are renamed.
	Version Version `json:"version,omitzero"`
}

func (m marker) owner() Owner {
	if m.FileBytes != nil {
		return Owner{string(m.FileBytes), m.Job}
	}
	return Owner{m.File, m.Job}
}

func (m *marker) setOwner(o Owner) {
	m.File, m.FileBytes, m.Job = o.File, nil, o.Job
	if !utf8.ValidString(o.File) {
		m.FileBytes = []byte(o.File)
	}
}

// readMarker reads the marker of a directory, or makes one from the summary.json of an
// older version. Where neither can be read, the directory has no owner and no file in
// it is known to be ours.
func readMarker(dir string) (m marker) {
	data, err := readRegular(filepath.Join(dir, markerName))
	if err == nil && json.Unmarshal(data, &m) == nil && m.Schema > 0 {
		return m
	}
	return markerOfOld(dir)
}

// markerOfOld makes a marker from the sums in summary.json. That file has no sum of
// itself: a file that can be read as a summary counts as ours.
func markerOfOld(dir string) marker {
	var s struct {
		Schema int    `json:"schema"`
		Job    string `json:"job"`
		Input  struct {
			Name string `json:"name"`
		} `json:"input"`
		Files []File `json:"files"`
	}
	data, err := readRegular(filepath.Join(dir, SummaryName))
	if err != nil || json.Unmarshal(data, &s) != nil || s.Schema == 0 {
		return marker{}
	}
	sum := sha256.Sum256(data)
	m := marker{File: s.Input.Name, Job: s.Job, Files: map[string][]string{SummaryName: {hex.EncodeToString(sum[:])}}}
	for _, f := range s.Files {
		m.Files[f.Name] = []string{f.SHA256}
	}
	return m
}

// readRegular reads a file, or one that a link leads to. It opens nothing else: to open a
// named pipe could wait for ever.
func readRegular(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = &os.PathError{Op: "read", Path: path, Err: os.ErrInvalid}
	}
	if err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

// write brings the marker to the disk, whole.
func (m marker) write(dir string) error {
	m.Schema = markerSchema
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	path := filepath.Join(dir, markerName)
	f, err := newPending(path)
	if err != nil {
		return fileError(path, err)
	}
	defer f.discard()
	if _, err := f.file.Write(append(text, '\n')); err != nil {
		return fileError(path, err)
	}
	if err := f.replace(); err != nil {
		return fileError(path, err)
	}
	return private.SyncDir(dir)
}

// expect adds what is about to be written, and only leaves only that.
func (m *marker) expect(files []*staged) {
	if m.Files == nil {
		m.Files = make(map[string][]string)
	}
	for _, f := range files {
		if sum := f.digest(); !slices.Contains(m.Files[f.name], sum) {
			m.Files[f.name] = append(slices.Clone(m.Files[f.name]), sum)
		}
	}
}

func (m *marker) only(files []*staged) {
	m.Files = make(map[string][]string)
	m.expect(files)
}

// keeps reports whether the files that are to stay are those that were written last.
func (m marker) keeps(files []*staged) bool {
	return !slices.ContainsFunc(files, func(f *staged) bool {
		return f.stays != nil && !slices.Equal(m.Files[f.name], []string{f.stays.SHA256})
	})
}

// has reports whether a file is there, as we wrote it when it was f, and for the owner alone.
func (m marker) has(dir string, f File) bool {
	fi, err := os.Lstat(filepath.Join(dir, f.Name)) // a link to the same bytes is no file of ours
	return err == nil && fi.Mode().IsRegular() && fi.Size() == f.Bytes && slices.Equal(m.Files[f.Name], []string{f.SHA256}) &&
		m.ours(dir, f.Name, oldSum{}) &&
		(fi.Mode().Perm() == fileMode || !private.KeepsModes(dir)) // it is asked only where the mode is another
}

// ours reports whether the file is as we wrote it, or does not exist. known is its sum, if
// that is known; it is made anew if the file has changed since. A file that can't be read, or
// that changes while it is read, is not ours.
func (m marker) ours(dir, name string, known oldSum) bool {
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); os.IsNotExist(err) {
		_, err := os.Lstat(path)
		return os.IsNotExist(err) // else a link to nowhere, which is not ours
	}
	if !known.still(path) {
		known = sumOld(path)
	}
	return known.info != nil && slices.Contains(m.Files[name], known.sum)
}
