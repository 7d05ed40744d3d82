package workbook

import (
	"archive/zip"
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"sent-import/importer/testenv"
)

// FuzzWorkbook reads any sheet, shared texts, styles and workbook part, and any bytes as
// a whole archive: there is no panic, the rows are in order and within the limits of the
// package, and every error is one of damage.
func FuzzWorkbook(f *testing.F) {
	f.Add([]byte(row(1, ` t="s"><v>0</v>`, ` s="0"><v>447900900123</v>`, ` t="inlineStr"><is><t>x</t></is>`)), []byte("<si><t>Phone</t></si>"), []byte(formats("00000000000", "id 14")), []byte(`<sheet name="List" sheetId="1" r:id="s1"/>`), []byte(nil))
	f.Add([]byte(`<row><c><f>1</f></c><c r="XFD1"><v>1E5</v></c></row>`), []byte("<si><r><t>a_x0041_</t></r><rPh/></si>"), []byte(formats("[<=9]0;\"+\"0", "yyyy")), []byte(`<sheet state="hidden" r:id="s1"/>`), []byte(nil))
	books, err := filepath.Glob("testdata/*.xlsx")
	if err != nil || len(books) == 0 {
		f.Fatal("no workbooks", err)
	}
	for _, path := range books {
		content, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(nil), []byte(nil), []byte(nil), []byte(nil), content)
	}
	f.Fuzz(func(t *testing.T, sheet, texts, styles, sheets, whole []byte) {
		if len(whole) == 0 {
			whole = zipped(t, book{sheet: string(sheet), texts: string(texts), styles: string(styles), more: map[string]string{
				"xl/workbook.xml": `<workbook ` + ns + `><sheets>` + string(sheets) + `</sheets></workbook>`,
			}}.files())
		}
		rows, err := readBytes(whole, t.TempDir())
		if err != nil && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNoCells) && !strings.HasPrefix(err.Error(), "zip: ") {
			t.Errorf("got %v, want ErrDamaged", err)
		}
		last := 0
		for _, r := range rows {
			size := 0
			for _, c := range r.Cells {
				size += len(c)
			}
			if r.Number <= last || r.Number > maxRows || len(r.Cells) > maxColumns || len(r.Cells) == 0 || size > maxRow {
				t.Errorf("got row %d after row %d with %d cells of %d bytes", r.Number, last, len(r.Cells), size)
			}
			last = r.Number
		}
	})
}

// TestHostileWorkbooks holds that what is small stays small.
func TestHostileWorkbooks(t *testing.T) {
	long := strings.Repeat("x", 60<<10)
	for name, b := range map[string]book{
		"a text repeated":        {texts: "<si><t>" + long + "</t></si>", sheet: many(4000, func(n int) string { return row(n, ` t="s"><v>0</v>`) })},
		"a text repeated in one": {texts: "<si><t>" + strings.Repeat(long, 17) + "</t></si>", sheet: `<row r="1">` + strings.Repeat(`<c t="s"><v>0</v></c>`, 16000) + `</row>`},
		"cells far to the right": {sheet: many(9000, func(n int) string { return `<row><c r="XFD` + strconv.Itoa(n) + `"><v>1</v></c></row>` })},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := openBytes(t, zipped(t, b.files())).Rows(0)
			n := 0
			for ; err == nil; n++ {
				_, err = r.Next()
			}
			if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "far more") {
				t.Errorf("got %d rows, %v", n, err)
			}
		})
	}
	t.Run("all cells declared", func(t *testing.T) {
		b := book{before: `<dimension ref="A1:XFD1048576"/>`, sheet: `<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>2</v></c></row>`}
		if rows, err := b.read(t); err != nil || show(rows) != "1: 1; 1048576: 2" {
			t.Errorf("got %q, %v", show(rows), err)
		}
	})
	t.Run("a bomb", func(t *testing.T) {
		var content bytes.Buffer
		w := zip.NewWriter(&content)
		bomb, err := w.CreateRaw(&zip.FileHeader{Name: "xl/worksheets/sheet1.xml", Method: zip.Deflate, CompressedSize64: 10, UncompressedSize64: alwaysFine + 1})
		if err != nil {
			t.Fatal(err)
		}
		_, err = bomb.Write(make([]byte, 10))
		if err = errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
		if _, err := readBytes(content.Bytes(), t.TempDir()); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "200 times its size") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("many sheets", func(t *testing.T) {
		b := book{more: map[string]string{"xl/workbook.xml": `<workbook ` + ns + `>` + strings.Repeat(`<sheet name="x" r:id="s1"/>`, maxSheets+1) + `</workbook>`}}
		if _, err := b.read(t); !errors.Is(err, ErrDamaged) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("long rows are kept up to the limit", func(t *testing.T) {
		b := book{texts: "<si><t>" + long + "</t></si>", sheet: `<row r="1">` + strings.Repeat(`<c t="s"><v>0</v></c>`, 20) + `</row>` +
			`<row r="2"><c t="inlineStr"><is><t>` + long + long + `</t></is></c></row><row r="3"><c><v>1</v></c></row>`}
		rows, err := b.read(t)
		if err != nil || len(rows) != 3 || rows[0].Problem == "" || rows[1].Problem == "" || rows[2].Problem != "" {
			t.Errorf("got %d rows, %v", len(rows), err)
		}
	})
}

// TestManyTexts asks for more texts than are kept in memory, in order, backwards and
// far apart, and holds that no file with a name stays.
func TestManyTexts(t *testing.T) {
	count := testenv.Size(20_000, 5_000)
	text := func(i int) string { return strings.Repeat("text ", 90+i%9) + strconv.Itoa(i) }
	var texts, cells strings.Builder
	for i := range count {
		texts.WriteString("<si><t>" + text(i) + "</t></si>")
	}
	var asked []int
	for i := range 1000 {
		for _, at := range []int{i, count - 1 - i, i * 7919 % count} {
			asked = append(asked, at)
			cells.WriteString(`<row><c t="s"><v>` + strconv.Itoa(at) + `</v></c></row>`)
		}
	}
	dir := t.TempDir()
	rows, err := readBytes(zipped(t, book{texts: texts.String(), sheet: cells.String()}.files()), dir)
	if err != nil || len(rows) != len(asked) {
		t.Fatalf("got %d rows, %v", len(rows), err)
	}
	for n, at := range asked {
		if got := rows[n].Cells[0]; got != text(at) {
			t.Fatalf("text %d: got %q, want %q", at, got, text(at))
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("got %v, %v left", left, err)
	}
}

func many(n int, row func(number int) string) string {
	var all strings.Builder
	for i := range n {
		all.WriteString(row(i + 1))
	}
	return all.String()
}
