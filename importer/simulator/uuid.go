package simulator

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"regexp"
	"strconv"
)

// uuidFormat is the text form of a UUID (RFC 9562).
var uuidFormat = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// uuid returns a UUID (version 4) that depends on the seed and the parts alone.
func (s *Server) uuid(parts ...string) string {
	h := sha256.New()
	var seed [8]byte
	binary.LittleEndian.PutUint64(seed[:], s.o.Seed)
	h.Write(seed[:])
	for _, p := range parts {
		io.WriteString(h, p)
		h.Write([]byte{0})
	}
	var sum [sha256.Size]byte
	h.Sum(sum[:0])
	sum[6] = sum[6]&0x0f | 0x40 // version 4
	sum[8] = sum[8]&0x3f | 0x80 // the variant of RFC 9562
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// requestID returns the X-Request-Id of the nth request.
func (s *Server) requestID(ordinal uint64) string {
	return "req_" + strconv.FormatUint(mix(s.o.Seed+ordinal), 36)
}
