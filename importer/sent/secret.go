package sent

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
)

const (
	// shortestSecret is the length from which on a key is taken out of texts. What
	// is shorter than any real key would take common words apart.
	shortestSecret = 8
	// partLength is the length of the pieces by which a part of a key is found:
	// so a part is found that has at least twice as many characters.
	partLength = 8
	// shortestPart is how much of a key that is found so must be in a text. Less
	// can be there by chance, such as a part of a UUID in another one.
	shortestPart = 14

	// longestText is how much is looked at and left of a text. No report shows as
	// much, and it bounds the work that a text full of keys makes.
	longestText = 16 << 10

	redacted = "[key]"
)

// secret is an API key, as it is looked for in what a server says: servers,
// proxies and their logs echo requests. It is found as it is, in parts, escaped
// for a URL and in base64. The zero secret is found nowhere.
type secret struct {
	key   string
	parts []string // of the key, one behind the other
	forms []string // in which the key is not itself
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

// base64Forms are the middles that the key has in base64: they depend on what
// stands before it, which three bytes more or less do not change.
func base64Forms(key string) (forms []string) {
	const bits, byteBits = 6, 8
	for before := range 3 {
		first := (before*byteBits + bits - 1) / bits    // the first character that only the key decides
		behind := (before + len(key)) * byteBits / bits // and the one behind the last
		text := []byte(strings.Repeat("\x00", before) + key)
		for _, alphabet := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			forms = append(forms, alphabet.EncodeToString(text)[first:behind])
		}
	}
	return forms
}

// redact takes the key out of a text, of which it leaves longestText at most.
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

// find returns where the key, or as much of it as cannot be chance, is in the
// text behind from; at is -1 if it is nowhere.
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

// holds reports whether the text shows the key.
func (s secret) holds(text string) bool {
	if len(text) < min(shortestPart, len(s.key)) {
		return false
	}
	if at, _ := s.find(text, 0); at >= 0 {
		return true
	}
	return slices.ContainsFunc(s.forms, func(form string) bool { return strings.Contains(text, form) })
}
