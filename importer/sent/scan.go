package sent

// The scan of JSON text (RFC 8259): where its values end, and that they are
// values at all. It takes what encoding/json's Valid takes, and is one pass
// where that and a search for the members are two.

const (
	jsonSpace = " \t\r\n"
	broken    = -1 // the end of what is no JSON
	// deepest is how many levels of objects and arrays are followed, as many as
	// encoding/json follows.
	deepest = 10000
)

// skipSpace returns where the white space that begins at i ends.
func skipSpace(raw []byte, i int) int {
	for i < len(raw) && (raw[i] == ' ' || raw[i] == '\t' || raw[i] == '\r' || raw[i] == '\n') {
		i++
	}
	return i
}

// valueEnd returns where the value that begins at i ends, or broken. depth is
// how many objects and arrays it stands in.
func valueEnd(raw []byte, i, depth int) int {
	if i >= len(raw) {
		return broken
	}
	switch raw[i] {
	case '"':
		return stringEnd(raw, i)
	case '{':
		return eachMember(raw, i, depth+1, nil)
	case '[':
		return eachElement(raw, i, depth+1, nil)
	case 't':
		return wordEnd(raw, i, "true")
	case 'f':
		return wordEnd(raw, i, "false")
	case 'n':
		return wordEnd(raw, i, "null")
	}
	return numberEnd(raw, i)
}

// eachMember returns where the object that begins at i ends, or broken. each,
// unless it is nil, gets its members, those before a break too.
func eachMember(raw []byte, i, depth int, each func(member)) int {
	if depth > deepest {
		return broken
	}
	if i = skipSpace(raw, i+1); i < len(raw) && raw[i] == '}' {
		return i + 1
	}
	for {
		name := i
		if i = nameEnd(raw, i); i == broken {
			return broken
		}
		colon := skipSpace(raw, i)
		if colon >= len(raw) || raw[colon] != ':' {
			return broken
		}
		value := skipSpace(raw, colon+1)
		end := valueEnd(raw, value, depth)
		if end == broken {
			return broken
		}
		if each != nil {
			each(member{uint32(name + 1), uint32(i - 1), uint32(value), uint32(end)})
		}
		closed, next := listNext(raw, end, '}')
		if closed || next == broken {
			return next
		}
		i = next
	}
}

// eachElement returns where the array that begins at i ends, or broken. each,
// unless it is nil, gets where its elements are, those before a break too.
func eachElement(raw []byte, i, depth int, each func(from, to int)) int {
	if depth > deepest {
		return broken
	}
	if i = skipSpace(raw, i+1); i < len(raw) && raw[i] == ']' {
		return i + 1
	}
	for {
		end := valueEnd(raw, i, depth)
		if end == broken {
			return broken
		}
		if each != nil {
			each(i, end)
		}
		closed, next := listNext(raw, end, ']')
		if closed || next == broken {
			return next
		}
		i = next
	}
}

// listNext looks at what follows a member or an element, which ended at i: the
// closing bracket, and then next is behind it, or a comma, and then next is
// where the next one begins.
func listNext(raw []byte, i int, bracket byte) (closed bool, next int) {
	if i = skipSpace(raw, i); i >= len(raw) {
		return false, broken
	}
	switch raw[i] {
	case bracket:
		return true, i + 1
	case ',':
		return false, skipSpace(raw, i+1)
	}
	return false, broken
}

// nameEnd is stringEnd for what may be something else.
func nameEnd(raw []byte, i int) int {
	if i >= len(raw) || raw[i] != '"' {
		return broken
	}
	return stringEnd(raw, i)
}

// stringEnd returns where the string that begins at i ends, or broken.
func stringEnd(raw []byte, i int) int {
	for i++; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '"':
			return i + 1
		case c == '\\':
			if i = escapeEnd(raw, i) - 1; i < 0 {
				return broken
			}
		case c < ' ':
			return broken
		}
	}
	return broken
}

// escapeEnd returns where the escape that begins at i ends, or broken.
func escapeEnd(raw []byte, i int) int {
	if i+1 >= len(raw) {
		return broken
	}
	switch raw[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2
	case 'u':
		const digits = 4
		for n := range digits {
			if at := i + 2 + n; at >= len(raw) || !isHex(raw[at]) {
				return broken
			}
		}
		return i + 2 + digits
	}
	return broken
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// wordEnd returns where the word that begins at i ends, or broken.
func wordEnd(raw []byte, i int, word string) int {
	if end := i + len(word); end <= len(raw) && string(raw[i:end]) == word {
		return end
	}
	return broken
}

// numberEnd returns where the number that begins at i ends, or broken.
func numberEnd(raw []byte, i int) int {
	if i < len(raw) && raw[i] == '-' {
		i++
	}
	whole := digitsEnd(raw, i)
	if whole == i || raw[i] == '0' && whole > i+1 {
		return broken
	}
	if i = whole; i < len(raw) && raw[i] == '.' {
		fraction := i + 1
		if i = digitsEnd(raw, fraction); i == fraction {
			return broken
		}
	}
	if i < len(raw) && (raw[i] == 'e' || raw[i] == 'E') {
		if i++; i < len(raw) && (raw[i] == '+' || raw[i] == '-') {
			i++
		}
		exponent := i
		if i = digitsEnd(raw, exponent); i == exponent {
			return broken
		}
	}
	return i
}

func digitsEnd(raw []byte, i int) int {
	for i < len(raw) && raw[i] >= '0' && raw[i] <= '9' {
		i++
	}
	return i
}
