package workbook

import (
	"bufio"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

const (
	// maxToken is the most bytes of one tag or text. A cell of Excel has 32,767
	// characters at most, which take 200,000 bytes if each is written as "&#1234;".
	maxToken = 1 << 20
	maxDepth = 64 // of elements in one another; real ones have about 10
)

// tokens reads the XML of a part, in bounded memory.
type tokens struct {
	name  string
	file  io.ReadCloser
	in    *bounded
	size  int64 // of the part, by the directory of the archive
	dec   *xml.Decoder
	depth int
}

func newTokens(name string, file io.ReadCloser, size int64) *tokens {
	in := &bounded{r: bufio.NewReaderSize(file, 64<<10)}
	return &tokens{name: name, file: file, in: in, size: size, dec: xml.NewDecoder(in)}
}

// close gives back the decompressor.
func (t *tokens) close() { _ = t.file.Close() } // only read

// next returns the next tag or text, io.EOF at the end of the document. It is valid
// until the next call.
func (t *tokens) next() (xml.Token, error) {
	t.in.left = maxToken
	token, err := t.dec.Token()
	if err != nil {
		return nil, t.explain(err)
	}
	switch token.(type) {
	case xml.StartElement:
		if t.depth++; t.depth > maxDepth {
			return nil, damaged("elements of its part %q stand in more than %d others", shortened(t.name), maxDepth)
		}
	case xml.EndElement:
		t.depth--
	case xml.Directive:
		return nil, damaged("its part %q declares a document type, which no workbook does", shortened(t.name))
	}
	return token, nil
}

func (t *tokens) explain(err error) error {
	switch {
	case t.in.err == errLong:
		return t.tooLong()
	case t.in.err != nil && t.in.err != io.EOF:
		return unreadable(t.name, t.in.err)
	case err == io.EOF:
		return err
	}
	// The text of a syntax error may hold what the file holds.
	line, _ := t.dec.InputPos()
	return damaged("its part %q is no XML at line %d", shortened(t.name), line)
}

// start returns the next opening tag, however deep, or io.EOF.
func (t *tokens) start() (xml.StartElement, error) {
	for {
		token, err := t.next()
		if err != nil {
			return xml.StartElement{}, err
		}
		if start, ok := token.(xml.StartElement); ok {
			return start, nil
		}
	}
}

// skip reads to the closing tag of the element whose opening tag was read last.
func (t *tokens) skip() error {
	for outside := t.depth - 1; t.depth > outside; {
		if _, err := t.next(); err != nil {
			return err
		}
	}
	return nil
}

// text appends the text of the element whose opening tag was read last to b, up to its
// closing tag. A text has at most maxToken bytes, in however many pieces it stands.
func (t *tokens) text(b []byte) ([]byte, error) {
	for outside := t.depth - 1; t.depth > outside; {
		token, err := t.next()
		if err != nil {
			return b, err
		}
		chars, ok := token.(xml.CharData)
		if !ok || t.depth != outside+1 {
			continue
		}
		if b = append(b, chars...); len(b) > maxToken {
			return b, t.tooLong()
		}
	}
	return b, nil
}

func (t *tokens) tooLong() error {
	return damaged("a tag or text in its part %q is longer than %d MiB", shortened(t.name), maxToken>>20)
}

// finish reads what is left of the part, so that its checksum is compared.
func (t *tokens) finish() error {
	if _, err := io.Copy(io.Discard, t.in.r); err != nil {
		return unreadable(t.name, err)
	}
	return nil
}

var errLong = errors.New("workbook: token too long")

// bounded hands out at most left bytes.
type bounded struct {
	r    *bufio.Reader
	left int
	read int64 // in all
	err  error
}

func (b *bounded) ReadByte() (byte, error) {
	if b.err != nil {
		return 0, b.err
	}
	if b.left == 0 {
		b.err = errLong
		return 0, b.err
	}
	c, err := b.r.ReadByte()
	if err != nil {
		b.err = err
		return 0, err
	}
	b.left--
	b.read++
	return c, nil
}

// Read is not called: a decoder takes bytes where it can.
func (b *bounded) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	c, err := b.ReadByte()
	if err != nil {
		return 0, err
	}
	p[0] = c
	return 1, nil
}

// attr returns an attribute by its name without prefix; "" if there is none.
func attr(start xml.StartElement, name string) string {
	for _, a := range start.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func isTrue(value string) bool { return value == "1" || strings.EqualFold(value, "true") }
