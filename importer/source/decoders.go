package source

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// utf8Decoder passes valid UTF-8 through and decides what the first bad byte
// means: see the package comment.
type utf8Decoder struct {
	lossy    bool // an option says UTF-8: bad bytes become U+FFFD
	promised bool // a byte order mark says UTF-8: bad bytes are an error
	seen     bool // non-ASCII UTF-8 has passed
	windows  bool // changed to Windows-1252

	replaced  int64 // bytes replaced by U+FFFD
	sequences int64 // since the change: characters that are valid UTF-8 after all
	singles   int64 // since the change: bytes that are not
}

func (d *utf8Decoder) name() string {
	if d.windows {
		return "Windows-1252"
	}
	return "UTF-8"
}

func (d *utf8Decoder) guessed() bool { return d.windows }

func (d *utf8Decoder) notices() []string { return replacedNotice(d.replaced, d.name()) }

func replacedNotice(n int64, name string) []string {
	if n == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s not valid in %s: read as �; if letters come out wrong, name another encoding with "+flagEncoding, count(n, "character"), name)}
}

func (d *utf8Decoder) decode(dst, src []byte, last bool) ([]byte, int, error) {
	if d.windows {
		return d.decodeWindows(dst, src, last)
	}
	if n := validPrefix(src); n > 0 {
		d.seen = d.seen || !isASCII(src[:n])
		return append(dst, src[:n]...), n, nil
	}
	if len(src) == 0 || (!last && !utf8.FullRune(src)) {
		return dst, 0, nil
	}
	switch {
	case d.lossy:
		d.replaced++
		return utf8.AppendRune(dst, utf8.RuneError), 1, nil
	case d.promised || d.seen:
		return dst, 0, d.complain(src)
	}
	d.windows = true
	return d.decodeWindows(dst, src, last)
}

func (d *utf8Decoder) complain(src []byte) error {
	if !utf8.FullRune(src) {
		return &EncodingError{Problem: "the file ends in the middle of a character: it was cut off; copy or export it again"}
	}
	return &EncodingError{Problem: "not valid UTF-8, which the file is before this row: name the encoding with " + flagEncoding + " windows-1252, " +
		"or with " + flagEncoding + " utf-8 to read such bytes as �"}
}

// validPrefix returns how many bytes of src are whole, valid UTF-8 characters.
func validPrefix(src []byte) int {
	end := len(src)
	for i := 1; i <= min(utf8.UTFMax-1, len(src)); i++ {
		if b := src[len(src)-i]; utf8.RuneStart(b) {
			if !utf8.FullRune(src[len(src)-i:]) {
				end = len(src) - i
			}
			break
		}
	}
	if utf8.Valid(src[:end]) {
		return end
	}
	n := 0
	for {
		r, size := utf8.DecodeRune(src[n:])
		if r == utf8.RuneError && size <= 1 {
			return n
		}
		n += size
	}
}

func isASCII(p []byte) bool {
	for _, b := range p {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// decodeWindows decodes Windows-1252 and counts what speaks for UTF-8.
func (d *utf8Decoder) decodeWindows(dst, src []byte, last bool) ([]byte, int, error) {
	i := 0
	for i < len(src) {
		if src[i] < utf8.RuneSelf {
			dst = append(dst, src[i])
			i++
			continue
		}
		if !last && !utf8.FullRune(src[i:]) {
			return dst, i, nil
		}
		size := d.weigh(src[i:])
		for _, b := range src[i : i+size] {
			if undefined1252(b) {
				return dst, i, &EncodingError{Problem: "neither valid UTF-8 nor Windows-1252: name the encoding, for example " + flagEncoding + " windows-1251, shift_jis or gbk"}
			}
			dst = utf8.AppendRune(dst, charmap.Windows1252.DecodeByte(b))
		}
		i += size
	}
	if last && d.sequences > d.singles {
		return dst, i, &EncodingError{Problem: "the file mixes UTF-8 and other bytes: name the encoding with " + flagEncoding + " utf-8 to read the other bytes as �, " +
			"or with " + flagEncoding + " windows-1252"}
	}
	return dst, i, nil
}

// weigh counts the beginning of src as a character of UTF-8 or as a byte of
// Windows-1252, and returns its size in bytes.
func (d *utf8Decoder) weigh(src []byte) int {
	if _, size := utf8.DecodeRune(src); size > 1 {
		d.sequences++
		return size
	}
	d.singles++
	return 1
}

// undefined1252 reports the five bytes that Windows-1252 does not use. Other
// code pages use them for letters, so a file with one of them has another
// encoding.
func undefined1252(b byte) bool {
	switch b {
	case 0x81, 0x8d, 0x8f, 0x90, 0x9d:
		return true
	}
	return false
}

// charset decodes with a decoder of golang.org/x/text.
type charset struct {
	label    string
	table    transform.Transformer
	whole    bool // text that ends within a character is an error, not U+FFFD
	buf      []byte
	replaced int64
}

func newCharset(label string, enc encoding.Encoding) *charset {
	return &charset{label: label, table: enc.NewDecoder(), buf: make([]byte, chunk)}
}

func newUTF16LE() *charset { return newUTF16("UTF-16LE", unicode.LittleEndian) }
func newUTF16BE() *charset { return newUTF16("UTF-16BE", unicode.BigEndian) }

// newUTF16 makes a decoder in which a surrogate without its other half becomes
// U+FFFD.
func newUTF16(label string, order unicode.Endianness) *charset {
	d := newCharset(label, unicode.UTF16(order, unicode.IgnoreBOM))
	d.whole = true
	return d
}

func (d *charset) name() string { return d.label }

func (d *charset) guessed() bool { return false }

func (d *charset) notices() []string { return replacedNotice(d.replaced, d.label) }

func (d *charset) decode(dst, src []byte, last bool) ([]byte, int, error) {
	n, taken, err := d.table.Transform(d.buf, src, last && !d.whole)
	d.replaced += int64(bytes.Count(d.buf[:n], []byte(string(utf8.RuneError))))
	if errors.Is(err, transform.ErrShortDst) || errors.Is(err, transform.ErrShortSrc) {
		err = nil // called again with what is left
	}
	if last && taken == 0 && len(src) > 0 && err == nil {
		err = &EncodingError{Problem: "the file ends in the middle of a " + d.label + " character: it was cut off; copy or export it again"}
	}
	return append(dst, d.buf[:n]...), taken, err
}
