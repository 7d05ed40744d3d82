package source

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding/htmlindex"
)

// contacts is the one list that all variants hold.
func contacts() [][]string {
	return [][]string{
		{"Nom", "Téléphone", "Pays", "Note"},
		{"Zoë, Dr.", "+33612345678", "FR", "a \"quoted\", word"},
		{"Jürgen", "0151 23456789", "DE", "two\nlines; and more"},
		{"Ann", "", "", ""},
		{"", "+14155552671", "US", "tab\tbar|"},
	}
}

// variant is one way to write the contacts.
type variant struct {
	name string
	file []byte
	o    Options
}

// writeCSV writes the contacts; eol ends each record, and with quote every cell
// is quoted.
func writeCSV(comma rune, eol string, quote bool) string {
	var b strings.Builder
	for _, rec := range contacts() {
		var line bytes.Buffer
		w := csv.NewWriter(&line)
		w.Comma = comma
		_ = w.Write(rec) // a bytes.Buffer returns no error
		w.Flush()
		text := strings.TrimSuffix(line.String(), "\n")
		if quote {
			cells := make([]string, len(rec))
			for i, c := range rec {
				cells[i] = `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
			}
			text = strings.Join(cells, string(comma))
		}
		b.WriteString(text + eol)
	}
	return b.String()
}

func utf16Bytes(text string, big bool) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(text)) {
		if big {
			out = binary.BigEndian.AppendUint16(out, u)
		} else {
			out = binary.LittleEndian.AppendUint16(out, u)
		}
	}
	return out
}

func encoded(t testing.TB, name, text string) []byte {
	t.Helper()
	enc, err := htmlindex.Get(name)
	if err != nil {
		t.Fatal(err)
	}
	out, err := enc.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// smallBzip2 is "phone\n+14155552671\n" by bzip2 1.0.8: the standard library
// cannot write the format.
const smallBzip2 = "QlpoOTFBWSZTWX6JHKEAAAnZgEAQAAg3gAJBwAAgADEAAApgGkekiHE3UV1LHiT/RdyRThQkH6JHKEA="

// pack compresses; "" leaves the bytes alone. bzip2 gives smallBzip2.
func pack(t testing.TB, how string, file []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	var w io.WriteCloser
	var err error
	switch how {
	case "":
		return file
	case "bzip2":
		packed, err := base64.StdEncoding.DecodeString(smallBzip2)
		if err != nil {
			t.Fatal(err)
		}
		return packed
	case "gzip":
		w = gzip.NewWriter(&out)
	case "zstd":
		w, err = zstd.NewWriter(&out)
	case "zip":
		return zipOf(t, zipFile{name: "contacts.csv", method: zip.Deflate, body: file})
	default:
		t.Fatalf("no packing %q", how)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(file); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// variants returns the contacts in every variant that must not matter.
func variants(t testing.TB) []variant {
	var all []variant
	add := func(name string, file []byte, o Options) { all = append(all, variant{name, file, o}) }
	for comma, delimiter := range map[rune]string{',': "comma", ';': "semicolon", '\t': "tab", '|': "bar"} {
		for eol, end := range map[string]string{"\n": "LF", "\r\n": "CRLF", "\r": "CR"} {
			for _, quote := range []bool{false, true} {
				text := writeCSV(comma, eol, quote)
				name := fmt.Sprintf("%s %s quotes:%v ", delimiter, end, quote)
				add(name+"UTF-8", []byte(text), Options{})
				add(name+"UTF-8 with BOM", []byte("\ufeff"+text), Options{})
				add(name+"UTF-16LE with BOM", utf16Bytes("\ufeff"+text, false), Options{})
				add(name+"UTF-16BE with BOM", utf16Bytes("\ufeff"+text, true), Options{})
				add(name+"UTF-16LE", utf16Bytes(text, false), Options{})
				add(name+"Windows-1252", encoded(t, "windows-1252", text), Options{})
				add(name+"ISO-8859-15, told", encoded(t, "iso-8859-15", text), Options{Encoding: "iso-8859-15"})
				add(name+"sep line", []byte("sep="+string(comma)+eol+text), Options{})
				add(name+"no final line end", []byte(strings.TrimSuffix(text, eol)), Options{})
				add(name+"blank lines", []byte(eol+eol+strings.ReplaceAll(text, eol, eol)+eol+eol), Options{})
				add(name+"two BOMs", []byte("\ufeff\ufeff"+text), Options{})
				add(name+"Ctrl-Z", []byte(text+"\x1a"), Options{})
				add(name+"title lines", []byte("Report"+eol+"of \"May"+eol+eol+text), Options{SkipLines: 3})
				add(name+"sep line above titles", []byte("sep="+string(comma)+eol+"Report"+eol+text), Options{SkipLines: 2})
				add(name+"a cell too many", []byte(ragged(comma, eol, func(cells string) string { return cells + string(comma) })), Options{})
				add(name+"no blank cells at the end", []byte(ragged(comma, eol, func(cells string) string { return strings.TrimSuffix(cells, strings.Repeat(string(comma), 2)) })), Options{})
				for _, how := range []string{"gzip", "zstd", "zip"} {
					add(name+how, pack(t, how, []byte(text)), Options{})
				}
			}
		}
	}
	text := writeCSV(',', "\n", false)
	add("gzip in zip", pack(t, "zip", pack(t, "gzip", []byte(text))), Options{})
	add("told delimiter", []byte(writeCSV('^', "\r\n", false)), Options{Delimiter: '^'})
	add("backslashes before quotes", []byte(strings.Replace(writeCSV(',', "\n", true), `""quoted""`, `\"quoted\"`, 1)), Options{})
	add("two gzip members", append(pack(t, "gzip", []byte(text[:40])), pack(t, "gzip", []byte(text[40:]))...), Options{})
	all = append(all, workbookVariants(t)...)
	slices.SortFunc(all, func(a, b variant) int { return strings.Compare(a.name, b.name) })
	return all
}

// ragged writes the contacts with another end of each row.
func ragged(comma rune, eol string, end func(cells string) string) string {
	header, rows, _ := strings.Cut(writeCSV(comma, eol, false), eol)
	text := header + eol
	for row := range strings.SplitSeq(strings.TrimSuffix(rows, eol), eol) {
		if !strings.HasSuffix(row, "two") { // a line break in a cell
			row = end(row)
		}
		text += row + eol
	}
	return text
}

// withoutBlanks are the cells without blank ones at the end.
func withoutBlanks(cells []string) []string {
	for len(cells) > 0 && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	return cells
}

// TestVariants reads one contact list in every variant.
func TestVariants(t *testing.T) {
	want := contacts()
	for _, d := range variants(t) {
		t.Run(d.name, func(t *testing.T) {
			got, err := readAll(d.file, d.o)
			if err != nil {
				t.Fatalf("got %v", err)
			}
			if !slices.Equal(got.Header, want[0]) {
				t.Errorf("got header %q, want %q", got.Header, want[0])
			}
			if len(got.Rows) != len(want)-1 {
				t.Fatalf("got %d rows, want %d", len(got.Rows), len(want)-1)
			}
			for i, row := range got.Rows {
				rec := want[i+1]
				if row.Malformed != "" || !slices.Equal(withoutBlanks(row.Record), withoutBlanks(rec)) || row.Phone != rec[1] || row.Region != rec[2] {
					t.Errorf("got %+v, want the cells %q", row, rec)
				}
			}
		})
	}
}

// export is how a program writes contacts: its header, and which of its columns
// hold those of contacts().
type export struct {
	name   string
	header []string
	phone  int
	region int
}

func exports() []export {
	parse := func(name, header, phone, region string) export {
		cells := strings.Split(header, "|")
		return export{name, cells, slices.Index(cells, phone), slices.Index(cells, region)}
	}
	return []export{
		parse("Google Contacts", "First Name|Last Name|Phone 1 - Label|Phone 1 - Value|Phone 2 - Label|Phone 2 - Value|Address 1 - Country", "Phone 1 - Value", "Address 1 - Country"),
		parse("Outlook", "First Name|Company|Business Phone|Home Phone|Mobile Phone|Other Phone|Home Country/Region", "Mobile Phone", "Home Country/Region"),
		parse("HubSpot", "Record ID|First Name|Phone Number|Mobile Phone Number|Country/Region", "Mobile Phone Number", "Country/Region"),
		parse("Salesforce", "Id|Name|Phone|Fax|MobilePhone|MailingCountry", "MobilePhone", "MailingCountry"),
		parse("Shopify", "First Name|Email|Default Address Country Code|Default Address Phone|Phone|Total Spent", "Phone", "Default Address Country Code"),
		parse("Mailchimp", "Email Address|First Name|Phone Number|SMS Phone Number|Country", "SMS Phone Number", "Country"),
		parse("Klaviyo", "Email|First Name|Phone Number|Country|Profile ID", "Phone Number", "Country"),
	}
}

// write writes the contacts with the export's columns; others are empty.
func (e export) write(comma rune) string {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Comma = comma
	_ = w.Write(e.header) // a bytes.Buffer returns no error
	for _, rec := range contacts()[1:] {
		cells := make([]string, len(e.header))
		cells[0], cells[e.phone], cells[e.region] = rec[0], rec[1], rec[2]
		_ = w.Write(cells)
	}
	w.Flush()
	return b.String()
}

// TestVariantsOfExports reads the contact list as seven programs export it, in
// five variants each.
func TestVariantsOfExports(t *testing.T) {
	for _, e := range exports() {
		for name, file := range map[string][]byte{
			"UTF-8 with BOM": []byte("\ufeff" + e.write(',')),
			"semicolon":      []byte(e.write(';')),
			"UTF-16LE tab":   utf16Bytes("\ufeff"+e.write('\t'), false),
			"Windows-1252":   encoded(t, "windows-1252", e.write(';')),
			"gzip":           pack(t, "gzip", []byte(e.write(','))),
			"workbook":       workbookOf(t, ofCells("Sheet1", cellsOf(t, e.write(',')))),
		} {
			t.Run(e.name+" "+name, func(t *testing.T) {
				got, err := readAll(file, Options{})
				if err != nil {
					t.Fatal(err)
				}
				want := contacts()[1:]
				if len(got.Rows) != len(want) {
					t.Fatalf("got %d rows, want %d", len(got.Rows), len(want))
				}
				for i, row := range got.Rows {
					if row.Phone != want[i][1] || row.Region != want[i][2] || row.Record[0] != want[i][0] {
						t.Errorf("row %d: got phone %q in %q of %q, want %q", i+1, row.Phone, row.Region, row.Record[0], want[i])
					}
				}
			})
		}
	}
}
