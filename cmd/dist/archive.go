package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// archive writes the archive of a platform: a zip for Windows, else a tar.gz.
func (r release) archive(p platform, program string, t texts) error {
	data, err := os.ReadFile(program)
	if err != nil {
		return err
	}
	entries, err := archived(p, data, t)
	if err != nil {
		return err
	}
	return r.pack(r.base(name, p), p, entries)
}

// pack writes the entries, in the order of their paths, into the archive of that name, in a
// directory of that name.
func (r release) pack(base string, p platform, entries []entry) error {
	entries = below(base+"/", entries)
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.path, b.path) })
	write, ending := tarGz, ".tar.gz"
	if p.system == "windows" {
		write, ending = zipped, ".zip"
	}
	f, err := os.Create(r.path(base + ending))
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // an error of Close is returned below
	if err := write(f, entries, r.date); err != nil {
		return err
	}
	return f.Close()
}

// tarGz writes the entries as they are, owned by root, with that time.
func tarGz(w io.Writer, entries []entry, at time.Time) error {
	packed, err := gzip.NewWriterLevel(w, gzip.BestCompression) // without a time
	if err != nil {
		return err
	}
	to := tar.NewWriter(packed)
	for _, e := range entries {
		head := &tar.Header{Name: e.path, Mode: int64(e.mode), Size: int64(len(e.data)), ModTime: at, Uname: "root", Gname: "root", Format: tar.FormatUSTAR}
		if err := to.WriteHeader(head); err != nil {
			return err
		}
		if _, err := to.Write(e.data); err != nil {
			return err
		}
	}
	if err := to.Close(); err != nil {
		return err
	}
	return packed.Close()
}

// zipped does the same as a zip.
func zipped(w io.Writer, entries []entry, at time.Time) error {
	to := zip.NewWriter(w)
	for _, e := range entries {
		head := &zip.FileHeader{Name: e.path, Method: zip.Deflate, Modified: at.UTC()}
		head.SetMode(e.mode)
		part, err := to.CreateHeader(head)
		if err != nil {
			return err
		}
		if _, err := part.Write(e.data); err != nil {
			return err
		}
	}
	return to.Close()
}

// gzipped is the text in gzip, without a time.
func gzipped(text []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	err = w.Close()
	return b.Bytes(), err
}
