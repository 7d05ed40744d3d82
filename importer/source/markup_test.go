package source

import (
	"errors"
	"strings"
	"testing"
)

// TestMarkupIsRefused: what programs save as .xls, from whichever tag it begins, in both
// versions of the rules.
func TestMarkupIsRefused(t *testing.T) {
	rest := "<table>\r\n<tr><td>Phone</td><td>Name</td></tr>\r\n<tr><td>+14155552671</td><td>Lee, Ann</td></tr></table>"
	for _, begin := range []string{
		"<meta http-equiv=\"content-type\" content=\"text/html; charset=utf-8\">\n", "<style>td{mso-number-format:\"\\@\"}</style>", "<!-- x -->\n", "<!doctype html>", "<div>", "<DIV\nclass=x>",
		"<head>", "<head>\n\t<title>x</title>", "<title>Contacts</title>", "<center>", "<script>", "<b>List</b>", "<br/>", "</p>", "<tr><td>Phone", "<h1>List</h1>", "\ufeff<meta>", " \r\n\ufeff <body>", "<xml>",
		"<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\">", "<table>,", "<?xml version=\"1.0\"?>",
		"MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\nContent-Type: multipart/related; boundary=\"x\"\r\n\r\n",
		"\ufeffmime-version:1.0\n",
		"From: <Saved by Blink>\r\nSubject: =?utf-8?Q?a?=\r\n =?utf-8?Q?b?=\r\nMIME-Version: 1.0\r\n\r\n",
	} {
		for version := range 3 {
			if _, err := readAll(begin+rest, Options{Version: version}); !errors.Is(err, ErrNotTable) || !strings.Contains(err.Error(), "save it as") {
				t.Errorf("%q, version %d: got %v, want ErrNotTable", begin, version, err)
			}
		}
	}
	if _, err := readAll(utf16Bytes("\ufeff<meta charset=utf-16>"+rest, false), Options{}); !errors.Is(err, ErrNotTable) {
		t.Errorf("in UTF-16: got %v, want ErrNotTable", err)
	}
}

// TestHeadersLikeMarkup are headers of lists.
func TestHeadersLikeMarkup(t *testing.T) {
	for _, header := range []string{
		"<phone>,<name>", "<name>,<phone>", "<phone>", "<title>,<phone>", "<p>;phone", "<b>\tphone", "<Phone number>,<a>", "<div,phone", "<1>,phone", "<>,phone", "< div>,phone", "<person id>,phone",
		"Subject: x,phone", "from: x;phone;MIME-Version: 1.0", "\"MIME-Version: 1.0\",phone",
	} {
		if got, err := readAll(header+"\n1,2,3\n", Options{PhoneColumns: []string{"1"}}); err != nil || len(got.Rows) != 1 {
			t.Errorf("%q: got %d rows, %v", header, len(got.Rows), err)
		}
	}
	wantPhones(t, mustRead(t, "<phone>,<name>\n+14155552671,Ann\n", Options{}), "+14155552671")
	wantPhones(t, mustRead(t, "<!-- made on Monday -->\nphone,name\n+14155552671,Ann\n", Options{SkipLines: 1}), "+14155552671")
}
