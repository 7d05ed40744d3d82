package workbook

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"
	"syscall"
)

// Bounds of what all parts together unpack to. The densest of real workbooks, a million
// rows of blank cells by LibreOffice, unpacks to 30 times its size.
const (
	maxRatio    = 200       // times the size of the file
	alwaysFine  = 256 << 20 // bytes
	maxParts    = 100_000   // files in the archive
	maxLinks    = 10_000    // of one part to others
	defaultMain = "xl/workbook.xml"
)

// parts are the files of the archive by name.
type parts map[string]*zip.File

// partName writes the name of a file in one way. Some programs write backslashes, some
// begin with a slash, and cases differ.
func partName(name string) string {
	return strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(name, "\\", "/"), "/"))
}

func newParts(archive *zip.Reader, size int64) (parts, error) {
	if len(archive.File) > maxParts {
		return nil, damaged("it has more than %d parts", maxParts)
	}
	all := make(parts, len(archive.File))
	left := max(uint64(alwaysFine), uint64(size)*maxRatio)
	for _, f := range archive.File {
		if f.UncompressedSize64 > left {
			return nil, damaged("it would unpack to more than %d times its size", maxRatio)
		}
		left -= f.UncompressedSize64
		all[partName(f.Name)] = f
	}
	return all, nil
}

// open begins to read a part as XML.
func (p parts) open(name string) (*tokens, error) {
	file := p[name]
	if file == nil {
		return nil, damaged("it lacks its part %q", shortened(name))
	}
	in, err := file.Open()
	if err != nil {
		return nil, unreadable(name, err)
	}
	return newTokens(name, in, int64(min(file.UncompressedSize64, 1<<62))), nil
}

// unreadable tells damage from an error of the disk, which is one that the system gave.
func unreadable(name string, err error) error {
	if system := syscall.Errno(0); errors.As(err, &system) {
		return err
	}
	return damaged("its part %q can't be unpacked: it may be cut off", shortened(name))
}

// link is a relationship of a part to another.
type link struct{ kind, target string }

// links are the relationships of a part by id.
type links map[string]link

// first returns the target of any link of the kind; "" if there is none.
func (l links) first(kind string) string {
	best := ""
	for _, one := range l {
		if one.kind == kind && (best == "" || one.target < best) {
			best = one.target
		}
	}
	return best
}

// mainPart returns the part that names the sheets.
func (p parts) mainPart() string {
	if root, err := p.links(""); err == nil {
		if main := root.first("officeDocument"); p[main] != nil {
			return main
		}
	}
	return defaultMain
}

// links reads the relationships of a part.
func (p parts) links(of string) (links, error) {
	dir, name := path.Split(of)
	t, err := p.open(dir + "_rels/" + name + ".rels")
	if err != nil {
		return nil, err
	}
	defer t.close()
	found := make(links)
	for {
		start, err := t.start()
		if err == io.EOF {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		if start.Name.Local != "Relationship" {
			continue
		}
		if len(found) == maxLinks {
			return nil, damaged("one of its parts has more than %d links", maxLinks)
		}
		found[attr(start, "Id")] = linkOf(start, dir)
	}
}

func linkOf(start xml.StartElement, dir string) link {
	target := strings.ReplaceAll(attr(start, "Target"), "\\", "/")
	if !strings.HasPrefix(target, "/") {
		target = path.Join(dir, target)
	}
	return link{kind: path.Base(attr(start, "Type")), target: partName(target)}
}

// shortened keeps the names of parts, which a stranger may have made, short.
func shortened(name string) string {
	const most = 60
	if len(name) <= most {
		return name
	}
	return strings.ToValidUTF8(name[:most], "") + "…"
}
