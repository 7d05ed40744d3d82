package phone

import (
	"strings"
	"testing"

	"sent-import/importer/outcome"
)

func TestPitfall37International(t *testing.T) {
	o := Options{Numbers: International}
	runCells(t, o, []cellCase{
		{"Germany", "4915123456789", "DE", "+4915123456789"},
		{"no country", "4915123456789", "", "+4915123456789"},
		{"a country that is not understood", "4915123456789", "Freedonia", "+4915123456789"},
		{"another country", "43664123456", "DE", "+43664123456"},
		{"North America", "14155552671", "US", "+14155552671"},
		{"too short for Switzerland", "4155552671", "US", tooShort},
		{"spaces and brackets", "44 (0)20 7946 0018", "US", "+442079460018"},
		{"label", "Tel.: 447900900123", "", "+447900900123"},
		{"slash", "4933701/12345", "", "+493370112345"},
		{"decimals", "4915123456789.0", "", "+4915123456789"},
		{"leading zero", "015123456789", "DE", "+4915123456789"},
		{"leading zero, no country", "015123456789", "", noRegion},
		{"00", "004915123456789", "", "+4915123456789"},
		{"the country's own prefix", "8~10 1 415 555 2671", "RU", "+14155552671"},
		{"no such code", "999123456789", "DE", invalid},
		{"national digits", "15123456789", "DE", "+15123456789"},
		{"trunk prefix", "84951234567", "RU", ambiguous},
		{"two, the same", "447900900123; +44 7900 900123", "", "+447900900123"},
		{"two", "447900900123; 447900900124", "", multiple},
		{"short", "911", "US", tooShort},
	})
	o.FirstOfMultiple = true
	checkCell(t, "447900900123 / 447900900124", "", o, "+447900900123")
	checkCell(t, "447900900123 / 447900900124", "", Options{Numbers: International, Ours: true, FirstOfMultiple: true}, "+447900900123")
}

func TestPitfall37National(t *testing.T) {
	runCells(t, Options{Numbers: National}, []cellCase{
		{"Germany", "4915123456789", "DE", "+494915123456789"},
		{"Germany, in a file of ours", "15123456789", "DE", "+4915123456789"},
		{"North America, with the trunk prefix", "14155552671", "US", "+14155552671"},
		{"North America", "4155552671", "US", "+14155552671"},
		{"a Canadian row", "1 (613) 555-0123", "Canada", "+16135550123"},
		{"trunk prefix twice", "1 1 415 555 2671", "US", tooLong},
		{"Britain", "447900900123", "GB", tooLong},
		{"Russia", "8 (912) 345-67-89", "RU", "+79123456789"},
		{"Russia, no mobile number", "84951234567", "RU", "+74951234567"},
		{"Russia, calling code", "79123456789", "RU", invalid},
		{"Italy, digits that are also a code", "393123456789", "IT", invalid},
		{"mobile abroad", "43664123456", "DE", "+4943664123456"},
		{"no country", "4155552671", "", noRegion},
		{"with +", "+4915123456789", "DE", "+4915123456789"},
		{"leading zero", "015123456789", "DE", "+4915123456789"},
		{"two", "4155552671; 1 415 555 2671", "US", "+14155552671"},
	})
	checkCell(t, "43664123456", "DE", Options{Numbers: National, Ours: true}, "+4943664123456")
}

func TestPitfall37ByHeader(t *testing.T) {
	runCells(t, Options{Numbers: ByHeader}, []cellCase{
		{"no country", "4915123456789", "", "+4915123456789"},
		{"own code", "4915123456789", "DE", "+4915123456789"},
		{"a country that is not understood", "4915123456789", "Freedonia", "+4915123456789"},
		{"another country, too long for this one", "447900900123", "US", "+447900900123"},
		{"another country, and a number at home", "43664123456", "DE", ambiguous},
		{"another country, and a number at home with a trunk prefix", "84951234567", "RU", ambiguous},
		{"no number with a code", "7900900123", "GB", "+447900900123"},
		{"no number with a code, no country", "9990090012", "", noRegion},
		{"no number at all", "9999999999999", "GB", tooLong},
		{"leading zero", "07900 900123", "GB", "+447900900123"},
		{"in a file of ours", "447900900123", "US", "+447900900123"},
	})
	checkCell(t, "447900900123", "US", Options{Numbers: ByHeader, Ours: true}, "+447900900123")
	checkCell(t, "442079460018", "", Options{Numbers: ByHeader, Types: []Type{Mobile}}, wrongType)
}

func TestPitfall37ByColumn(t *testing.T) {
	o := Options{Numbers: ByColumn}
	runCells(t, o, []cellCase{
		{"own code", "4915123456789", "DE", "+4915123456789"},
		{"own code, shared", "16135550123", "US", "+16135550123"},
		{"own code, trunk zero left", "44 07900 900123", "GB", "+447900900123"},
		{"own code, no number so", "491234", "DE", tooShort},
		{"own code, only a number at home", "4920012345", "DE", invalid},
		{"national", "7900900123", "GB", "+447900900123"},
		{"national, and a number abroad", "15123456789", "DE", ambiguous},
		{"another country", "447900900123", "DE", ambiguous},
		{"another country, no number at home", "447900900123", "US", ambiguous},
		{"trunk prefix, and a number abroad", "84951234567", "RU", ambiguous},
		{"no country", "4915123456789", "", noRegion},
		{"leading zero", "015123456789", "DE", "+4915123456789"},
		{"with +", "+447900900123", "DE", "+447900900123"},
	})
	for _, c := range []cellCase{{"", "491234", "DE", tooShort}, {"", "4499999999", "GB", invalid}} {
		if r := Normalize(c.cell, c.region, o); r.Hint != hintColumn {
			t.Errorf("%q: got hint %q, want the one that names the column's decision", c.cell, r.Hint)
		}
	}
}

func TestPitfall37ByCell(t *testing.T) {
	runCells(t, Options{}, []cellCase{
		{"mobile abroad, landline at home", "43664123456", "DE", ambiguous},
		{"mobile abroad, with spaces", "43 664 123456", "DE", ambiguous},
		{"mobile abroad, with a leading zero", "043664123456", "DE", "+4943664123456"},
		{"mobile abroad and no number at home", "447900900123", "US", ambiguous},
		{"mobile at home and abroad", "15123456789", "DE", "+4915123456789"},
		{"landline abroad and at home", "4951234567", "RU", "+74951234567"},
		{"landline with a trunk prefix, mobile abroad", "8 (495) 123-45-67", "Russia", "+74951234567"},
		{"mobile with a trunk prefix", "89123456789", "RU", "+79123456789"},
		{"valid in both ways", "4915123456789", "DE", ambiguous},
		{"own code", "447900900123", "GB", "+447900900123"},
		{"shared code", "77012345678", "RU", "+77012345678"},
		{"no country", "43664123456", "", noRegion},
	})
	runCells(t, Options{Ours: true}, []cellCase{
		{"mobile at home, a number abroad", "15123456789", "DE", ambiguous},
		{"landline abroad and at home", "4951234567", "RU", ambiguous},
		{"landline with a trunk prefix, mobile abroad", "8 (495) 123-45-67", "Russia", ambiguous},
		{"own code", "447900900123", "GB", "+447900900123"},
		{"no number abroad", "7900900123", "GB", "+447900900123"},
		{"leading zero", "015123456789", "DE", "+4915123456789"},
		{"with +", "+15123456789", "DE", "+15123456789"},
	})
}

func TestPitfall38TrunkPrefixBehindPlus(t *testing.T) {
	cases := []cellCase{
		{"Moscow", "+8 (495) 123-45-67", "Russia", ambiguous},
		{"Moscow, digits only", "+84951234567", "RU", ambiguous},
		{"a mobile number, with no such code", "+8 912 345-67-89", "RU", ambiguous},
		{"Kazakhstan", "+8 701 234 5678", "KZ", ambiguous},
		{"Belarus, with 8", "+8 029 123 45 67", "BY", ambiguous},
		{"a zero", "+0 151 23456789", "DE", ambiguous},
		{"Hungary", "+06 20 123 4567", "HU", ambiguous},
		{"Vietnam", "+84951234567", "VN", "+84951234567"},
		{"no country", "+84951234567", "", "+84951234567"},
		{"Vietnam in a German row", "+84951234567", "DE", "+84951234567"},
		{"China in a Russian row", "+8613800138000", "RU", "+8613800138000"},
		{"the calling code is the trunk prefix", "+14155552671", "US", "+14155552671"},
		{"own code", "+79123456789", "RU", "+79123456789"},
	}
	for _, how := range []Numbers{ByCell, ByHeader, ByColumn, International, National} {
		runCells(t, Options{Numbers: how, Ours: how == ByColumn}, cases)
	}
	checkCell(t, "+84951234567", "", Options{DefaultRegion: "RU"}, ambiguous)
	checkCell(t, "+84951234567", "VN", Options{DefaultRegion: "RU"}, "+84951234567")
}

// No example of a country is lost in a row of that country.
func TestPitfall38NoGoodNumberIsLost(t *testing.T) {
	for _, e := range examples() {
		if e.region == noCountry || Normalize(e.e164, "", Options{}).E164 == "" {
			continue
		}
		checkCell(t, e.e164, e.region, Options{}, e.e164)
		checkCell(t, e.e164[:2]+" "+e.e164[2:], e.region, Options{}, e.e164)
	}
}

func TestPitfall53RoundedNumbers(t *testing.T) {
	cases := []cellCase{
		{"4.47E+11", "447000000000", "GB", scientific},
		{"six digits", "447901000000", "GB", scientific},
		{"seven digits", "447901100000", "GB", "+447901100000"},
		{"ten digits", "2070000000", "GB", "+442070000000"},
		{"decimals", "447000000000.0", "GB", scientific},
		{"thousands", "447,000,000,000", "GB", scientific},
		{"text guard", "'447000000000", "GB", scientific},
		{"no country", "447000000000", "", scientific},
		{"longer than any number", "44700000000000000000", "GB", scientific},
		{"spaces", "44 7000 000000", "GB", "+447000000000"},
		{"with +", "+447000000000", "GB", "+447000000000"},
		{"leading zeros", "002488000000", "", "+2488000000"},
		{"two", "447000000000; 447000000000", "GB", multiple},
	}
	runCells(t, Options{}, cases)
	for _, how := range []Numbers{ByHeader, ByColumn, International, National} {
		runCells(t, Options{Numbers: how}, []cellCase{cases[0], cases[1], cases[4], cases[5]})
	}
	runCells(t, Options{Refused: outcome.PhoneScientificNotation}, []cellCase{
		{"six digits", "447901000000", "GB", scientific},
		{"spaces", "44 7000 000000", "GB", scientific},
		{"seven digits and zeros", "447901100000", "GB", scientific},
		{"a zero at the end", "447900900120", "GB", scientific},
		{"no zero at the end", "447900900123", "GB", "+447900900123"},
		{"a zero at the end, with spaces", "44 7900 900120", "GB", "+447900900120"},
		{"leading zero", "07900900120", "GB", "+447900900120"},
		{"with +", "+447900900120", "GB", "+447900900120"},
		{"short", "7900900120", "GB", "+447900900120"},
		{"short, with few digits before zeros", "4740210000", "NO", scientific},
		{"national, with few digits before zeros", "81210000", "SG", scientific},
		{"short, with few digits before zeros, and spaces", "81 21 00 00", "SG", "+6581210000"},
	})
	runCells(t, Options{Numbers: International, Refused: outcome.PhoneScientificNotation}, []cellCase{
		{"a zero at the end", "447900900120", "", scientific},
	})
	checkCell(t, "447900900120", "GB", Options{Refused: outcome.PhoneTooShort}, "+447900900120")
}

func TestPitfall53SumsOfDashedNumbers(t *testing.T) {
	runCells(t, Options{}, []cellCase{
		{"sum", "-23456891", "DE", notNumber},
		{"sum that is a number in Norway", "-40612345", "NO", notNumber},
		{"decimals", "-40612345.0", "NO", notNumber},
		{"thousands", "-40,612,345", "NO", notNumber},
		{"spaces around", " -40612345 ", "NO", notNumber},
		{"minus sign", "\u221240612345", "NO", notNumber},
		{"text guard", "'-40612345", "NO", notNumber},
		{"formula", `="-40612345"`, "NO", notNumber},
		{"a list mark", "- 40612345", "NO", "+4740612345"},
		{"dashes", "-406-12-345", "NO", "+4740612345"},
		{"a dash behind", "40612345-", "NO", "+4740612345"},
		{"with +", "-+4740612345", "NO", "+4740612345"},
		{"nothing", "-0", "NO", missing},
	})
	huge := "-4" + strings.Repeat("\u200b", 1<<16) + "0612345"
	checkCell(t, huge, "NO", Options{}, notNumber)
}

func TestWitness(t *testing.T) {
	for _, c := range []struct {
		name, cell, region string
		want               Testimony
	}{
		{"own", "4915123456789", "DE", OwnValid},
		{"own, spaces", "49 151 23456789", "Germany", OwnValid},
		{"own, shared code", "16135550123", "US", OwnValid},
		{"own, label", "Tel. 4915123456789", "DE", OwnValid},
		{"own, no number", "491234", "DE", OwnInvalid},
		{"national that begins with the code", "4499999999", "GB", OwnInvalid},
		{"national", "15123456789", "DE", Foreign},
		{"another country", "447900900123", "DE", Foreign},
		{"no country", "4915123456789", "", NoTestimony},
		{"a country that is not understood", "4915123456789", "Freedonia", NoTestimony},
		{"with +", "+4915123456789", "DE", NoTestimony},
		{"with a guard and +", "'+4915123456789", "DE", NoTestimony},
		{"with 00", "004915123456789", "DE", NoTestimony},
		{"with the country's own prefix", "8 10 49 151 23456789", "RU", NoTestimony},
		{"leading zero", "015123456789", "DE", NoTestimony},
		{"empty", "", "DE", NoTestimony},
		{"placeholder", "n/a", "DE", NoTestimony},
		{"two numbers", "4915123456789; 4915123456788", "DE", NoTestimony},
		{"letters", "49151 FLOWERS", "DE", NoTestimony},
		{"exponent", "4.92E+11", "DE", NoTestimony},
		{"lost digits", "492000000000", "DE", NoTestimony},
		{"sum", "-4915123456789", "DE", NoTestimony},
		{"date", "24.12.2025", "DE", NoTestimony},
	} {
		if got := Witness(c.cell, c.region, Options{}); got != c.want {
			t.Errorf("%s: Witness(%q, %q): got %d, want %d", c.name, c.cell, c.region, got, c.want)
		}
	}
	if got := Witness("4915123456789", "", Options{DefaultRegion: "DE"}); got != OwnValid {
		t.Errorf("default region: got %d, want %d", got, OwnValid)
	}
	if got := Witness("492012345670", "DE", Options{Refused: outcome.PhoneScientificNotation}); got != NoTestimony {
		t.Errorf("a row that was refused for lost digits: got %d, want %d", got, NoTestimony)
	}
}

// No flag helps where a bracketed zero makes two numbers.
func TestHintOfTwoNumbersWithPlus(t *testing.T) {
	if r := Normalize("+39 (0)899123456", "", Options{}); r.Reason != outcome.PhoneAmbiguous || strings.Contains(r.Hint, "--numbers") {
		t.Errorf("got %+v, want phone_ambiguous without --numbers", r)
	}
}

// The hints name the flags that help where a list is written in one way.
func TestHintsNameTheFlags(t *testing.T) {
	for _, c := range []struct {
		cell, region string
		flags        []string
	}{
		{"4915123456789", "DE", []string{"--numbers international", "--numbers national"}},
		{"43664123456", "DE", []string{"--numbers international", "--numbers national"}},
		{"447900900123", "US", []string{"--numbers international"}},
		{"4915123456789", "", []string{"--numbers international", "--region"}},
		{"9990090012", "", []string{"--region"}},
	} {
		hint := Normalize(c.cell, c.region, Options{}).Hint
		for _, flag := range append(c.flags, "with spaces, such as +49 151 23456789, or in a column formatted as text") {
			if !strings.Contains(hint, flag) {
				t.Errorf("%q in %q: got hint %q, want one with %q", c.cell, c.region, hint, flag)
			}
		}
	}
}
