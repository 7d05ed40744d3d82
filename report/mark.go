package report

import (
	"crypto/sha256"
	"encoding/binary"
	"io"
	"unicode/utf8"
)

// byteOrderMark is U+FEFF in UTF-8. Without it, Excel reads a file as text of the
// machine's old code page: é becomes Ã©.
const byteOrderMark = "\ufeff"

// mark says when a file gets a byte order mark in front.
type mark int

const (
	noMark       mark = iota // not, or not again
	markAtOnce               // with the first byte
	markNonASCII             // when the first character outside of ASCII is written
)

// backMark is the mark of the files that go back to the user.
func backMark(in Input) mark {
	if in.Mark {
		return markAtOnce
	}
	return markNonASCII
}

// due reports whether p can't be written without the mark before it.
func (m mark) due(p []byte) bool { return m == markAtOnce || m == markNonASCII && !ascii(p) }

func ascii(p []byte) bool {
	for len(p) >= 8 {
		if binary.NativeEndian.Uint64(p)&0x8080808080808080 != 0 {
			return false
		}
		p = p[8:]
	}
	for _, b := range p {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// putMark writes the mark in front of what is in the file already. That is moved, in
// one pass, at most once for each file: until then nobody knows whether an ASCII list
// has an accent in its last row.
func (f *staged) putMark() error {
	size := f.bytes
	f.sum, f.bytes = sha256.New(), 0
	carry := []byte(byteOrderMark) // what belongs before the bytes that are read next
	buf := make([]byte, bufferBytes)
	for at := int64(0); at < size; {
		n, err := f.pending.file.ReadAt(buf[:min(size-at, bufferBytes)], at)
		if n == 0 && err != nil {
			return err
		}
		next := append(carry, buf[:n]...)
		at += int64(n)
		if _, err := f.pending.file.Seek(f.bytes, io.SeekStart); err != nil {
			return err
		}
		if _, err := f.append(next[:n]); err != nil {
			return err
		}
		carry = next[n:]
	}
	if _, err := f.pending.file.Seek(f.bytes, io.SeekStart); err != nil {
		return err
	}
	_, err := f.append(carry)
	return err
}
