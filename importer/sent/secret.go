package sent

import (
	"encoding/base64"
	"net/url"
	"slices"
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
// servers and proxies echo requests. It is found whole, in parts, escaped for a
// URL and in base64. The zero secret is found nowhere.
type secret struct {
	key   string
	parts []string // consecutive pieces of the key
	forms []string // the key in other encodings
}

func newSecret(key string) secret {
	if len(key) < shortestSecret {
		return secret{}
	}
	s := secret{key: key}
	for at := 0; at+partLength <= len(key); at += partLength {
		s.parts = append(s.parts, key[at:at+partLength])
	}
	for _, form := range append(base64Forms(key), url.QueryEscape(key), url.PathEscape(key)) {
		if form != key && !slices.Contains(s.forms, form) {
			s.forms = append(s.forms, form)
		}
	}
	return s
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
	if !s.holds(text) {
		return text
	}
	for _, form := range s.forms {
		text = strings.ReplaceAll(text, form, redacted)
	}
	for from := 0; ; {
		at, end := s.find(text, from)
		if at < 0 {
			return text
		}
		text = text[:at] + redacted + text[end:]
		from = at + len(redacted)
	}
}

// find returns the first place after from that holds the key, or at least
// shortestPart of it; at is -1 if there is none.
func (s secret) find(text string, from int) (at, end int) {
	for i, part := range s.parts {
		for next := from; ; next = at + 1 {
			found := strings.Index(text[next:], part)
			if found < 0 {
				break
			}
			at, end = next+found, next+found+partLength
			for k := i * partLength; at > from && k > 0 && text[at-1] == s.key[k-1]; k-- {
				at--
			}
			for k := (i + 1) * partLength; end < len(text) && k < len(s.key) && text[end] == s.key[k]; k++ {
				end++
			}
			if end-at >= min(shortestPart, len(s.key)) {
				return at, end
			}
			at = next + found
		}
	}
	return -1, -1
}

// holds reports whether the text has the key, or a part of it, in any form.
func (s secret) holds(text string) bool {
	if len(text) < min(shortestPart, len(s.key)) {
		return false
	}
	if at, _ := s.find(text, 0); at >= 0 {
		return true
	}
	return slices.ContainsFunc(s.forms, func(form string) bool { return strings.Contains(text, form) })
}
