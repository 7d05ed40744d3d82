package sent

import (
	"encoding/base64"
	"encoding/hex"
	"iter"
	"strings"
)

const (
	// shortestSecret is the smallest length, in bytes, of a key that is removed
	// from texts. No real key is shorter, and a shorter one could be part of
	// common words.
	shortestSecret = 8
	// partLength is the length of the pieces of the key that are searched for. A
	// part of the key that is twice as long always holds a whole piece.
	partLength = 8
	// shortestPart is how much of the key around a piece must be in a text. Less
	// can be there by chance, such as a part of a UUID in another UUID.
	shortestPart = 14

	// longestText is how much of a text, in bytes, is searched and kept. No report
	// shows as much, and it bounds the work for a text full of keys.
	longestText = 16 << 10

	redacted = "[key]"
)

// secret is an API key that is searched for in the texts of a server, because
// servers and proxies echo requests. It is found whole and in parts, in upper and
// lower case, percent-encoded and in base64. The zero secret is found nowhere.
type secret struct {
	key   string   // in lower case
	forms []string // in base64
}

func newSecret(key string) secret {
	if len(key) < shortestSecret {
		return secret{}
	}
	return secret{key: lowerASCII(key), forms: base64Forms(key)}
}

// base64Forms are the key in base64 without the characters at its ends that
// depend on the bytes around it. There are three, one for each position of the
// key in a group of three bytes.
func base64Forms(key string) (forms []string) {
	const bits, byteBits = 6, 8
	for before := range 3 {
		first := (before*byteBits + bits - 1) / bits    // the first character that depends on the key alone
		behind := (before + len(key)) * byteBits / bits // and the one after the last
		text := []byte(strings.Repeat("\x00", before) + key)
		for _, alphabet := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			forms = append(forms, alphabet.EncodeToString(text)[first:behind])
		}
	}
	return forms
}

// redact replaces the key in a text and cuts the text to longestText.
func (s secret) redact(text string) string {
	text = text[:min(len(text), longestText)]
	hidden := s.hidden(text)
	if hidden == nil {
		return text
	}
	var b strings.Builder
	for i := range len(text) {
		switch {
		case !hidden[i]:
			b.WriteByte(text[i])
		case i == 0 || !hidden[i-1]:
			b.WriteString(redacted)
		}
	}
	return b.String()
}

// holds reports whether the text has the key, or a part of it, in any form.
func (s secret) holds(text string) bool { return s.hidden(text) != nil }

// hidden returns for each byte of the text whether it is part of the key, or nil if
// none is.
func (s secret) hidden(text string) (hidden []bool) {
	if s.key == "" || len(text) < min(shortestPart, len(s.key)) {
		return nil
	}
	hide := func(begin, end int) {
		if hidden == nil {
			hidden = make([]bool, len(text))
		}
		for i := begin; i < end; i++ {
			hidden[i] = true
		}
	}
	s.find(text, hide)
	if strings.Contains(text, "%") {
		decoded, at := percentDecode(text)
		s.find(decoded, func(begin, end int) { hide(at[begin], at[end]) })
	}
	return hidden
}

// find calls found for each place of the text that holds the key, or at least
// shortestPart of it. Places overlap.
func (s secret) find(text string, found func(begin, end int)) {
	for _, form := range s.forms {
		for at := range indexes(text, form) {
			found(at, at+len(form))
		}
	}
	text = lowerASCII(text)
	for from := 0; from+partLength <= len(s.key); from += partLength {
		to := from + partLength
		for at := range indexes(text, s.key[from:to]) {
			begin, end := at, at+partLength
			for k := from; begin > 0 && k > 0 && text[begin-1] == s.key[k-1]; k-- {
				begin--
			}
			for k := to; end < len(text) && k < len(s.key) && text[end] == s.key[k]; k++ {
				end++
			}
			if end-begin >= min(shortestPart, len(s.key)) {
				found(begin, end)
			}
		}
	}
}

// indexes are all places of the part in the text.
func indexes(text, part string) iter.Seq[int] {
	return func(yield func(int) bool) {
		for next := 0; ; next++ {
			i := strings.Index(text[next:], part)
			if i < 0 || !yield(next+i) {
				return
			}
			next += i
		}
	}
}

// percentDecode decodes each percent-encoded byte of the text. at is where each byte
// of the result, and its end, is in the text.
func percentDecode(text string) (decoded string, at []int) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		at = append(at, i)
		if text[i] == '%' && i+2 < len(text) {
			if c, err := hex.DecodeString(text[i+1 : i+3]); err == nil {
				b.Write(c)
				i += 2
				continue
			}
		}
		b.WriteByte(text[i])
	}
	return b.String(), append(at, len(text))
}

// lowerASCII turns ASCII letters into lower case, so that the length stays.
func lowerASCII(text string) string {
	b := []byte(text)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c - 'A' + 'a'
		}
	}
	return string(b)
}
