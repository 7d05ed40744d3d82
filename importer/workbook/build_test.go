package workbook

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

// book is a workbook made by hand.
type book struct {
	sheet  string // what stands in <sheetData>
	before string // what stands before it
	texts  string // what stands in <sst>
	styles string // what stands in <styleSheet>
	more   map[string]string
}

const (
	ns       = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	relsNS   = `xmlns="http://schemas.openxmlformats.org/package/2006/relationships"`
	typesURL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
)

// parts returns the files of the workbook; those of more are added, or replace one.
func (b book) files() map[string]string {
	files := map[string]string{
		"[Content_Types].xml":      `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"_rels/.rels":              `<Relationships ` + relsNS + `><Relationship Id="a" Type="` + typesURL + `officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":          `<workbook ` + ns + `><sheets><sheet name="List" sheetId="1" r:id="s1"/></sheets></workbook>`,
		"xl/worksheets/sheet1.xml": `<?xml version="1.0" encoding="UTF-8"?><worksheet ` + ns + `>` + b.before + `<sheetData>` + b.sheet + `</sheetData></worksheet>`,
		"xl/sharedStrings.xml":     `<sst ` + ns + `>` + b.texts + `</sst>`,
		"xl/styles.xml":            `<styleSheet ` + ns + `>` + b.styles + `</styleSheet>`,
		"xl/_rels/workbook.xml.rels": `<Relationships ` + relsNS + `>` +
			`<Relationship Id="s1" Type="` + typesURL + `worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="s2" Type="` + typesURL + `sharedStrings" Target="sharedStrings.xml"/>` +
			`<Relationship Id="s3" Type="` + typesURL + `styles" Target="/xl/styles.xml"/></Relationships>`,
	}
	for name, content := range b.more {
		if files[name] = content; content == "" {
			delete(files, name)
		}
	}
	return files
}

func zipped(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, content := range files {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// readBytes reads all rows of the first sheet.
func readBytes(content []byte, dir string) ([]Row, error) {
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, fmt.Errorf("zip: %w", err) // of the archive, which the caller opens
	}
	b, err := Open(archive, int64(len(content)), Options{TempDir: dir})
	if err != nil {
		return nil, err
	}
	rows, err := readSheet(b, 0)
	return rows, errors.Join(err, b.Finish(), b.Close())
}

func openBytes(t testing.TB, content []byte) *Book {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	b, err := Open(archive, int64(len(content)), Options{TempDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func readSheet(b *Book, sheet int) ([]Row, error) {
	if sheet >= len(b.Sheets()) {
		return nil, nil
	}
	r, err := b.Rows(sheet)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var rows []Row
	for {
		row, err := r.Next()
		if err == io.EOF {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		rows = append(rows, row)
	}
}

func (b book) read(t testing.TB) ([]Row, error) {
	t.Helper()
	return readBytes(zipped(t, b.files()), t.TempDir())
}

// show writes rows as "1: a|b; 3: c".
func show(rows []Row) string {
	var all []string
	for _, r := range rows {
		all = append(all, fmt.Sprintf("%d: %s", r.Number, strings.Join(r.Cells, "|")))
	}
	return strings.Join(all, "; ")
}

// row writes a row with these cells, each the content of a <c>, with its attributes.
func row(number int, cells ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<row r="%d">`, number)
	for i, c := range cells {
		fmt.Fprintf(&b, `<c r="%c%d"%s</c>`, 'A'+i, number, c)
	}
	return b.String() + `</row>`
}
