package source

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// TestSkipLines: line counts the lines that are skipped, whatever they hold.
func TestSkipLines(t *testing.T) {
	for name, tt := range map[string]struct {
		text string
		skip int
		want []int
	}{
		"titles":                     {"Contact report\nGenerated 2026\n\nname,phone\nAnn,1\n\nBob,2\n", 3, []int{5, 7}},
		"CRLF":                       {"Contact report\r\n\r\nname,phone\r\nAnn,1\r\nBob,2\r\n", 2, []int{4, 5}},
		"CR":                         {"Contact report\r\rname,phone\rAnn,1\rBob,2\r", 2, []int{4, 5}},
		"an open quote":              {"the \"report\n\"\nname,phone\nAnn,1\nBob,2\n", 2, []int{4, 5}},
		"blank lines below":          {"Report\n\n\nname,phone\nAnn,1\nBob,2\n", 1, []int{5, 6}},
		"sep= before":                {"sep=;\nReport\nname;phone\nAnn;1\nBob;2\n", 2, []int{4, 5}},
		"sep= alone":                 {"sep=;\nname;phone\nAnn;1\nBob;2\n", 1, []int{3, 4}},
		"sep= behind":                {"Report\nsep=;\nname;phone\nAnn;1\nBob;2\n", 1, []int{4, 5}},
		"more than a buffer of them": {strings.Repeat("x\n", firstBuf) + strings.Repeat("y", 3*firstBuf) + "\nname,phone\nAnn,1\nBob,2\n", firstBuf + 1, []int{firstBuf + 3, firstBuf + 4}},
		"byte order mark":            {"\ufeffReport\nname,phone\nAnn,1\nBob,2\n", 1, []int{3, 4}},
	} {
		t.Run(name, func(t *testing.T) {
			got := mustRead(t, tt.text, Options{SkipLines: tt.skip})
			wantPhones(t, got, "1", "2")
			if !slices.Equal(got.lines(), tt.want) {
				t.Errorf("got lines %d, want %d", got.lines(), tt.want)
			}
		})
	}
	var wrong *UsageError
	if _, err := readAll("name,phone\nAnn,1\n", Options{SkipLines: 9}); !errors.As(err, &wrong) || !strings.Contains(wrong.Message, "--skip-lines 9") {
		t.Errorf("got %v, want a UsageError", err)
	}
	got := mustRead(t, "Report\n1,a\n2,b\n", Options{SkipLines: 1, NoHeader: true, PhoneColumns: []string{"1"}})
	wantPhones(t, got, "1", "2")
}

// TestTitleLinesAreSeen: the error names the flag that skips them, and it works.
func TestTitleLinesAreSeen(t *testing.T) {
	for name, tt := range map[string]struct {
		text string
		o    Options
		want string // "" for none
	}{
		"titles":              {"Contact report\nGenerated 2026-01-05\n\nName,Mobile Phone,City\nAnn,1,Rome\n", Options{}, "--skip-lines 3"},
		"a spreadsheet's":     {"Contact report,,\n,,\nName,Mobile Phone,City\nAnn,1,Rome\n", Options{}, "--skip-lines 2"},
		"one column":          {"Report 2026-01-05 of a@example.com\nphone,\n1,\n", Options{}, ""},
		"semicolons":          {"Report, January\nName;Telefon;Ort\nAnn;1;Bonn\n", Options{}, "--skip-lines 1"},
		"sep=":                {"sep=;\nReport\nName;Telefon;Ort\nAnn;1;Bonn\n", Options{}, "--skip-lines 2"},
		"skipped in part":     {"Report\nof May\nName,Phone\nAnn,1\n", Options{SkipLines: 1}, "--skip-lines 2"},
		"a name is wanted":    {"Report\nName,Number A\nAnn,1\n", Options{PhoneColumns: []string{"number a"}}, "--skip-lines 1"},
		"a number is wanted":  {"Report\nName,Number A\nAnn,1\n", Options{PhoneColumns: []string{"2"}}, "--skip-lines 1"},
		"a row that says so":  {"Name,Number,Kind\nAnn,1,mobile\nBob,2,\n", Options{}, ""},
		"two rows of headers": {"Name,Contact,,Address\n,Phone,Mail,City\nAnn,+14155550101,a@b.example,Rome\n", Options{}, "--skip-lines 1"},
		"names of columns":    {"A,B\nName,Phone\nAnn,+14155550101\n", Options{}, "--skip-lines 1"},
		"as wide, no data":    {"Name,Wish\nAnn,phone\nBob,mail\nCem,12345678\n", Options{}, ""},
		"as wide, with data":  {"Nr,Wish\n12345678,phone\n12345679,mail\n", Options{}, ""},
		"in another encoding": {"R\xe9port\nName,Phone,City\nAnn,1,Rome\n", Options{}, "--skip-lines 1"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readAll(tt.text, tt.o)
			var wrong *UsageError
			switch {
			case tt.want == "" && err != nil && strings.Contains(err.Error(), "--skip-lines"):
				t.Errorf("got %v, want no --skip-lines", err)
			case tt.want != "" && (!errors.As(err, &wrong) || !strings.Contains(wrong.Message+" ", tt.want+" ")):
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
	_, err := readCase(t, "title-lines.csv", Options{})
	if err == nil || !strings.Contains(err.Error(), "--skip-lines 3") {
		t.Errorf("got %v, want --skip-lines 3", err)
	}
	got, err := readCase(t, "title-lines.csv", Options{SkipLines: 3})
	if err != nil || !slices.Equal(got.phones(), []string{"+14155552601", "+14155552602"}) || !slices.Equal(got.lines(), []int{5, 6}) {
		t.Errorf("got %+v, %v, want two numbers", got.Rows, err)
	}
}

// TestFilesThatAreNamed: what was done to a file is said, and a column that is
// suggested is a likely one.
func TestFilesThatAreNamed(t *testing.T) {
	for name, tt := range map[string]struct {
		text  string
		o     Options
		want  string
		wants bool // a column is suggested
	}{
		"UTF-8 read as Windows-1252":          {"Nom,TÃ©lÃ©phone\nAnn,+14155552601\n", Options{}, "UTF-8 that was read as Windows-1252", true},
		"told so":                             {"Nom,Téléphone\nAnn,+14155552601\n", Options{Encoding: "windows-1252"}, "leave out --encoding", true},
		"its byte order mark":                 {"ï»¿phone,name\n+14155552601,Ann\n", Options{}, "UTF-8 that was read as Windows-1252", true},
		"lines in one cell":                   {"\"name,phone,note\"\n\"Ann,+14155552601,\"\"x, y\"\"\"\n\"Bob,+14155552602,z\"\n", Options{}, "one cell that holds a whole line", false},
		"lines in one cell with another":      {"\"name;phone\"\n\"Ann;+14155552601\"\n", Options{Delimiter: ','}, "one cell that holds a whole line", false},
		"parted at what is not there":         {"\"phone\",\"note\"\n\"+14155552601\",\"x\"\n", Options{Delimiter: '|'}, "Leave out --delimiter", false},
		"one column":                          {"wer\n+14155552601\n", Options{}, "there is just one", true},
		"a column of numbers":                 {"wer,was,wo\nAnn,+1 415 555 2601,Rome\nBob,,Bonn\n", Options{}, `--phone-column "was"`, true},
		"a header with the word":              {"id,phone of Ann\n4155552601,4155552602\n", Options{}, `--phone-column "phone of Ann"`, true},
		"the word without numbers":            {"id,phone model\n1,iPhone\n", Options{}, "no column of the first rows holds numbers", false},
		"no rows":                             {"id,phone of Ann\n", Options{}, `--phone-column "phone of Ann"`, true},
		"dates are no numbers":                {"id,since\nA,2026-01-05\n", Options{}, "no column of the first rows holds numbers", false},
		"a name that is not there":            {"wer,was\nAnn,+14155552601\n", Options{PhoneColumns: []string{"phone"}}, `--phone-column "was"`, true},
		"a name that is not there beside one": {"wer,was,wo\nAnn,+14155552601,x\n", Options{PhoneColumns: []string{"phone", "was"}}, `"phone"; of the columns that are named, the file has "was" (column 2) only`, true},
		"a name that is not there, no likely": {"wer,was\nAnn,x\n", Options{PhoneColumns: []string{"phone"}}, "the headers are", false},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readAll(tt.text, tt.o)
			var wrong *UsageError
			if !errors.As(err, &wrong) || !strings.Contains(wrong.Message, tt.want) {
				t.Fatalf("got %v, want %q", err, tt.want)
			}
			_, value, found := strings.Cut(wrong.Message, "--phone-column ")
			if found != tt.wants {
				t.Fatalf("got %q, want a column suggested: %v", wrong.Message, tt.wants)
			}
			if found {
				tt.o.PhoneColumns = []string{strings.Trim(strings.TrimRight(value, "."), `"`)}
				if _, err := readAll(tt.text, tt.o); err != nil {
					t.Errorf("the flag in %q does not work: %v", wrong.Message, err)
				}
			}
		})
	}
}
