package plan

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"sent-import/importer/phone"
)

// germanMobiles are n numbers of Germany without +, each in a row with its country.
func germanMobiles(n int) []string {
	rows := make([]string, n)
	for i := range rows {
		rows[i] = fmt.Sprintf("49151%08d,DE", 23456000+i)
	}
	return rows
}

func national(n int) []string {
	rows := make([]string, n)
	for i := range rows {
		rows[i] = fmt.Sprintf("151%08d,DE", 23456000+i)
	}
	return rows
}

func listOf(header string, rows ...[]string) string {
	return header + "\n" + strings.Join(slices.Concat(rows...), "\n") + "\n"
}

// TestNumbersDecidedByTheirColumn: nearly all of at least 20 cells with a known country
// decide how a column is read; the flag decides over all.
func TestNumbersDecidedByTheirColumn(t *testing.T) {
	without := func(rows []string) []string {
		return slices.Collect(func(yield func(string) bool) {
			for _, row := range rows {
				yield(strings.TrimSuffix(row, "DE"))
			}
		})
	}
	for _, tt := range []struct {
		name, file string
		given      Reading
		want       phone.Numbers
		said       string
	}{
		{"all of them", listOf("phone,country", germanMobiles(20)), Reading{}, phone.ByColumn, "since 100 % of the 20 without + begin with that of their country: --numbers national"},
		{"too few", listOf("phone,country", germanMobiles(19)), Reading{}, phone.ByCell, ""},
		{"just enough of them", listOf("phone,country", germanMobiles(95), national(5)), Reading{}, phone.ByColumn, "since 95 % of the 100 without +"},
		{"not enough of them", listOf("phone,country", germanMobiles(94), national(6)), Reading{}, phone.ByCell, ""},
		{"no country", listOf("phone,country", without(germanMobiles(40))), Reading{}, phone.ByCell, ""},
		{"one country for all", listOf("phone,country", without(germanMobiles(40))), Reading{Region: "DE"}, phone.ByColumn, "since 100 % of the 40"},
		{"another country's", listOf("phone,country", germanMobiles(40)), Reading{Region: "FR", RegionColumn: "none"}, phone.ByCell, ""},
		{"given", listOf("phone,country", germanMobiles(40)), Reading{Numbers: "national"}, phone.National, ""},
		{"given, too", listOf("phone,country", national(40)), Reading{Numbers: "international"}, phone.International, ""},
		{"cells with + count for nothing", listOf("phone,country", germanMobiles(20), slices.Repeat([]string{"+4915123456789,DE", "0151 23456789,DE"}, 50)), Reading{}, phone.ByColumn, "of the 20 without +"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := readerOf(t.Context(), fileOf(t, tt.file), tt.given)
			if err != nil || !slices.Equal(c.numbers, []phone.Numbers{tt.want}) {
				t.Fatalf("got %v, %v, want %v", c.numbers, err, tt.want)
			}
			if said := strings.Join(c.notices, "\n"); !strings.Contains(said, tt.said) || tt.said == "" && said != "" {
				t.Errorf("said %q, want %q", said, tt.said)
			}
		})
	}
}

// Each column is decided by its own cells.
func TestNumbersOfEachColumn(t *testing.T) {
	var rows []string
	for i, row := range germanMobiles(60) {
		number, country, _ := strings.Cut(row, ",")
		if i%2 == 0 {
			rows = append(rows, number+",,"+country)
		} else {
			rows = append(rows, ","+strings.TrimPrefix(number, "49")+","+country)
		}
	}
	c, err := readerOf(t.Context(), fileOf(t, listOf("one,other,country", rows)), Reading{PhoneColumns: []string{"one", "other"}})
	if want := []phone.Numbers{phone.ByColumn, phone.ByCell}; err != nil || !slices.Equal(c.numbers, want) {
		t.Errorf("got %v, %v, want %v", c.numbers, err, want)
	}
}

// The look ends after the first rows, so that what comes later changes nothing.
func TestNumbersAreDecidedAtTheBeginning(t *testing.T) {
	wide := strings.Repeat("x", 60_000)
	var rows []string
	for i, row := range germanMobiles(300) {
		if i >= 200 {
			row = strings.TrimPrefix(row, "49")
		}
		rows = append(rows, row+","+wide)
	}
	c, err := readerOf(t.Context(), fileOf(t, listOf("phone,country,note", rows)), Reading{})
	if err != nil || !slices.Equal(c.numbers, []phone.Numbers{phone.ByColumn}) {
		t.Errorf("got %v, %v, want a column decided by its first 8 MiB", c.numbers, err)
	}
}

func TestEvidence(t *testing.T) {
	for _, tt := range []struct {
		e      evidence
		header bool
		want   phone.Numbers
		said   string
	}{
		{evidence{}, false, phone.ByCell, ""},
		{evidence{}, true, phone.ByHeader, ""},
		{evidence{cells: 1}, true, phone.ByHeader, "since its header says so: --numbers national"},
		{evidence{cells: 20, known: 20, own: 10, valid: 0}, true, phone.ByHeader, "since its header says so"},
		{evidence{cells: 20, known: 20, own: 9, valid: 9}, true, phone.ByCell, "but only 45 % of the 20 without +"},
		{evidence{cells: 19, known: 19}, true, phone.ByHeader, "since its header says so"},
		{evidence{cells: 100, known: 100, own: 100, valid: 94}, false, phone.ByCell, ""},
		{evidence{cells: 100, known: 20, own: 19, valid: 19}, false, phone.ByColumn, "since 95 % of the 20"},
	} {
		got, said := tt.e.decide(`"msisdn"`, tt.header)
		if got != tt.want || !strings.Contains(said, tt.said) || tt.said == "" && said != "" {
			t.Errorf("%+v, header %v: got %v, %q, want %v, %q", tt.e, tt.header, got, said, tt.want, tt.said)
		}
	}
}

// TestNumbersAsTheFileShows: how cells are read is part of the reading only where a cell
// is read otherwise without it.
func TestNumbersAsTheFileShows(t *testing.T) {
	for _, tt := range []struct {
		name, file string
		given      Reading
		want       string
	}{
		{"as the column decides", listOf("phone,country", germanMobiles(20)), Reading{Numbers: "international"}, `{}`},
		{"against the column", listOf("phone,country", germanMobiles(20)), Reading{Numbers: "national"}, `{"numbers":"national"}`},
		{"where nothing decides", listOf("phone,country", germanMobiles(19)), Reading{Numbers: "international"}, `{"numbers":"international"}`},
		{"where no cell is without +", "phone\n+14155550101\n", Reading{Numbers: "national"}, `{}`},
		{"but in the last row", listOf("phone,country", slices.Repeat([]string{"+4915123456789,DE"}, 1000), germanMobiles(1)), Reading{Numbers: "national"}, `{"numbers":"national"}`},
		{"with the region that the column needs", listOf("phone", slices.Repeat([]string{"4915123456789"}, 20)), Reading{Numbers: "international", Region: "DE"}, `{"region":"DE"}`},
	} {
		got, err := Canonical(t.Context(), fileOf(t, tt.file), tt.given)
		if err != nil || got.Text() != tt.want {
			t.Errorf("%s: got %s, %v, want %s", tt.name, got.Text(), err, tt.want)
		}
	}
}

func TestLayoutTellsOfDecidedNumbers(t *testing.T) {
	for _, tt := range []struct {
		numbers []string
		want    bool
	}{
		{nil, false}, {[]string{"cell"}, false}, {[]string{"column"}, true}, {[]string{"header", "column"}, true},
		{[]string{"column", "cell"}, false}, {[]string{"international"}, false}, {[]string{"national"}, false},
	} {
		if got := (Layout{Numbers: tt.numbers}).International(); got != tt.want {
			t.Errorf("%v: got %v, want %v", tt.numbers, got, tt.want)
		}
	}
	if got := (Layout{}).Rules(); got != 1 {
		t.Errorf("a layout of an older version: got rules %d, want 1", got)
	}
	if want := reflect.TypeFor[phone.Numbers](); want.Kind() != reflect.Int || len(numbersWords) != int(phone.National)+1 {
		t.Error("a way to read bare cells has no word")
	}
}
