package sent

import (
	"bufio"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
)

// maxBodyBytes bounds how much of a body is read, before and after decompression.
// An answer about one contact has less than 2 KB, a page of a hundred about
// 100 KB.
const maxBodyBytes = 1 << 20

// readBody reads the body of res into a. Requests ask for the identity coding,
// but some servers and proxies compress all the same: gzip is decompressed. A
// body in another coding is kept as it came, and Answer.Coding names the coding.
func (d *decoder) readBody(a *Answer, res *http.Response) {
	switch coding := contentCoding(res.Header); coding {
	case "":
		a.Body, a.Truncated = readAll(res.Body, res.ContentLength)
	case "gzip", "x-gzip": // the same (RFC 9110, 8.4.1.3)
		a.Body, a.Truncated = gunzip(res.Body)
	default:
		a.Body, a.Truncated = readAll(res.Body, res.ContentLength)
		if len(a.Body) > 0 { // an empty body is empty in any coding
			const most = 40 // characters of a name; the registered ones have at most 13
			a.Coding = cut(cleanMessage(d.redact(coding)), most)
		}
	}
}

// contentCoding is the body's codings in lower case, separated by commas, without
// identity; "" for none.
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

// readAll reads at most maxBodyBytes. length is the body's Content-Length, -1 for
// an unknown one. truncated says that the body is incomplete, because there was
// more or because the connection ended.
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

// gunzip reads a body whose header says gzip: at most maxBodyBytes in and at most
// maxBodyBytes out, so that a gzip bomb takes no more memory than any answer. A
// body that does not begin like gzip is read as it is: some proxies decompress
// the body and keep the header, and some bodies are empty.
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
