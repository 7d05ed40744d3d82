package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"sent-import/importer/testenv"
)

// outcomeOf is everything that reading a file returns.
type outcomeOf struct {
	Header  []string
	Rows    []Row
	Dialect Dialect
	Columns Columns
	Notices []string
	Err     string
}

// openFile opens a file.
func openFile[T string | []byte](file T, o Options) (*Reader, error) {
	r := bytes.NewReader([]byte(file))
	return Open(r, r, r.Size(), o)
}

// readAll reads a file to its end or its error.
func readAll[T string | []byte](file T, o Options) (outcomeOf, error) {
	return readStream(strings.NewReader(string(file)), file, o)
}

// readStream reads a file whose bytes in order come from stream.
func readStream[T string | []byte](stream io.Reader, file T, o Options) (got outcomeOf, err error) {
	rd, err := Open(stream, strings.NewReader(string(file)), int64(len(file)), o)
	if err != nil {
		return outcomeOf{Err: err.Error()}, err
	}
	for row, e := range rd.Rows() {
		if e != nil {
			err = e
			got.Err = e.Error()
			break
		}
		got.Rows = append(got.Rows, row)
	}
	got.Header, got.Dialect, got.Columns, got.Notices = rd.Header(), rd.Dialect(), rd.Columns(), rd.Notices()
	return got, err
}

// mustRead reads text without errors.
func mustRead(t testing.TB, text string, o Options) outcomeOf {
	t.Helper()
	got, err := readAll(text, o)
	if err != nil {
		t.Fatalf("read %.60q: %v", text, err)
	}
	return got
}

// phones returns the phone cells of the good rows.
func (o outcomeOf) phones() []string {
	var all []string
	for _, row := range o.Rows {
		if row.Malformed == "" {
			all = append(all, row.Phone)
		}
	}
	return all
}

func (o outcomeOf) lines() []int {
	var all []int
	for _, row := range o.Rows {
		all = append(all, row.Line)
	}
	return all
}

func wantPhones(t testing.TB, got outcomeOf, want ...string) {
	t.Helper()
	if !slices.Equal(got.phones(), want) {
		t.Errorf("got phones %q, want %q", got.phones(), want)
	}
}

func hasNotice(o outcomeOf, part string) bool {
	return slices.ContainsFunc(o.Notices, func(n string) bool { return strings.Contains(n, part) })
}

func TestPitfall01BOMBeforeQuotedHeader(t *testing.T) {
	for name, text := range map[string]string{
		"plain":             "\ufeffphone,name\n+14155552671,Ann\n",
		"quoted":            "\ufeff\"phone\",\"name\"\n+14155552671,Ann\n",
		"quoted with comma": "\ufeff\"phone\",\"last, first\"\n+14155552671,Ann\n",
		"before sep=":       "\ufeffsep=;\n\"phone\";name\n+14155552671;Ann\n",
	} {
		t.Run(name, func(t *testing.T) {
			got := mustRead(t, text, Options{})
			wantPhones(t, got, "+14155552671")
			if got.Header[0] != "phone" {
				t.Errorf("got header %q, want phone", got.Header[0])
			}
		})
	}
}

func TestPitfall02UTF16(t *testing.T) {
	const text = "Téléphone\tNom 🎉\r\n+33612345678\tZoë\r\n"
	for _, big := range []bool{false, true} {
		for _, mark := range []string{"", "\ufeff"} {
			file := utf16Bytes(mark+text, big)
			t.Run(fmt.Sprintf("big %v mark %d", big, len(mark)), func(t *testing.T) {
				got := mustRead(t, string(file), Options{})
				wantPhones(t, got, "+33612345678")
				if got.Header[1] != "Nom 🎉" || got.Rows[0].Record[1] != "Zoë" {
					t.Errorf("got %q and %q, want the letters of the file", got.Header, got.Rows[0].Record)
				}
				_, err := readAll(file[:len(file)-1], Options{})
				var bad *EncodingError
				if !errors.As(err, &bad) || bad.Line != 2 || !strings.Contains(err.Error(), "cut off") {
					t.Errorf("cut in the middle of a code unit: got %v, want an EncodingError for line 2 that says so", err)
				}
			})
		}
	}
}

func TestPitfall02UTF16LoneSurrogate(t *testing.T) {
	file := utf16Bytes("\ufeffphone,name\n+14155552671,A?B\n", false)
	i := bytes.Index(file, []byte("?"))
	file[i], file[i+1] = 0x00, 0xd8
	got := mustRead(t, string(file), Options{})
	if got.Rows[0].Record[1] != "A\ufffdB" || !hasNotice(got, "1 character not valid in UTF-16LE") {
		t.Errorf("got %q with notices %q, want U+FFFD and a notice", got.Rows[0].Record, got.Notices)
	}
	file = utf16Bytes("\ufeffphone,name\n+14155552671,🎉", false)
	var bad *EncodingError
	if _, err := readAll(file[:len(file)-2], Options{}); !errors.As(err, &bad) || bad.Line != 2 || !strings.Contains(err.Error(), "cut off") {
		t.Errorf("half a pair at the end: got %v, want an EncodingError for line 2", err)
	}
}

func TestPitfall03Windows1252(t *testing.T) {
	deep := "phone,name\n" + strings.Repeat("+14155552671,Ann\n", 50_000) + "+33612345678,Zo\xeb\n+4915123456789,J\xfcrgen \x80\n"
	got := mustRead(t, deep, Options{})
	last := got.Rows[len(got.Rows)-1]
	if last.Record[1] != "Jürgen €" || got.Dialect.Encoding != "Windows-1252" {
		t.Errorf("got %q in %s, want Jürgen € in Windows-1252", last.Record[1], got.Dialect.Encoding)
	}
	if !hasNotice(got, "line 50002") || len(got.Notices) != 2 {
		t.Errorf("got notices %q, want the encoding with line 50002", got.Notices)
	}
	header := mustRead(t, "T\xe9l\xe9phone\n+33612345678\n", Options{})
	if header.Header[0] != "Téléphone" || !hasNotice(header, "line 1)") {
		t.Errorf("got header %q notices %q, want Téléphone, and the line", header.Header, header.Notices)
	}
	end := mustRead(t, "name,phone\nZo\xeb,+33612345678\nAnn,+14155552671 \xe9", Options{})
	wantPhones(t, end, "+33612345678", "+14155552671 é")
}

func TestPitfall03EncodingIsNeverGuessedSilently(t *testing.T) {
	tests := []struct {
		name     string
		text     string
		encoding string
		line     int // of the EncodingError; 0 for none
		notice   string
		lastName string
	}{
		{"UTF-8, then not", "phone,n\n1,Zoë\n2,Zo\xeb\n", "", 3, "", ""},
		{"marked as UTF-8, and not", "\ufeffphone,n\n1,Zo\xeb\n", "", 2, "", ""},
		{"not, then mostly UTF-8", "phone,n\n1,Zo\xeb\n2,Zoë Zoë\n", "", 4, "", ""},
		{"one place that is UTF-8 by chance", "phone,n\n1,Zo\xeb\n2,CAF\xc9\x92S\n", "", 0, "Windows-1252", "CAFÉ’S"},
		{"not in Windows-1252", "phone,n\n1,\x8d\x83\n", "", 2, "", ""},
		{"cut off in a character", "phone,n\n1,Zoë\n2,Zo\xc3", "", 3, "", ""},
		{"told to be UTF-8", "phone,n\n1,Zoë\n2,Zo\xeb\n", "utf-8", 0, "1 character not valid in UTF-8", "Zo\ufffd"},
		{"told to be Windows-1252", "phone,n\n2,Zo\xeb\n", "windows-1252", 0, "", "Zoë"},
		{"told Latin 2", "phone,n\n2,\xa3ukasz\n", "ISO-8859-2", 0, "", "Łukasz"},
		{"told Shift JIS", "phone,n\n2,\x93\x8c\x8b\x9e\n", "shift_jis", 0, "", "東京"},
		{"told GBK, broken", "phone,n\n2,\xff\n", "gbk", 0, "1 character not valid in gbk", "\ufffd"},
		{"the mark is stronger", "\ufeffphone,n\n2,Zoë\n", "windows-1252", 0, "byte order mark", "Zoë"},
		{"told UTF-16", string(utf16Bytes("phone,n\n2,Zoë\n", true)), "utf-16be", 0, "", "Zoë"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := readAll(tt.text, Options{Encoding: tt.encoding})
			var bad *EncodingError
			if errors.As(err, &bad); (bad != nil) != (tt.line > 0) {
				t.Fatalf("got error %v, want an EncodingError: %v", err, tt.line > 0)
			}
			if bad != nil {
				if bad.Line != tt.line {
					t.Errorf("got line %d (%v), want %d", bad.Line, err, tt.line)
				}
				return
			}
			if name := got.Rows[len(got.Rows)-1].Record[1]; name != tt.lastName {
				t.Errorf("got name %q, want %q", name, tt.lastName)
			}
			if tt.notice != "" && !hasNotice(got, tt.notice) {
				t.Errorf("got notices %q, want one with %q", got.Notices, tt.notice)
			}
		})
	}
}

func TestPitfall04Delimiters(t *testing.T) {
	tests := []struct {
		name string
		text string
		o    Options
		want rune
	}{
		{"semicolon, decimal commas everywhere", "name;phone;score\nA, B;1;1,5\nC, D, E;2;2,5\nF;3;3,0\n", Options{}, ';'},
		{"as many commas as semicolons", "Name, Vorname;Telefon\nMeier, Hans;1\nMayr, Eva;2\n", Options{}, ';'},
		{"tab with commas", "name\tphone\nA, B\t1\n", Options{}, '\t'},
		{"bar", "name|phone\nA, B|1\n", Options{}, '|'},
		{"comma with semicolons in cells", "name,phone\nA;B,1\nC;D;E,2\n", Options{}, ','},
		{"quoted delimiters do not count", "name,phone\n\"a;b;c;d\",1\n\"a;b;c;d\",2\n", Options{}, ','},
		{"some rows damaged", "a;tel. privat;b\n1;2;3\n1;2\n1;2;3\n1;2;3\n", Options{PhoneColumns: []string{"2"}}, ';'},
		{"one column", "phone\n1\n2\n", Options{}, ','},
		{"one column, semicolons in cells", "phone\n1;2\n2\n", Options{}, ','},
		{"sep line", "sep=;\nname;phone\nA;1\n", Options{}, ';'},
		{"sep line against the evidence", "SEP=|\r\nphone,x|b\r\n1|2\r\n", Options{PhoneColumns: []string{"1"}}, '|'},
		{"sep line with tab", "sep=\t\nphone\tb\n1\t2\n", Options{}, '\t'},
		{"quoted sep line", "\"sep=^\"\nphone^b\n1^2\n", Options{}, '^'},
		{"told", "phone~b\n1~2\n", Options{Delimiter: '~'}, '~'},
		{"told over sep line", "sep=;\nphone,b\n1,2\n", Options{Delimiter: ','}, ','},
		{"no header", "1;Meier\n2;Mayr, E\n", Options{NoHeader: true, PhoneColumns: []string{"1"}}, ';'},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := mustRead(t, tt.text, tt.o)
			if got.Dialect.Delimiter != tt.want {
				t.Errorf("got %q, want %q", got.Dialect.Delimiter, tt.want)
			}
		})
	}
}

func TestPitfall05LineEndsAndNUL(t *testing.T) {
	got := mustRead(t, "\n\r\nphone,n\r\n1,a\r2,b\n\n\r\n  \n3,c\n\n\n", Options{})
	wantPhones(t, got, "1", "2", "3")
	if want := []int{4, 5, 9}; !slices.Equal(got.lines(), want) {
		t.Errorf("got lines %v, want %v", got.lines(), want)
	}
	empty := mustRead(t, "phone,n\n,\n", Options{})
	wantPhones(t, empty, "")
	nul := mustRead(t, "phone,n\n1415555\x002671,a\x00\n", Options{})
	wantPhones(t, nul, "1415555\ufffd2671")
	if !hasNotice(nul, "2 NUL bytes") {
		t.Errorf("got notices %q, want the NULs counted", nul.Notices)
	}
}

func TestPitfall06PhysicalLines(t *testing.T) {
	tests := []struct {
		name string
		text string
		want []int
	}{
		{"plain", "phone,n\n1,a\n2,b\n", []int{2, 3}},
		{"quoted newlines", "phone,n\n1,\"a\nb\r\nc\rd\"\n2,b\n", []int{2, 6}},
		{"newline in the header", "phone,\"a\nb\"\n1,a\n", []int{3}},
		{"sep line", "sep=,\nphone,n\n1,a\n", []int{3}},
		{"blank lines", "\n\nphone,n\n\n1,a\n\n2,b", []int{5, 7}},
		{"damaged row", "phone,n\n1,\"a\n2,b\n", []int{2, 3}},
		{"CR only", "phone,n\r1,\"a\rb\"\r2,b\r", []int{2, 4}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := mustRead(t, tt.text, Options{})
			if !slices.Equal(got.lines(), tt.want) {
				t.Errorf("got lines %v, want %v", got.lines(), tt.want)
			}
			for i, row := range got.Rows {
				if row.Number != i+1 {
					t.Errorf("got number %d, want %d", row.Number, i+1)
				}
			}
		})
	}
}

func TestPitfall08OneBadCellSwallowsNothing(t *testing.T) {
	for name, text := range damage() {
		t.Run(name, func(t *testing.T) {
			file := "id,name,phone\n1,a,2\n" + strings.Replace(text, "\n", "\n9,c,9\n", 1)
			got := mustRead(t, file, Options{})
			if len(got.Rows) != 5 || got.Rows[1].Malformed == "" {
				t.Fatalf("got %d rows, second malformed %q, want 5 and why", len(got.Rows), got.Rows[1].Malformed)
			}
			wantPhones(t, got, "2", "9", "3", "4")
		})
	}
}

// TestPitfall08SwallowedRowsAreSaid has two quotes missing in different rows, with
// the right number of cells in what is left.
func TestPitfall08SwallowedRowsAreSaid(t *testing.T) {
	for name, tt := range map[string]struct {
		text string
		said bool
	}{
		"rows between":         {"id,name,phone\n1,\"a,+14155552671\n2,b,+14155552672\n3,c\",+14155552673\n", true},
		"neighbours":           {"id,name,phone\n1,\"a,+14155552671\n3,c\",+14155552673\n", true},
		"an address":           {"id,name,phone\n1,\"Main St 12,\nSpringfield, 62701\",+14155552671\n", false},
		"a note with a number": {"id,note,phone\n1,\"call\n+14155552672\",+14155552671\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			got := mustRead(t, tt.text, Options{})
			if said := hasNotice(got, "1 row (the first at line 2)"); said != tt.said {
				t.Errorf("got notices %q, want it said: %v", got.Notices, tt.said)
			}
		})
	}
}

func TestPitfall09Extremes(t *testing.T) {
	for _, text := range []string{"", "\ufeff", "\n\r\n \n", "\ufeff\n\n", "\xff\xfe", "sep=;\n"} {
		if _, err := readAll(text, Options{}); !errors.Is(err, ErrEmpty) {
			t.Errorf("%q: got %v, want ErrEmpty", text, err)
		}
	}
	for _, text := range []string{"phone", "phone\n", "phone,name\r\n\r\n", "\ufeff\"phone\"\n"} {
		if got := mustRead(t, text, Options{}); len(got.Rows) != 0 {
			t.Errorf("%q: got %d rows, want 0", text, len(got.Rows))
		}
	}
	wantPhones(t, mustRead(t, "phone\n1", Options{}), "1")
	wantPhones(t, mustRead(t, "1\n2", Options{NoHeader: true}), "1", "2")
}

// repeated returns a line left times.
type repeated struct {
	line []byte
	left int
	rest []byte
}

func (r *repeated) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		if r.left == 0 {
			return 0, io.EOF
		}
		r.left--
		r.rest = r.line
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// Every encoding of the WHATWG standard is known by its name, and decodes what it
// has encoded.
func TestPitfall03EveryEncodingByName(t *testing.T) {
	for _, name := range strings.Fields(`ibm866 iso-8859-2 iso-8859-3 iso-8859-4 iso-8859-5 iso-8859-6 iso-8859-7 iso-8859-8
		iso-8859-8-i iso-8859-10 iso-8859-13 iso-8859-14 iso-8859-15 iso-8859-16 koi8-r koi8-u macintosh windows-874 windows-1250
		windows-1251 windows-1252 windows-1253 windows-1254 windows-1255 windows-1256 windows-1257 windows-1258 x-mac-cyrillic
		gbk gb18030 big5 euc-jp iso-2022-jp shift_jis euc-kr utf-8 utf-16be utf-16le latin1 cp1251 sjis UTF-8 Windows-1252`) {
		t.Run(name, func(t *testing.T) {
			file := encoded(t, name, "name;phone\r\nAda;+14155552671\r\n")
			got, err := readAll(file, Options{Encoding: name})
			if err != nil || len(got.Rows) != 1 || got.Rows[0].Phone != "+14155552671" {
				t.Errorf("got %+v, %v, want the contact", got, err)
			}
		})
	}
}

func TestPitfall03GarbledHeadersPointToTheEncoding(t *testing.T) {
	file := encoded(t, "windows-1251", "Имя;Телефон\nИван;+79123456789\n")
	_, err := openFile(file, Options{})
	var wrong *UsageError
	if !errors.As(err, &wrong) || !strings.Contains(wrong.Message, "--encoding windows-1251") {
		t.Errorf("got %v, want a UsageError that names --encoding", err)
	}
	rd, err := openFile(file, Options{Encoding: "windows-1251"})
	if err != nil || rd.Columns().Phone[0] != "Телефон" {
		t.Errorf("got %v, want the column found with that flag", err)
	}
	_, err = openFile("Имя;X\nИван;+79123456789\n", Options{})
	if !errors.As(err, &wrong) || strings.Contains(wrong.Message, "--encoding") {
		t.Errorf("valid UTF-8: got %v, want a UsageError without --encoding", err)
	}
}

// TestPitfall09MemoryIsBounded reads 12 MB, half of it behind an unclosed
// quote, and measures the memory in use.
func TestPitfall09MemoryIsBounded(t *testing.T) {
	block := []byte(strings.Repeat("+14155552671,\"Ann\",x\n", 5000))
	blocks := testenv.Size(60, 20)
	in := io.MultiReader(strings.NewReader("phone,name,x\n"),
		&repeated{line: block, left: blocks}, strings.NewReader("1,\"unclosed,2\n"), &repeated{line: block, left: blocks})
	rd, err := Open(in, nil, 0, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	rows, bad := 0, 0
	for row, err := range rd.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		if rows++; row.Malformed != "" {
			bad++
		}
		if rows%100_000 == 0 {
			runtime.GC()
			runtime.ReadMemStats(&now)
			if grown := int64(now.HeapAlloc) - int64(before.HeapAlloc); grown > 8<<20 {
				t.Fatalf("after %d rows %d bytes more are in use, want at most 8 MiB", rows, grown)
			}
		}
	}
	if want := 2*5000*blocks + 1; rows != want || bad != 1 {
		t.Errorf("got %d rows, %d bad, want %d and 1", rows, bad, want)
	}
}

// TestReadingTwiceGivesTheSame: also with reads of other sizes.
func TestReadingTwiceGivesTheSame(t *testing.T) {
	file := "phone;näme\n" + strings.Repeat("+4915123456789;\"Jürgen\r\n\"\"x\"\"\"\n1;\"\n2;\"x\"y;\r3;\n", 3000)
	want := mustRead(t, file, Options{})
	for name, r := range map[string]io.Reader{
		"again":          strings.NewReader(file),
		"byte by byte":   iotest.OneByteReader(strings.NewReader(file)),
		"halves":         iotest.HalfReader(strings.NewReader(file)),
		"data with EOF":  iotest.DataErrReader(strings.NewReader(file)),
		"gzipped":        bytes.NewReader(pack(t, "gzip", []byte(file))),
		"windows halves": iotest.HalfReader(strings.NewReader(file)),
	} {
		got, err := readStream(r, file, Options{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got.Dialect.Compression = ""
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got another outcome", name)
		}
	}
}

func TestInputIsReadToItsEnd(t *testing.T) {
	file := []byte("phone\n+14155552671\n")
	for _, how := range []string{"", "gzip", "zstd", "bzip2", "zip"} {
		packed := pack(t, how, file)
		in := bytes.NewReader(packed)
		var seen bytes.Buffer
		if _, err := readStream(io.TeeReader(in, &seen), packed, Options{}); err != nil {
			t.Fatalf("%s: %v", how, err)
		}
		if !bytes.Equal(seen.Bytes(), packed) {
			t.Errorf("%s: got %d of %d bytes read", how, seen.Len(), len(packed))
		}
	}
}

func TestReadErrorsEndTheRows(t *testing.T) {
	broken := errors.New("broken pipe")
	in := io.MultiReader(strings.NewReader("phone,n\n1,a\n2,"), iotest.ErrReader(broken))
	got, err := readStream(in, "", Options{})
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "line 3") {
		t.Errorf("got %v, want the error with line 3", err)
	}
	wantPhones(t, got, "1")
	if _, err := Open(iotest.ErrReader(broken), nil, 0, Options{}); !errors.Is(err, broken) {
		t.Errorf("Open: got %v, want the error", err)
	}
}

func TestRowsCanStopAndPanicsWhenUsedTwice(t *testing.T) {
	rd, err := openFile("phone\n1\n2\n", Options{})
	if err != nil {
		t.Fatal(err)
	}
	for range rd.Rows() {
		break
	}
	defer func() {
		if recover() == nil {
			t.Error("got no panic on the second use of Rows")
		}
	}()
	for range rd.Rows() {
	}
}

func TestOptionsAreValidated(t *testing.T) {
	for name, o := range map[string]Options{
		"quote":             {Delimiter: '"'},
		"newline":           {Delimiter: '\n'},
		"no character":      {Delimiter: 0xd800},
		"unknown encoding":  {Encoding: "klingon"},
		"unusable encoding": {Encoding: "hz-gb-2312"},
	} {
		_, err := openFile("phone\n", o)
		var wrong *UsageError
		if !errors.As(err, &wrong) || !strings.Contains(wrong.Message, "--") {
			t.Errorf("%s: got %v, want a UsageError with a flag", name, err)
		}
	}
}

func TestGuardIsTakenOff(t *testing.T) {
	got := mustRead(t, "phone,country\n\"'=\"\"+1\"\"\",'@US\n", Options{})
	if row := got.Rows[0]; row.Phone != `="+1"` || row.Region != "@US" || row.Record[1] != "'@US" {
		t.Errorf("got %+v, want phone and region without the guard, and the record as found", row)
	}
}

// FuzzOpen checks for any bytes: no panic, the same result with reads of any size,
// row numbers without a gap, rising line numbers, and no cell missing in a good
// row.
func FuzzOpen(f *testing.F) {
	for _, d := range variants(f) {
		f.Add(d.file, false)
	}
	for _, text := range []string{"", "\ufeff", "sep=;\nphone;n\n", "phone,n\n1,\"a\n2,b\x00\n", "phone\n\xe9\xc3\xa9", "PK\x03\x04", "\x1f\x8b\b", "1,2\n3\n",
		"\ufeff\ufeff\"a\",b\n\ufeff\"1\"\n2,3,\n\x1a", "1,2,3\n4,5\n6,7\n8,\"9\n0\"\n", "1,\"a\\\", b\"\n2,\"\\\\\"\n", "phone,sent_import_line,unsubscribed\n1,2,yes\n3,,2026-01-01\n"} {
		f.Add([]byte(text), true)
		f.Add([]byte(text), false)
	}
	f.Fuzz(func(t *testing.T, file []byte, noHeader bool) {
		o := Options{NoHeader: noHeader, PhoneColumns: []string{"1"}}
		once, _ := readAll(file, o)
		again, _ := readStream(iotest.OneByteReader(bytes.NewReader(file)), file, o)
		if !reflect.DeepEqual(once, again) {
			t.Fatalf("got %+v, and byte by byte %+v", once, again)
		}
		line := 0
		for i, row := range once.Rows {
			if row.Number != i+1 || row.Line <= line {
				t.Fatalf("got number %d line %d after number %d line %d", row.Number, row.Line, i, line)
			}
			line = row.Line
			if row.Malformed == "" && !fitsIn(row.Record, once, noHeader) {
				t.Fatalf("got a good row of %d cells", len(row.Record))
			}
		}
		o.Version = 1
		old, _ := readAll(file, o)
		for _, row := range old.Rows {
			if row.Malformed == "" && len(row.Record) != len(old.Rows[0].Record) && old.Rows[0].Malformed == "" {
				t.Fatalf("version 1: got a good row of %d cells, the first has %d", len(row.Record), len(old.Rows[0].Record))
			}
		}
	})
}

// fitsIn reports whether the cells are those of a row: nothing is behind the columns of
// the header, and the first of them is there.
func fitsIn(cells []string, in outcomeOf, noHeader bool) bool {
	width := len(in.Header)
	if noHeader {
		width = len(in.Rows[0].Record)
	}
	return len(cells) > 0 && strings.TrimSpace(strings.Join(cells[min(width, len(cells)):], "")) == ""
}
