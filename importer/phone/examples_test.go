package phone

import (
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/nyaruka/phonenumbers"

	"sent-import/importer/testenv"
)

// example is a number of the library's metadata.
type example struct {
	region string
	typ    phonenumbers.PhoneNumberType
	pn     *phonenumbers.PhoneNumber
	e164   string
}

func (e example) String() string { return fmt.Sprintf("%s type %d", e.region, e.typ) }

// examples returns the example number of each region and type, and of each
// calling code of no country, in a fixed order.
var examples = sync.OnceValue(func() []example {
	var all []example
	add := func(region string, typ phonenumbers.PhoneNumberType, pn *phonenumbers.PhoneNumber) {
		if pn != nil {
			all = append(all, example{region, typ, pn, phonenumbers.Format(pn, phonenumbers.E164)})
		}
	}
	var regions []string
	for region := range phonenumbers.GetSupportedRegions() {
		regions = append(regions, region)
	}
	slices.Sort(regions)
	for _, region := range regions {
		for typ := phonenumbers.FIXED_LINE; typ <= phonenumbers.VOICEMAIL; typ++ {
			if typ != phonenumbers.FIXED_LINE_OR_MOBILE { // the library gives a fixed line for it
				add(region, typ, phonenumbers.GetExampleNumberForType(region, typ))
			}
		}
	}
	var codes []int
	for code := range phonenumbers.GetSupportedGlobalNetworkCallingCodes() {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	for _, code := range codes {
		add(noCountry, phonenumbers.UNKNOWN, phonenumbers.GetExampleNumberForNonGeoEntity(code))
	}
	return all
})

// stride is how many examples one stands for with the race detector, see sample.
func stride() int { return testenv.Size(1, 11) }

// sample is all of the examples, or with the race detector some of all over the world:
// reading a cell has no goroutines, and TestConcurrentUse has them.
func sample() []example {
	var some []example
	for i := 0; i < len(examples()); i += stride() {
		some = append(some, examples()[i])
	}
	return some
}

// exampleExceptions are the cells that are not read as the example's number, with
// their reasons, by region and cell.
var exampleExceptions = map[string]string{
	// The library's own formatting loses the area code 11, so the number cannot
	// be known. As people write it, "011 15-2345-6789", it is read.
	"AR 09 15-2345-6789": invalid,
	// Six digits with the calling code: no number for a contact.
	"IR +989601":      tooShort,
	"IR +98 9601":     tooShort,
	"IR tel:+98-9601": tooShort,
	"IR 09601":        invalid,
	"IR 9601":         tooShort,
	"IR 00989601":     tooShort,
	"IR 989601":       invalid,
	// Without + these are also national numbers that begin with the digits of
	// the calling code: two people.
	"BR 5540041234":    ambiguous,
	"DE 4915123456789": ambiguous,
	"DE 4918012345":    ambiguous,
	"DE 4916412345":    ambiguous,
	"DE 4918500123456": ambiguous,
	"ID 62218350123":   ambiguous,
	"ID 62812345678":   ambiguous,
	"NL 318001234":     ambiguous,
	"SE 468123456":     ambiguous,
	"VN 841992000":     ambiguous,
	"XK 38328012345":   ambiguous,
	"XK 38343201234":   ambiguous,
	"XK 38380001234":   ambiguous,
	"XK 38390001234":   ambiguous,
	// A number for all of India, which is no mobile number; with + it is one of
	// Connecticut.
	"IN 1860 345 1234": ambiguous,
	"IN 18603451234":   ambiguous,
	// As a spreadsheet writes 8.2102E+11.
	"KR 821020000000": scientific,
}

// writings returns the ways in which an example is written, with the region that
// it needs.
func (e example) writings() [][2]string {
	all := [][2]string{
		{e.e164, ""},
		{phonenumbers.Format(e.pn, phonenumbers.INTERNATIONAL), ""},
		{phonenumbers.Format(e.pn, phonenumbers.RFC3966), ""},
		{"00" + e.e164[1:], ""},
	}
	if e.region == noCountry {
		return all
	}
	return append(all,
		[2]string{phonenumbers.Format(e.pn, phonenumbers.NATIONAL), e.region},
		[2]string{phonenumbers.GetNationalSignificantNumber(e.pn), e.region},
		[2]string{e.e164[1:], e.region},
	)
}

func TestEveryExampleInEveryWriting(t *testing.T) {
	cells, unused := 0, len(exampleExceptions)
	for _, e := range examples() {
		for _, w := range e.writings() {
			cells++
			want := e.e164
			if reason, ok := exampleExceptions[e.region+" "+w[0]]; ok {
				want, unused = reason, unused-1
			}
			checkCell(t, w[0], w[1], Options{}, want)
		}
	}
	if cells < 7000 || unused > 0 {
		t.Errorf("got %d cells and %d exceptions that are none, want over 7000 and 0", cells, unused)
	}
}

// dirt are the texts around good numbers in real files with which the library
// rejects them.
var dirt = [][2]string{
	{"", " "}, {"", ";"}, {"", ","}, {"", "!"}, {"", ":"}, {"", `"`}, {"'", ""}, {"'", "'"}, {`="`, `"`}, {"", "|"}, {"", "."},
	{"", "\u200e"}, {"", "\u200f"}, {"\u202a", "\u202c"}, {"\u2066", "\u2069"}, {"", "\u200b"}, {"\ufeff", ""}, {"", "\u00ad"},
	{"", "\u00a0"}, {"", "\r\n"}, {"<", ">"}, {"[", "]"}, {"«", "»"}, {"", "…"}, {"", "、"}, {"", "·"}, {"📱 ", ""}, {"", "\x00"},
}

// Each writing gets the next kind of dirt, so that every kind is tried on about
// three hundred cells.
func TestEveryExampleInDirt(t *testing.T) {
	turn := 0
	for _, e := range sample() {
		for _, w := range e.writings() {
			d := dirt[turn%len(dirt)]
			turn++
			clean := Normalize(w[0], w[1], Options{})
			if got := Normalize(d[0]+w[0]+d[1], w[1], Options{}); got != clean {
				t.Errorf("%v: %q: got %+v, want %+v as without dirt", e, d[0]+w[0]+d[1], got, clean)
			}
		}
	}
}

// A type restriction accepts exactly the examples of that type.
func TestEveryExampleByType(t *testing.T) {
	for _, e := range sample() {
		typ := libraryTypes[phonenumbers.GetNumberType(e.pn)]
		if r := Normalize(e.e164, "", Options{}); r.E164 == "" {
			continue
		}
		checkCell(t, e.e164, "", Options{Types: []Type{typ}}, e.e164)
		checkCell(t, e.e164, "", Options{Types: slices.DeleteFunc(Types(), func(other Type) bool { return other == typ })}, wrongType)
	}
}

// The kinds of cells that a lenient parser reads as another person's number: each
// must be read as the example's number or be rejected.
func TestNoExampleBecomesAnother(t *testing.T) {
	kinds := map[string]func(e164, nsn string) string{
		"letters at the end":     func(e164, nsn string) string { return e164[:len(e164)-3] + "ABC" },
		"letters in the middle":  func(e164, nsn string) string { return e164[:5] + "abc" + e164[5:] },
		"a letter in the middle": func(e164, nsn string) string { return e164[:5] + "o" + e164[5:] },
		"decimal":                func(e164, nsn string) string { return e164[1:] + ".0" },
		"national decimal":       func(e164, nsn string) string { return nsn + ".0" },
		"code without plus":      func(e164, nsn string) string { return e164[1:] },
		"bracketed zero":         func(e164, nsn string) string { return e164[:len(e164)-len(nsn)] + " (0)" + nsn },
		"bracketed zero, 00":     func(e164, nsn string) string { return "00" + e164[1:len(e164)-len(nsn)] + " (0) " + nsn },
		"trailing word":          func(e164, nsn string) string { return e164 + " mobile" },
		"trailing short word":    func(e164, nsn string) string { return nsn + " ab" },
		"extension":              func(e164, nsn string) string { return e164 + " x12" },
		"last digits of another": func(e164, nsn string) string { return e164 + "/12" },
		"fraction":               func(e164, nsn string) string { return e164[1:] + ".5" },
		"exponent":               func(e164, nsn string) string { return e164[1:2] + "." + e164[2:4] + "E+" + strconv.Itoa(len(e164)) },
	}
	for name, write := range kinds {
		t.Run(name, func(t *testing.T) {
			for _, e := range sample() {
				cell := write(e.e164, phonenumbers.GetNationalSignificantNumber(e.pn))
				regions := []string{"", e.region}
				if e.region == noCountry { // as a spelling it would be +1
					regions = regions[:1]
				}
				for _, region := range regions {
					r := Normalize(cell, region, Options{})
					checkShape(t, cell, r)
					if r.E164 != "" && r.E164 != e.e164 {
						t.Errorf("%v: %q: got %s, want %s or none", e, cell, r.E164, e.e164)
					}
				}
			}
		})
	}
}

// The library's own parser reads what the fast path accepts as the same number: the
// examples, and each with one digit changed, at every position.
func TestPlainAgreesWithTheLibrary(t *testing.T) {
	for i, e := range sample() {
		for at := 2; at < len(e.e164); at++ {
			cell := e.e164[:at] + strconv.Itoa((i+at)%10) + e.e164[at+1:]
			if _, ok := plain(cell); !ok {
				continue
			}
			pn, err := phonenumbers.Parse(cell, "ZZ")
			if err != nil || !phonenumbers.IsValidNumber(pn) || phonenumbers.Format(pn, phonenumbers.E164) != cell {
				t.Errorf("%s: got accepted, want as the library has it: %v, %v", cell, pn, err)
			}
		}
	}
}
