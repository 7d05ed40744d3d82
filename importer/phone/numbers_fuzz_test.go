package phone

import (
	"strings"
	"testing"

	"sent-import/importer/outcome"
)

func FuzzNumbers(f *testing.F) {
	loadWorld() // takes seconds under a fuzzer, which ends a process for a slow input
	for i, seed := range [][2]string{
		{"4915123456789", "DE"}, {"43664123456", "DE"}, {"14155552671", "US"}, {"84951234567", "RU"}, {"+8 (495) 123-45-67", "Russia"},
		{"8 10 1 415 555 2671", "RU"}, {"447000000000", "GB"}, {"-23456891", "NO"}, {"15123456789", "DE"}, {"447900900123.0", ""},
		{"44 (0)20 7946 0018", "GB"}, {"4933701/12345", "DE"}, {"11 15 2345-6789", "AR"}, {"447900900123; 447900900124", "GB"},
		{"80 29 123 45 67", "BY"}, {"6585551234", "JM"}, {"16135550123", "CA"}, {"393123456789", "IT"}, {"1860 345 1234", "IN"},
	} {
		f.Add(seed[0], seed[1], uint8(i), i%2 == 0, i%3 == 0)
	}
	f.Fuzz(func(t *testing.T, cell, region string, how uint8, ours, refused bool) {
		o := Options{Numbers: Numbers(how % 5), Ours: ours}
		if refused {
			o.Refused = outcome.PhoneScientificNotation
		}
		r := Normalize(cell, region, o)
		checkShape(t, cell, r)
		if r.E164 != "" {
			checkAccepted(t, cell, r.E164)
		}
		text, fault := telephone(cell)
		if fault.Reason != "" || len(split(text)) != 1 {
			return
		}
		part := split(text)[0]
		w, ok := write(part)
		p, _ := o.plan(shortRegion(region))
		switch {
		case !ok || r.E164 == "" && o.Numbers != International:
		case r.E164 != "" && o.hasLostDigits(part, w):
			t.Errorf("%q in %q: got %s from digits that are lost", cell, region, r.E164)
		case w.isBare(p):
			checkBare(t, w, p, r, cell, region, o)
		case r.E164 != "" && w.plus && p != nil && p.isBehindTrunk(w.digits):
			t.Errorf("%q in %q: got %s, want none", cell, region, r.E164)
		default:
			if again := Normalize(cell, region, Options{Refused: o.Refused}); again != r {
				t.Errorf("%q in %q: got %+v, want %+v, as without options", cell, region, r, again)
			}
		}
	})
}

// checkBare checks the result of a bare cell, which is a number unless the options say
// International.
func checkBare(t *testing.T, w written, p *plan, r Result, cell, region string, o Options) {
	t.Helper()
	withPlus := Normalize("+"+w.digits, "", Options{}).E164
	switch {
	case o.Numbers == International:
		checkInternational(t, r, cell, region, o)
	case w.zero >= 0: // with and without its bracketed zero it is two texts
	case o.Numbers == ByHeader && r.E164 == withPlus:
	case p == nil:
		t.Errorf("%q: got %s without a country", cell, r.E164)
	case !strings.HasPrefix(r.E164, "+"+p.digits):
		t.Errorf("%q in %q: got %s, the number of another country", cell, region, r.E164)
	case o.Numbers == National:
		checkNational(t, w, p, r)
	case o.Numbers == ByHeader && withPlus != "":
		t.Errorf("%q in %q: got %s, want %s or none", cell, region, r.E164, withPlus)
	case o.Numbers == ByColumn && w.beginsWithCode(p) && r.E164 != withPlus:
		t.Errorf("%q in %q: got %s, want %q, as with +", cell, region, r.E164, withPlus)
	case (o.Ours || o.Numbers == ByColumn) && !w.beginsWithCode(p) && withPlus != "":
		t.Errorf("%q in %q: got %s, want none: it may be %s", cell, region, r.E164, withPlus)
	}
}

// checkInternational checks that a bare cell is read as the same cell with +, unless its
// digits are lost, or it is read as a date.
func checkInternational(t *testing.T, r Result, cell, region string, o Options) {
	t.Helper()
	if !isDigit(cell[0]) || r.Reason == outcome.PhoneScientificNotation {
		return
	}
	if o.Ours && r.Hint == hintNotHome {
		return
	}
	want := Normalize("+"+cell, region, Options{Refused: o.Refused})
	want.Hint = strings.TrimSuffix(want.Hint, beganWithPlus)
	if r != want {
		t.Errorf("%q in %q: got %+v, want %+v, as with +", cell, region, r, want)
	}
}

// checkNational checks that no calling code was taken off: only a trunk prefix, or what
// the metadata says is dialled before national numbers.
func checkNational(t *testing.T, w written, p *plan, r Result) {
	t.Helper()
	nsn := strings.TrimPrefix(r.E164, "+"+p.digits)
	before, ok := strings.CutSuffix(w.digits, nsn)
	if ok && before == p.digits && p.trunk != p.digits {
		t.Errorf("%q in %s: got %s, without its calling code", w.digits, p.region, r.E164)
	}
}
