package workbook

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// TestFormulasWithoutValue: whose value is not stored is named, and no other cell.
func TestFormulasWithoutValue(t *testing.T) {
	for _, tt := range []struct{ name, sheet, want string }{
		{"no value", row(1, `><v>1</v>`, `><f>A1</f>`, `><v>2</v>`), "1||2 [1]"},
		{"an empty value", row(1, `><v>1</v>`, `><f>A1</f><v></v>`, `><f>A1</f><v/>`), "1 [1 2]"},
		{"blanks", row(1, `><v>1</v>`, `><f>A1</f><v> </v>`), "1 [1]"},
		{"of a kind", row(1, `><v>1</v>`, ` t="b"><f>A1</f>`, ` t="e"><f>A1</f><v></v>`, ` t="str"><f>A1</f>`, ` t="s"><f>A1</f><v/>`, ` t="d"><f>A1</f>`), "1 [1 2 3 4 5]"},
		{"shared", row(1, `><v>1</v>`, `><f t="shared" ref="B1:B2" si="0">A1</f><v>1</v>`) + row(2, `><v>2</v>`, `><f t="shared" si="0"/>`), "1|1 []; 2 [1]"},
		{"an array", row(1, `><v>1</v>`, `><f t="array" ref="B1:C3">A1</f>`) + row(2, `><v>2</v>`, `><v>0</v>`) + row(3, `><v>3</v>`, ` t="str"><f>A1</f>`) + row(4, `><v>4</v>`), "1 [1 2]; 2|0 [2]; 3 [1 2]; 4 []"},
		{"an array with a value", row(1, `><v>1</v>`, `><f t="array" ref="B1:B2">A1</f><v>0</v>`) + row(2, `><v>2</v>`), "1|0 []; 2 []"},
		{"an array of one cell", row(1, `><v>1</v>`, `><f t="array" ref="B1">A1</f>`) + row(2, `><v>2</v>`), "1 [1]; 2 []"},
		{"an array that is none", row(1, `><v>1</v>`, `><f t="array" ref="C1:B">A1</f>`) + row(2, `><v>2</v>`, `><f t="array" ref="C3:A2">A1</f>`) + row(3, `><v>3</v>`), "1 [1]; 2 [1]; 3 []"},
		{"with a value", row(1, `><f>A1</f><v>0</v>`, ` t="b"><f>A1</f><v>0</v>`, ` t="str"><f>A1</f><v>x</v>`), "0|FALSE|x []"},
		{"a blank text", row(1, `><v>1</v>`, ` t="str"><f>A1</f><v></v>`, `><v>2</v>`), "1||2 []"},
		{"no formula", row(1, `><v>1</v>`, ` t="b">`, ` t="b"><v></v>`, `><v/>`), "1 []"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rows, err := book{sheet: tt.sheet}.read(t)
			if err != nil {
				t.Fatal(err)
			}
			if got := showUnsaved(rows); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func showUnsaved(rows []Row) string {
	all := ""
	for i, r := range rows {
		if i > 0 {
			all += "; "
		}
		for j, cell := range r.Cells {
			if j > 0 {
				all += "|"
			}
			all += cell
		}
		all += fmt.Sprint(" ", r.Unsaved)
	}
	return all
}

// TestManyArrays: as many as a file may have over a row, and no more; those that have
// ended don't count.
func TestManyArrays(t *testing.T) {
	sheet := func(ref string) string {
		var rows strings.Builder
		for n := 1; n <= maxAreas+1; n++ {
			rows.WriteString(row(n, `><v>1</v>`, fmt.Sprintf(`><f t="array" ref="%s">A1</f>`, strings.ReplaceAll(ref, "N", fmt.Sprint(n)))))
		}
		return rows.String()
	}
	if rows, err := (book{sheet: sheet("BN:CN")}).read(t); err != nil || len(rows) != maxAreas+1 {
		t.Errorf("got %d rows, %v", len(rows), err)
	}
	if _, err := (book{sheet: sheet("BN:B2000")}).read(t); !errors.Is(err, ErrDamaged) {
		t.Errorf("got %v, want ErrDamaged", err)
	}
}
