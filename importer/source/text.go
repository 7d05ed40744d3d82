package source

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
)

// decoder turns bytes into UTF-8. decode appends to dst what it can decode of src
// and returns how many bytes of src that were; if it neither appends nor takes
// anything, it needs more. last is true if src is the rest of the input, like
// atEOF in transform.Transformer.
type decoder interface {
	decode(dst, src []byte, last bool) (out []byte, taken int, err error)
	name() string          // for people
	notices() []string     // what was replaced
	guessed() (since bool) // whether it has changed to Windows-1252
}

// text is the decoded input: valid UTF-8 without byte order mark and NUL.
type text struct {
	src      io.Reader
	dec      decoder
	raw      []byte // bytes not yet decoded are raw[r:w]
	r, w     int
	srcErr   error
	out      []byte // decoded bytes not yet read are out[next:]
	next     int
	err      error // after out
	marked   bool  // the input begins with a byte order mark
	produced int64 // bytes of text decoded so far
	switched int64 // how many came before the first Windows-1252 byte; -1: none yet
	nuls     int64 // NUL characters replaced
	said     []string
}

// newText decides the encoding, by the rules of the package comment.
func newText(in *bufio.Reader, name string) (*text, error) {
	t := &text{src: in, raw: make([]byte, chunk), switched: -1}
	named, err := namedDecoder(name)
	if err != nil {
		return nil, err
	}
	marked, err := t.byMark(in)
	if err != nil {
		return nil, err
	}
	switch {
	case marked != nil:
		t.dec, t.marked = marked, true
		if named != nil && named.name() != marked.name() {
			t.said = append(t.said, fmt.Sprintf("the file begins with a %s byte order mark: read as that, not as %s", marked.name(), named.name()))
		}
	case named != nil:
		t.dec = named
	default:
		t.dec = t.byZeros(in)
	}
	return t, nil
}

// namedDecoder returns nil for "".
func namedDecoder(name string) (decoder, error) {
	if name == "" {
		return nil, nil
	}
	enc, err := htmlindex.Get(name)
	if err != nil || enc == encoding.Replacement {
		return nil, usage("the encoding %q is not known: use a name such as "+flagEncoding+" utf-8, windows-1252, windows-1251, iso-8859-2, shift_jis or gbk", name)
	}
	canonical, err := htmlindex.Name(enc)
	if err != nil {
		canonical = name
	}
	switch canonical {
	case "utf-8":
		return &utf8Decoder{lossy: true}, nil
	case "utf-16le":
		return newUTF16LE(), nil
	case "utf-16be":
		return newUTF16BE(), nil
	case "replacement":
		return namedDecoder("\x00")
	}
	return newCharset(canonical, enc), nil
}

// byMark skips a byte order mark and returns its decoder, or nil without one.
func (t *text) byMark(in *bufio.Reader) (decoder, error) {
	head, _ := in.Peek(4)
	skip := func(n int) { _, _ = in.Discard(n) } // n bytes are there: they were peeked
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		skip(3)
		return &utf8Decoder{promised: true}, nil
	case bytes.Equal(head, []byte("\xff\xfe\x00\x00")), bytes.Equal(head, []byte("\x00\x00\xfe\xff")):
		return nil, &EncodingError{Problem: "the file is UTF-32: save it as UTF-8"}
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		skip(2)
		return newUTF16LE(), nil
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		skip(2)
		return newUTF16BE(), nil
	}
	return nil, nil
}

// byZeros recognises UTF-16 without a byte order mark: at least a quarter of the
// first 512 bytes are zero, all at even or all at odd offsets. No other text is
// like that.
func (t *text) byZeros(in *bufio.Reader) decoder {
	head, _ := in.Peek(512)
	var zeros [2]int
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
	}
	least := max(1, len(head)/4)
	var dec decoder
	switch {
	case zeros[0] >= least && zeros[1] == 0:
		dec = newUTF16BE()
	case zeros[1] >= least && zeros[0] == 0:
		dec = newUTF16LE()
	default:
		return &utf8Decoder{}
	}
	t.said = append(t.said, "the file has no byte order mark, and every other byte is zero: read as "+dec.name())
	return dec
}

// Read returns decoded text.
func (t *text) Read(p []byte) (int, error) {
	for t.next == len(t.out) {
		if t.err != nil {
			return 0, t.err
		}
		t.step()
	}
	n := copy(p, t.out[t.next:])
	t.next += n
	return n, nil
}

// step decodes bytes that were read, or reads more.
func (t *text) step() {
	t.next = 0
	out, taken, err := t.dec.decode(t.out[:0], t.raw[t.r:t.w], t.srcErr == io.EOF)
	t.r += taken
	if t.switched < 0 && t.dec.guessed() {
		t.switched = t.produced
	}
	t.out = t.replaceNULs(out)
	t.produced += int64(len(t.out))
	switch {
	case err != nil:
		t.err = err
	case taken > 0 || len(out) > 0:
	case t.srcErr != nil:
		t.err = t.srcErr
	default:
		t.fill()
	}
}

// maxEmptyReads is how often in a row a read may return neither bytes nor an
// error, as in package bufio.
const maxEmptyReads = 100

func (t *text) fill() {
	t.w = copy(t.raw, t.raw[t.r:t.w])
	t.r = 0
	for range maxEmptyReads {
		n, err := t.src.Read(t.raw[t.w:])
		t.w += n
		t.srcErr = err
		if n > 0 || err != nil {
			return
		}
	}
	t.srcErr = io.ErrNoProgress
}

// replaceNULs replaces NUL by U+FFFD.
func (t *text) replaceNULs(out []byte) []byte {
	n := bytes.Count(out, []byte{0})
	if n == 0 {
		return out
	}
	t.nuls += int64(n)
	return bytes.ReplaceAll(out, []byte{0}, []byte(string(utf8.RuneError)))
}

func (t *text) encoding() string { return t.dec.name() }

func (t *text) notices() []string {
	said := append([]string(nil), t.said...)
	said = append(said, t.dec.notices()...)
	if t.nuls > 0 {
		said = append(said, fmt.Sprintf("the file has %s: each is read as �", count(t.nuls, "NUL byte")))
	}
	return said
}
