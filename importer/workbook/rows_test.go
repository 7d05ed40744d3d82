package workbook

import (
	"errors"
	"strings"
	"testing"
)

// formats are styles 0 to n-1, each with one of the format codes; "id 14" is the
// format of Excel's own with that number.
func formats(codes ...string) string {
	var own, styles strings.Builder
	for i, code := range codes {
		id := string(rune('0'+i/10)) + string(rune('0'+i%10))
		if own, ok := strings.CutPrefix(code, "id "); ok {
			styles.WriteString(`<xf numFmtId="` + own + `"/>`)
			continue
		}
		own.WriteString(`<numFmt numFmtId="2` + id + `" formatCode="` + strings.NewReplacer(`"`, "&quot;", "<", "&lt;").Replace(code) + `"/>`)
		styles.WriteString(`<xf numFmtId="2` + id + `"/>`)
	}
	return `<numFmts>` + own.String() + `</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>` + styles.String() + `</cellXfs>`
}

func TestNumbersKeepTheirDigits(t *testing.T) {
	for _, tt := range []struct{ format, stored, want string }{
		{"General", "447900900123", "447900900123"},
		{"General", "4.47900900123E11", "447900900123"},
		{"General", "4.47900900123E+11", "447900900123"},
		{"General", "447900900123.0", "447900900123"},
		{"General", "123456789012345", "123456789012345"},
		{"General", "4.4700000000000000E11", "447000000000"},
		{"General", "12345678901234567", "12345678901234567"},
		{"General", "1.5", "1.5"},
		{"General", "0.10000000000000001", "0.1"},
		{"General", "-23456891", "-23456891"},
		{"General", "1E+30", "1E+30"},
		{"0.00E+00", "447900900123", "447900900123"},
		{"0.00E+00", "4.47900900123E+11", "447900900123"},
		{"#,##0", "447900900123", "447900900123"},
		{"0.00", "447900900123", "447900900123"},
		{"0%", "447900900123", "447900900123"},
		{"@", "447900900123", "447900900123"},
		{"0", "447900900123", "447900900123"},
		{"#", "447900900123", "447900900123"},
		{"id 1", "447900900123", "447900900123"},
		{"id 3", "447900900123", "447900900123"},
		{"id 49", "447900900123", "447900900123"},
		{"00000000000", "7900900123", "07900900123"},
		{"00000000000", "4.47900900123E11", "447900900123"},
		{"+0", "447900900123", "+447900900123"},
		{"\"+\"0", "447900900123", "+447900900123"},
		{"\\+0", "447900900123", "+447900900123"},
		{"\"+44 \"0", "7900900123", "+44 7900900123"},
		{"(000) 000-0000", "4155552671", "(415) 555-2671"},
		{"[<=9999999]###-####;(###) ###-####", "4155552671", "415555-2671"}, // Excel shows the brackets
		{"[<=9999999]###-####;(###) ###-####", "5552671", "555-2671"},
		{"0#\" \"##\" \"##\" \"##\" \"##", "612345678", "06 12 34 56 78"},
		{"[Red]0;[Blue]-0", "447900900123", "447900900123"},
		{"0\" EUR\"", "447900900123", "447900900123"},
		{"\"ext \"0", "447900900123", "447900900123"},
		{"000-00", "447900900123.5", "447900900123.5"},
		{"00000000000", "-5", "-5"},
		{"0,", "447900900123", "447900900123"},
		{"0\"0\"", "44790090012", "44790090012"},
		{"[DBNum1]000", "447900900123", "447900900123"},
		{"\"", "447900900123", "447900900123"},
		{"[", "447900900123", "447900900123"},
	} {
		t.Run(tt.format+" "+tt.stored, func(t *testing.T) {
			rows, err := book{styles: formats(tt.format), sheet: row(1, ` s="0"><v>`+tt.stored+`</v>`)}.read(t)
			if err != nil || show(rows) != "1: "+tt.want {
				t.Errorf("got %q, %v, want %q", show(rows), err, tt.want)
			}
		})
	}
}

func TestDatesAreNoNumbers(t *testing.T) {
	for _, tt := range []struct{ format, stored, want string }{
		{"id 14", "45322", "2024-01-31"},
		{"id 22", "45322.5", "2024-01-31 12:00:00"},
		{"id 20", "0.57", "13:40:48"},
		{"yyyymmdd", "45322", "2024-01-31"},
		{"[$-407]TT.MM.YYYY", "45322", "2024-01-31"},
		{"dd/mm/yyyy;@", "45322", "2024-01-31"},
		{"[h]:mm", "0.5", "12:00:00"},
		{"[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", "45322", "2024-01-31"},
		{"[$-411]ggge\"年\"m\"月\"d\"日\"", "45322", "2024-01-31"},
		{"id 31", "45322", "2024-01-31"},
		{"id 14", "4155552671", "4155552671"}, // Excel shows it as #####
		{"id 14", "-1", "-1"},
	} {
		t.Run(tt.format+" "+tt.stored, func(t *testing.T) {
			rows, err := book{styles: formats(tt.format), sheet: row(1, ` s="0"><v>`+tt.stored+`</v>`)}.read(t)
			if err != nil || show(rows) != "1: "+tt.want {
				t.Errorf("got %q, %v, want %q", show(rows), err, tt.want)
			}
		})
	}
	b := book{styles: formats("id 14"), sheet: row(1, ` s="0"><v>43860</v>`, ` t="d"><v>2024-01-31T00:00:00</v>`, ` t="d"><v>2024-01-31T10:20:30.000Z</v>`), more: map[string]string{
		"xl/workbook.xml": `<workbook ` + ns + `><workbookPr date1904="1"/><sheets><sheet name="List" sheetId="1" r:id="s1"/></sheets></workbook>`,
	}}
	if rows, err := b.read(t); err != nil || show(rows) != "1: 2024-01-31|2024-01-31|2024-01-31 10:20:30" {
		t.Errorf("with days from 1904: got %q, %v", show(rows), err)
	}
}

func TestTexts(t *testing.T) {
	texts := `<si><t>Name</t></si><si><r><rPr><b/></rPr><t xml:space="preserve">+49 </t></r><r><t> 151</t></r></si><si><t>課きく</t><rPh sb="0" eb="1"><t>カ</t></rPh><phoneticPr fontId="1"/></si>` +
		`<si><t xml:space="preserve"> a </t></si><si><t> b
 </t></si><si><t>one_x000D_
two</t></si><si><t>_x005F_x0041_</t></si><si><t>_xD83D__xDE00_ _x0000_ _x12</t></si><si/>`
	sheet := row(1, ` t="s"><v>0</v>`, ` t="s"><v>1</v>`, ` t="s"><v>2</v>`, ` t="s"><v>3</v>`, ` t="s"><v>4</v>`, ` t="s"><v>5</v>`, ` t="s"><v>6</v>`, ` t="s"><v>7</v>`, ` t="s"><v>8</v>`,
		` t="inlineStr"><is><t>in &amp; <![CDATA[<line>]]></t></is>`)
	rows, err := book{texts: texts, sheet: sheet}.read(t)
	if want := "1: Name|+49 151|課きく| a |b|one\r\ntwo|_x0041_|\U0001F600 \uFFFD _x12||in & <line>"; err != nil || show(rows) != want {
		t.Errorf("got %q, %v, want %q", show(rows), err, want)
	}
}

func TestOtherCells(t *testing.T) {
	sheet := row(1, ` t="b"><v>1</v>`, ` t="b"><v>0</v>`, ` t="e"><v>#N/A</v>`, ` t="str"><f>"+"&amp;A1</f><v>+49151</v>`, `><f>SUM(1,2)</f><v>447900900123</v>`, ` t="str"><f>""</f><v></v>`, ` t="s"><v> 0 </v>`)
	rows, err := book{texts: "<si><t>x</t></si>", sheet: sheet}.read(t)
	if want := "1: TRUE|FALSE|#N/A|+49151|447900900123||x"; err != nil || show(rows) != want {
		t.Errorf("got %q, %v, want %q", show(rows), err, want)
	}
}

func TestRowsAndColumnsWhereTheyStand(t *testing.T) {
	for _, tt := range []struct{ name, sheet, want string }{
		{"gaps", `<row r="3"><c r="B3"><v>1</v></c><c r="D3"><v>2</v></c></row><row r="5"><c r="AA5"><v>3</v></c></row>`, "3: |1||2; 5: " + strings.Repeat("|", 26) + "3"},
		{"no references", `<row><c><v>1</v></c><c><v>2</v></c></row><row><c r="A2"><v>3</v></c><c><v>4</v></c></row>`, "1: 1|2; 2: 3|4"},
		{"blank rows", `<row r="1"/><row r="2"><c r="A2" s="1"/></row><row r="3"><c r="A3"><v></v></c><c r="B3"><v>1</v></c><c r="C3"/></row>`, "3: |1"},
		{"prefix", `<x:row xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" r="1"><x:c r="A1"><x:v>1</x:v></x:c></x:row>`, "1: 1"},
		{"strangers", `<row r="1"><c r="A1"><v>1</v><extLst><ext><v>9</v></ext></extLst></c><extLst><c r="B1"><v>8</v></c></extLst></row><other><row r="2"/></other>`, "1: 1"},
		{"small letters", `<row r="1"><c r="b1"><v>1</v></c></row>`, "1: |1"},
		{"none", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if rows, err := (book{sheet: tt.sheet}).read(t); err != nil || show(rows) != tt.want {
				t.Errorf("got %q, %v, want %q", show(rows), err, tt.want)
			}
		})
	}
}

func TestDamage(t *testing.T) {
	one := row(1, `><v>1</v>`)
	for name, b := range map[string]book{
		"rows out of order":       {sheet: row(2, `><v>1</v>`) + row(1, `><v>1</v>`)},
		"a row twice":             {sheet: one + one},
		"cells out of order":      {sheet: `<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>`},
		"a cell of another row":   {sheet: `<row r="1"><c r="A2"><v>1</v></c></row>`},
		"no column":               {sheet: `<row r="1"><c r="12"><v>1</v></c></row>`},
		"column beyond the last":  {sheet: `<row r="1"><c r="XFE1"><v>1</v></c></row>`},
		"row beyond the last":     {sheet: `<row r="1048577"><c r="A1048577"><v>1</v></c></row>`},
		"row zero":                {sheet: `<row r="0"><c><v>1</v></c></row>`},
		"no such text":            {sheet: row(1, ` t="s"><v>7</v>`), texts: "<si><t>x</t></si>"},
		"a text below zero":       {sheet: row(1, ` t="s"><v>-1</v>`), texts: "<si><t>x</t></si>"},
		"a text without number":   {sheet: row(1, ` t="s"><v>x</v>`)},
		"the sheet ends":          {more: map[string]string{"xl/worksheets/sheet1.xml": `<worksheet ` + ns + `><sheetData>` + one}},
		"no tag closes":           {sheet: `<row r="1"><c r="A1"><v>1</c></row>`},
		"no sheet":                {more: map[string]string{"xl/worksheets/sheet1.xml": ""}},
		"no links":                {more: map[string]string{"xl/_rels/workbook.xml.rels": ""}},
		"no texts":                {sheet: row(1, ` t="s"><v>0</v>`), more: map[string]string{"xl/sharedStrings.xml": ""}},
		"an unknown entity":       {sheet: row(1, `><v>&lol;</v>`)},
		"a document type":         {more: map[string]string{"xl/sharedStrings.xml": `<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]><sst ` + ns + `><si><t>&lol2;</t></si></sst>`}, sheet: row(1, ` t="s"><v>0</v>`)},
		"deep":                    {sheet: strings.Repeat("<row>", 1000)},
		"a long tag":              {sheet: `<row r="1` + strings.Repeat(" ", maxToken) + `"/>`},
		"a long text":             {sheet: row(1, ` t="inlineStr"><is><t>`+strings.Repeat("x", maxToken+1)+`</t></is>`)},
		"a long text in pieces":   {sheet: row(1, ` t="inlineStr"><is><t>`+strings.Repeat(strings.Repeat("x", 1000)+"<!-- -->", 1100)+`</t></is>`)},
		"a long text in runs":     {sheet: row(1, ` t="inlineStr"><is>`+strings.Repeat("<r><t>"+strings.Repeat("x", 1000)+"</t></r>", 1100)+`</is>`)},
		"bytes that are no UTF-8": {sheet: row(1, ` t="inlineStr"><is><t>`+"\xff"+`</t></is>`)},
	} {
		t.Run(name, func(t *testing.T) {
			if rows, err := b.read(t); !errors.Is(err, ErrDamaged) {
				t.Errorf("got %.100q, %v", show(rows), err)
			}
		})
	}
}
