package sent

import (
	"bufio"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
)

// maxBodyBytes is how much of a body is read, compressed or not. An answer about
// one contact has less than 2 KB, a page of a hundred about 100 KB.
const maxBodyBytes = 1 << 20

// readBody reads the body of res into a. Requests ask for the identity coding
// alone, but servers and proxies exist that compress whatever they are asked:
// gzip is decompressed. A body in another coding is kept as it came, and
// Answer.Coding names the coding.
func (d *decoder) readBody(a *Answer, res *http.Response) {
	switch coding := contentCoding(res.Header); coding {
	case "":
		a.Body, a.Truncated = readAll(res.Body, res.ContentLength)
	case "gzip", "x-gzip": // the same (RFC 9110, 8.4.1.3)
		a.Body, a.Truncated = gunzip(res.Body)
	default:
		a.Body, a.Truncated = readAll(res.Body, res.ContentLength)
		if len(a.Body) > 0 { // nothing is nothing in any coding
			const most = 40 // characters of a name; the registered ones have at most 13
			a.Coding = cut(cleanMessage(d.redact(coding)), most)
		}
	}
}

// contentCoding is what was done to the body, in lower case; "" for nothing.
// Several codings are in it with commas between.
func contentCoding(h http.Header) string {
	values := h.Values("Content-Encoding")
	if len(values) == 0 {
		return ""
	}
	var codings []string
	for coding := range strings.SplitSeq(strings.Join(values, ","), ",") {
		if coding = strings.ToLower(strings.TrimSpace(coding)); coding != "" && coding != "identity" {
			codings = append(codings, coding)
		}
	}
	return strings.Join(codings, ", ")
}

// readAll reads at most maxBodyBytes. length is how long the body says it is,
// -1 where it does not. truncated says that this was not the whole of it,
// because there was more or because the connection ended.
func readAll(r io.Reader, length int64) (body []byte, truncated bool) {
	if length >= 0 && length <= maxBodyBytes {
		body = make([]byte, length)
		n, err := io.ReadFull(r, body)
		return body[:n], err != nil
	}
	body, err := io.ReadAll(io.LimitReader(r, maxBodyBytes+1))
	if len(body) > maxBodyBytes {
		return body[:maxBodyBytes], true
	}
	return body, err != nil
}

// gunzip reads a body that is said to be gzip: at most maxBodyBytes of it, and
// at most maxBodyBytes come out, so that a bomb takes no more memory than any
// answer. A body that does not begin as gzip does is read as it is: some proxies
// decompress it and leave the header, and some bodies are empty.
func gunzip(r io.Reader) (body []byte, truncated bool) {
	in := bufio.NewReader(io.LimitReader(r, maxBodyBytes+1))
	if magic, _ := in.Peek(2); string(magic) != "\x1f\x8b" {
		return readAll(in, -1)
	}
	unpacked, err := gzip.NewReader(in)
	if err != nil {
		return nil, true
	}
	return readAll(unpacked, -1)
}
