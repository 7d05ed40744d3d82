package source

import (
	"bytes"
	"strings"
	"unicode"
)

// refuseText returns an error for formats that are text and that people mistake for
// CSV, by the beginning of the decoded text. Programs save HTML under the name .xls.
func refuseText(head []byte) error {
	head = bytes.TrimLeftFunc(head, func(r rune) bool { return unicode.IsSpace(r) || string(r) == byteOrderMark })
	switch {
	case isMarkup(head):
		return foreign("a web page or XML, whatever its name ends in")
	case isWebArchive(head):
		return foreign("a web archive (.mht), whatever its name ends in")
	case hasPrefixFold(head, "begin:vcard"):
		return unlike("a vCard file")
	case bytes.HasPrefix(head, []byte("[{")), bytes.HasPrefix(head, []byte("{\"")):
		return unlike("JSON")
	}
	return nil
}

// isMarkup reports whether a text is HTML or XML. A header may be a name in angle
// brackets, as templates write it: <phone>.
func isMarkup(head []byte) bool {
	for _, begin := range []string{"<!", "</", "<?xml", "<html", "<table"} {
		if hasPrefixFold(head, begin) {
			return true
		}
	}
	if !bytes.HasPrefix(head, []byte("<")) {
		return false
	}
	name := head[1:]
	n := bytes.IndexFunc(name, func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') })
	if n < 0 || !isElement(string(name[:n])) {
		return false
	}
	after := name[n:]
	if after[0] != '>' {
		return after[0] == '/' || unicode.IsSpace(rune(after[0]))
	}
	return len(after) == 1 || !strings.ContainsRune(string(delimiters()), rune(after[1])) // <title>,<phone>
}

// isElement reports whether a name is that of an element with which HTML, or a piece of
// it, begins.
func isElement(name string) bool {
	switch strings.ToLower(name) {
	case "head", "meta", "title", "base", "link", "style", "script", "noscript", "body", "div", "center", "font", "span", "p", "br", "hr", "a", "b", "i", "u", "em", "strong",
		"h1", "h2", "h3", "h4", "h5", "h6", "pre", "form", "img", "iframe", "ul", "ol", "dl", "li", "section", "main", "article", "header", "nav", "caption", "col", "colgroup",
		"thead", "tbody", "tfoot", "tr", "td", "th", "xml":
		return true
	}
	return false
}

// isWebArchive reports whether a text begins as a message does (RFC 5322), with
// MIME-Version among the first lines: Excel and browsers save web pages so.
func isWebArchive(head []byte) bool {
	for line := range bytes.Lines(head) {
		name, _, field := bytes.Cut(line, []byte(":"))
		switch {
		case field && bytes.EqualFold(name, []byte("MIME-Version")):
			return true
		case line[0] == ' ', line[0] == '\t': // the line before goes on
		case !field || bytes.ContainsAny(name, " ,;\t|\""):
			return false
		}
	}
	return false
}

func hasPrefixFold(text []byte, prefix string) bool {
	return len(text) >= len(prefix) && bytes.EqualFold(text[:len(prefix)], []byte(prefix))
}
