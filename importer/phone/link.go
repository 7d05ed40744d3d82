package phone

import (
	"net/url"
	"strings"
)

// cutLink returns the number in a link: tel:, sms:, callto: and WhatsApp links.
// Other texts stay. The calling code of a tel: link can be a separate parameter
// (";phone-context=+44"), which is put before the number.
func cutLink(text string) string {
	lower := strings.ToLower(text)
	for _, scheme := range []string{"tel:", "sms:", "smsto:", "callto:"} {
		if strings.HasPrefix(lower, scheme) {
			return unescape(cutContext(cutQuery(strings.TrimLeft(text[len(scheme):], "/"))))
		}
	}
	lower = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(lower, "https://"), "http://"), "www.")
	for _, link := range []string{"wa.me/", "api.whatsapp.com/send", "whatsapp://send", "web.whatsapp.com/send"} {
		rest, ok := strings.CutPrefix(lower, link)
		if !ok {
			continue
		}
		if _, query, found := strings.Cut(rest, "phone="); found {
			rest, _, _ = strings.Cut(query, "&")
		}
		rest = strings.Trim(unescape(cutQuery(rest)), "/ +")
		if rest == "" || !isDigit(rest[0]) {
			return text
		}
		return "+" + rest // WhatsApp links always have the calling code, and never a +
	}
	return text
}

func cutQuery(text string) string {
	text, _, _ = strings.Cut(text, "?")
	return text
}

// cutContext puts the calling code of a tel: link's phone-context before its number
// (RFC 3966, section 5.1.5). A context that is a domain is ignored.
func cutContext(text string) string {
	const parameter = ";phone-context="
	at := strings.Index(strings.ToLower(text), parameter)
	if at < 0 {
		return text
	}
	context, more, _ := strings.Cut(text[at+len(parameter):], ";")
	if more != "" {
		more = ";" + more
	}
	number := text[:at] + more
	if strings.HasPrefix(context, "+") && !strings.HasPrefix(number, "+") {
		return context + " " + number
	}
	return number
}

// unescape decodes the percent signs of a link: %2B is a +.
func unescape(text string) string {
	if plain, err := url.PathUnescape(text); err == nil {
		return plain
	}
	return text
}
