package workbook

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"sent-import/importer/printable"
	"sent-import/importer/private"
	"sent-import/importer/room"
)

const (
	pageSize  = 4 << 10
	pageCount = 1 << 10
	// maxTail is how many bytes are kept in memory before they are written to a file.
	// The texts of most lists are fewer, so that they need no file.
	maxTail = 8 << 20
)

// store keeps bytes, the first of them in a file once they are many.
type store struct {
	dir   string
	file  *os.File // nil while there is none
	filed int64    // bytes in the file, whole pages
	tail  []byte   // the bytes after them
	pages []page   // of the file, each at its number modulo pageCount
}

type page struct {
	number int64
	bytes  []byte // nil: none is there
}

func (s *store) size() int64 { return s.filed + int64(len(s.tail)) }

func (s *store) close() error {
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	*s = store{}
	return err
}

// noRoom says what is lacking where a temporary file finds no room. Other errors are
// wrapped. what says what it is for.
func noRoom(what, dir string, err error) error {
	if !room.Lacking(err) {
		return fmt.Errorf("%s: %w", what, err)
	}
	bare := err // without the temporary name of a file, which says nothing to anybody
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		bare = path.Err
	}
	return fmt.Errorf("%s in %s: %s (%w). %s, and run the same command again", what, printable.Path(cmp.Or(dir, os.TempDir())), room.What(err), bare, room.Fix(err, ""))
}

func (s *store) append(p []byte) error {
	s.tail = append(s.tail, p...)
	if len(s.tail) < maxTail {
		return nil
	}
	if s.file == nil {
		file, err := nameless(s.dir)
		if err != nil {
			return noRoom("keep the texts of the workbook", s.dir, err)
		}
		s.file, s.pages = file, make([]page, pageCount)
	}
	whole := len(s.tail) - len(s.tail)%pageSize
	if _, err := s.file.WriteAt(s.tail[:whole], s.filed); err != nil {
		return noRoom("keep the texts of the workbook", s.dir, err)
	}
	s.filed += int64(whole)
	s.tail = s.tail[:copy(s.tail, s.tail[whole:])]
	return nil
}

// read appends size bytes from at on to b.
func (s *store) read(b []byte, at, size int64) ([]byte, error) {
	for size > 0 && at < s.filed {
		page, err := s.page(at / pageSize)
		if err != nil {
			return b, err
		}
		part := page[at%pageSize:]
		part = part[:min(int64(len(part)), size)]
		b, at, size = append(b, part...), at+int64(len(part)), size-int64(len(part))
	}
	if size > 0 {
		b = append(b, s.tail[at-s.filed:at-s.filed+size]...)
	}
	return b, nil
}

func (s *store) page(number int64) ([]byte, error) {
	p := &s.pages[number%pageCount]
	if p.bytes != nil && p.number == number {
		return p.bytes, nil
	}
	if p.bytes == nil {
		p.bytes = make([]byte, pageSize)
	}
	p.number = number
	if _, err := s.file.ReadAt(p.bytes, number*pageSize); err != nil {
		p.bytes = nil
		return nil, fmt.Errorf("read the texts of the workbook again: %w", err)
	}
	return p.bytes, nil
}

// nameless makes a file that is gone when it is closed, or when the process ends,
// however it ends: it holds people's data. One that is left over since the process was
// killed before its name was removed is empty.
func nameless(dir string) (*os.File, error) {
	if dir == "" {
		dir = os.TempDir()
	} else if err := private.MakeSub(dir); err != nil {
		return nil, err
	}
	file, err := private.TempFile(dir, "workbook-", ".tmp")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(file.Name()); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}
