package phone

import (
	"regexp"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/nyaruka/phonenumbers"

	"sent-import/importer/testenv"
)

var e164Pattern = regexp.MustCompile(`^\+[1-9]\d{6,14}$`)

func FuzzNormalize(f *testing.F) {
	for _, seed := range [][2]string{
		{"+14155552671", ""}, {"(415) 555-2671", "US"}, {"4.47E+11", "GB"}, {"447900900123.0", "GB"}, {"+44 (0)20 7946 0018", ""},
		{"011 15 2345-6789", "AR"}, {"0 15 11 96123-4567", "BR"}, {"030/123456", "Deutschland"}, {"tel:7900-900123;phone-context=+44", ""},
		{"https://wa.me/14155552671?text=hi", ""}, {"+1 415 555 2671 x12", ""}, {"+1 415 555 2671 / +1 212 555 0123", ""}, {"n/a", "n/a"},
		{"٠٢٠ ٧٩٤٦ ٠٠١٨", "+44"}, {"1,415,555,2671", "1"}, {"=\"+14155552671\"", "\xff"}, {"0014155552671", "FI"}, {"+0044[0]20 79460018", "🇬🇧"},
	} {
		f.Add(seed[0], seed[1], false)
		f.Add(seed[0], seed[1], true)
	}
	f.Fuzz(func(t *testing.T, cell, region string, lenient bool) {
		o := Options{FirstOfMultiple: lenient, DropExtension: lenient}
		r := Normalize(cell, region, o)
		checkShape(t, cell, r)
		if again := Normalize(cell, region, o); again != r {
			t.Errorf("%q: got %+v the second time, want %+v", cell, again, r)
		}
		if whole := normalizeText(cell, region, o); whole != r {
			t.Errorf("%q: got %+v on the fast path, want %+v", cell, r, whole)
		}
		if r.E164 == "" {
			return
		}
		checkAccepted(t, cell, r.E164)
		if again := Normalize(r.E164, "", o); again != r {
			t.Errorf("%q: got %+v from the result itself, want %+v", cell, again, r)
		}
	})
}

// checkAccepted checks what is true of every result: the number is valid, and the
// cell contains its national digits without a gap.
func checkAccepted(t *testing.T, cell, e164 string) {
	t.Helper()
	pn, err := phonenumbers.Parse(e164, "ZZ")
	if err != nil || !e164Pattern.MatchString(e164) || !phonenumbers.IsValidNumber(pn) {
		t.Errorf("%q: got %s, want a valid number of E.164", cell, e164)
		return
	}
	nsn := phonenumbers.GetNationalSignificantNumber(pn)
	digits := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Nd, r) {
			return '0' + digitValue(r)
		}
		return -1
	}, cell)
	if strings.Contains(digits, nsn) || pn.GetCountryCode() == 54 && agreesInArgentina(digits, nsn) {
		return
	}
	if strings.Contains(cell, "%") { // an escaped digit of a link
		return
	}
	t.Errorf("%q: got %s, want only digits of the cell", cell, e164)
}

// agreesInArgentina reports whether the digits have the mobile number nsn with
// its 9 in the form that is dialled at home, with 15 after the area code.
func agreesInArgentina(digits, nsn string) bool {
	for area := 2; area <= 4 && nsn[0] == '9' && len(nsn) == 11; area++ {
		if strings.Contains(digits, nsn[1:1+area]+"15"+nsn[1+area:]) {
			return true
		}
	}
	return false
}

func FuzzRegion(f *testing.F) {
	for _, seed := range []string{"US", "Deutschland", "+49", "Korea, Republic of", "US +1", "🇬🇧", "Áo", "+1-684", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		iso, ok := Region(cell)
		if ok != (iso != "") || ok && planOf(iso) == nil {
			t.Errorf("Region(%q): got %q, %t, want a region with numbers or none", cell, iso, ok)
		}
		if again, _ := Region(iso); again != iso {
			t.Errorf("Region(%q): got %q from its own result %q", cell, again, iso)
		}
	})
}

func TestConcurrentUse(t *testing.T) {
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for _, e := range sample()[:testenv.Size(60, 20)] {
				for _, w := range e.writings() {
					checkShape(t, w[0], Normalize(w[0], w[1], Options{Types: Types()}))
				}
				Region("Deutschland")
			}
		})
	}
	wg.Wait()
}
