package source

import (
	"bufio"
	"compress/gzip"
	"io"
)

// gunzip reads all members of a gzip file. Tapes and disk images fill up the last
// block with zero bytes, which are no member: gzip(1) reads over them, too.
type gunzip struct {
	in     *bufio.Reader
	member *gzip.Reader
}

func newGunzip(in *bufio.Reader) (*gunzip, error) {
	member, err := gzip.NewReader(in)
	if err != nil {
		return nil, err
	}
	member.Multistream(false)
	return &gunzip{in: in, member: member}, nil
}

func (g *gunzip) Read(p []byte) (int, error) {
	n, err := g.member.Read(p)
	if err != io.EOF {
		return n, err
	}
	if err := g.skipZeros(); err != nil {
		return n, err
	}
	if err := g.member.Reset(g.in); err != nil {
		return n, err
	}
	g.member.Multistream(false)
	return n, nil
}

// skipZeros goes on to the next member. It returns io.EOF if there is none.
func (g *gunzip) skipZeros() error {
	for {
		b, err := g.in.ReadByte()
		if err != nil {
			return err
		}
		if b != 0 {
			return g.in.UnreadByte()
		}
	}
}
