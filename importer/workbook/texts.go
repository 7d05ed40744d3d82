package workbook

import (
	"encoding/binary"
	"io"
)

// texts are the texts that cells share by number (xl/sharedStrings.xml). They are read
// up to the one that is asked for, and kept one after the other in a store, each behind
// its length. Where every 64th begins is in memory: 8 bytes for 64 texts.
type texts struct {
	parts  parts
	part   string // "" if there is none
	tokens *tokens
	whole  bool // all are read
	store  store
	starts []int64
	count  int

	// The text after the one that was returned last, since cells mostly ask for one
	// after the other.
	nextText int
	nextAt   int64
	buf      []byte
}

const textsPerStart = 64

func newTexts(parts parts, part, tempDir string) *texts {
	return &texts{parts: parts, part: part, store: store{dir: tempDir}}
}

func (x *texts) close() error {
	if x.tokens != nil {
		x.tokens.close()
	}
	return x.store.close()
}

// finish reads what is left of the part, if any text of it was asked for, so that its
// checksum is compared.
func (x *texts) finish() error {
	if x.tokens == nil {
		return nil
	}
	return x.tokens.finish()
}

// at returns text i.
func (x *texts) at(i int) (string, error) {
	for i >= x.count && !x.whole {
		if err := x.readOne(); err != nil {
			return "", err
		}
	}
	if i < 0 || i >= x.count {
		return "", damaged("a cell names the shared text %d of %d", i, x.count)
	}
	if i < x.nextText || i/textsPerStart != x.nextText/textsPerStart {
		x.nextText, x.nextAt = i-i%textsPerStart, x.starts[i/textsPerStart]
	}
	for {
		size, err := x.sizeAt(x.nextAt)
		if err != nil {
			return "", err
		}
		at := x.nextAt + lengthBytes
		x.nextAt, x.nextText = at+size, x.nextText+1
		if x.nextText == i+1 {
			x.buf = x.buf[:0]
			x.buf, err = x.store.read(x.buf, at, size)
			return string(x.buf), err
		}
	}
}

// lengthBytes is the size of a length.
const lengthBytes = 4

func (x *texts) sizeAt(at int64) (int64, error) {
	var length [lengthBytes]byte
	b, err := x.store.read(length[:0], at, lengthBytes)
	if err != nil {
		return 0, err
	}
	return int64(binary.LittleEndian.Uint32(b)), nil
}

// readOne reads the next text of the part, or finds that there is none.
func (x *texts) readOne() error {
	if x.tokens == nil {
		if x.part == "" {
			x.whole = true
			return nil
		}
		var err error
		if x.tokens, err = x.parts.open(x.part); err != nil {
			return err
		}
	}
	for {
		start, err := x.tokens.start()
		if err == io.EOF {
			x.whole = true
			return nil
		}
		if err != nil {
			return err
		}
		if start.Name.Local == "si" {
			return x.keepOne()
		}
	}
}

func (x *texts) keepOne() error {
	text, err := x.tokens.richText(append(x.buf[:0], make([]byte, lengthBytes)...))
	if err != nil {
		return err
	}
	binary.LittleEndian.PutUint32(text, uint32(len(text)-lengthBytes))
	if x.count%textsPerStart == 0 {
		x.starts = append(x.starts, x.store.size())
	}
	x.count++
	x.buf = text
	return x.store.append(text)
}
