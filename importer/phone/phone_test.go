package phone

import (
	"strings"
	"testing"

	"sent-import/importer/outcome"
)

// cellCase is one cell and its expected result: an E.164 number or a reason.
type cellCase struct {
	name   string
	cell   string
	region string
	want   string // a number if it begins with +, else a reason
}

func runCells(t *testing.T, o Options, cases []cellCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Helper()
			checkCell(t, c.cell, c.region, o, c.want)
		})
	}
}

func checkCell(t *testing.T, cell, region string, o Options, want string) {
	t.Helper()
	r := Normalize(cell, region, o)
	checkShape(t, cell, r)
	got := r.E164
	if got == "" {
		got = string(r.Reason)
	}
	if got != want {
		t.Errorf("Normalize(%q, %q): got %s, want %s", cell, region, got, want)
	}
}

// checkShape checks what is true of every result: a valid number or a reason of
// the class "invalid" with a hint.
func checkShape(t *testing.T, cell string, r Result) {
	t.Helper()
	switch {
	case r.E164 != "":
		if r.Reason != "" || r.Hint != "" {
			t.Errorf("%q: got %s together with reason %q and hint %q, want the number alone", cell, r.E164, r.Reason, r.Hint)
		}
		if n, ok := plain(r.E164); !ok || n.e164() != r.E164 || n.iso() != r.Region {
			t.Errorf("%q: got %s in region %q, want a valid number and its region", cell, r.E164, r.Region)
		}
	case r.Reason.Status() != outcome.Invalid:
		t.Errorf("%q: got reason %q of class %q, want one of class invalid", cell, r.Reason, r.Reason.Status())
	case r.Hint == "" || r.Region != "":
		t.Errorf("%q: got hint %q and region %q, want a hint and no region", cell, r.Hint, r.Region)
	}
}

const (
	missing    = string(outcome.PhoneMissing)
	noRegion   = string(outcome.PhoneNoRegion)
	unknown    = string(outcome.PhoneUnknownRegion)
	notNumber  = string(outcome.PhoneNotANumber)
	tooShort   = string(outcome.PhoneTooShort)
	tooLong    = string(outcome.PhoneTooLong)
	invalid    = string(outcome.PhoneInvalid)
	ambiguous  = string(outcome.PhoneAmbiguous)
	scientific = string(outcome.PhoneScientificNotation)
	multiple   = string(outcome.PhoneMultiple)
	extension  = string(outcome.PhoneExtension)
	wrongType  = string(outcome.PhoneType)
)

func TestPitfall10SpreadsheetNumbers(t *testing.T) {
	runCells(t, Options{}, []cellCase{
		{"exponent", "4.47E+11", "GB", scientific},
		{"decimal comma", "4,47E+11", "GB", scientific},
		{"lower case, no sign", "4.47e11", "GB", scientific},
		{"no decimals", "4E+11", "GB", scientific},
		{"spaces", " 4.47 E+11 ", "GB", scientific},
		{"all digits there is still no phone number", "1.4155552671E+10", "US", scientific},
		{"times ten to the power", "4.47×10^11", "GB", scientific},
		{"text guard", "'4.47E+11", "GB", scientific},
		{"plus", "+4.47E+11", "", scientific},
		{"full width", "４．４７Ｅ＋１１", "GB", scientific},
		{"two of them", "4.47E+11; 4.48E+11", "GB", multiple},
		{"one decimal", "447900900123.0", "GB", "+447900900123"},
		{"two decimals", "447900900123.00", "GB", "+447900900123"},
		{"decimal comma zero", "447900900123,0", "GB", "+447900900123"},
		{"plus and decimal", "+447900900123.0", "", "+447900900123"},
		{"the zero is no digit of the number", "14155552671.0", "US", "+14155552671"},
		{"nor where it would make a valid number", "415555267.0", "US", tooShort},
		{"many zeros", "14155552671.000000", "US", "+14155552671"},
		{"fraction", "447900900123.5", "GB", notNumber},
		{"fraction that would be a German number", "4930123456.5", "DE", notNumber},
		{"thousands", "14,155,552,671", "US", "+14155552671"},
		{"thousands and decimals", "14,155,552,671.00", "US", "+14155552671"},
		{"dots as separators", "415.555.2671", "US", "+14155552671"},
		{"one dot as separator", "415555.2671", "US", "+14155552671"},
		{"dot after the area code, zeros", "415555.0000", "US", "+14155550000"},
		{"date", "24.12.2025", "DE", notNumber},
		{"date with slashes", "12/24/2025", "DE", notNumber},
		{"ISO date", "2025-12-24", "DE", notNumber},
		{"not a date", "40.61.2345", "NO", "+4740612345"},
	})
}

func TestPitfall11CharactersAndGuards(t *testing.T) {
	runCells(t, Options{}, []cellCase{
		{"lost leading zero", "7900900123", "GB", "+447900900123"},
		{"lost leading zero, fixed line", "3012345678", "DE", "+493012345678"},
		{"apostrophe", "'+14155552671", "", "+14155552671"},
		{"formula", `="+14155552671"`, "", "+14155552671"},
		{"bare formula", "=+14155552671", "", "+14155552671"},
		{"quotes", `"+14155552671"`, "", "+14155552671"},
		{"full width", "＋１４１５５５５２６７１", "", "+14155552671"},
		{"full width punctuation", "（０２０）７９４６　００１８", "GB", "+442079460018"},
		{"Japanese long vowel as dash", "０３ー１２３４ー５６７８", "JP", "+81312345678"},
		{"Arabic-Indic", "+٤٤٧٩٠٠٩٠٠١٢٣", "", "+447900900123"},
		{"Persian", "+۴۴۷۹۰۰۹۰۰۱۲۳", "", "+447900900123"},
		{"Devanagari", "+४४७९००९००१२३", "", "+447900900123"},
		{"Bengali", "+৪৪৭৯০০৯০০১২৩", "", "+447900900123"},
		{"mathematical", "+𝟒𝟒𝟕𝟗𝟎𝟎𝟗𝟎𝟎𝟏𝟐𝟑", "", "+447900900123"},
		{"superscripts are no digits", "+4479009001²³", "", notNumber},
		{"no-break space", "+44\u00a07900\u202f900\u2007123", "", "+447900900123"},
		{"zero width", "+44\u200b7900\u200d900\u2060123", "", "+447900900123"},
		{"bidi marks", "\u200e\u202a+44 7900 900123\u202c\u200f", "", "+447900900123"},
		{"isolates", "\u2066+44\u20697900\u2068900\u2067123", "", "+447900900123"},
		{"soft hyphen and BOM", "\ufeff+44\u00ad7900900123", "", "+447900900123"},
		{"NUL", "+44\x007900900123\x00", "", "+447900900123"},
		{"every kind of dash", "+44‐7900‑900—123", "", "+447900900123"},
		{"minus", "+1−415−555−2671", "", "+14155552671"},
		{"line break at the end", "+14155552671\r\n", "", "+14155552671"},
		{"telephone sign", "☎️ +1 415 555 2671", "", "+14155552671"},
		{"broken UTF-8 at the ends", "\xff+14155552671\xfe", "", "+14155552671"},
		{"broken UTF-8 inside", "+1415555\xff2671", "", notNumber},
	})
}

func TestPitfall11AllDecimalDigits(t *testing.T) {
	for _, zero := range decimalZeros() {
		cell := "+" + strings.Map(func(r rune) rune { return zero + r - '0' }, "447900900123")
		checkCell(t, cell, "", Options{}, "+447900900123")
	}
}

func TestPitfall12PrefixesAndLinks(t *testing.T) {
	runCells(t, Options{}, []cellCase{
		{"00", "0044 7900 900123", "DE", "+447900900123"},
		{"00 without a region", "0044 7900 900123", "", "+447900900123"},
		{"00 where the prefix is another", "0044 7900 900123", "US", "+447900900123"},
		{"011", "011 44 7900 900123", "US", "+447900900123"},
		{"011 without a region", "011 44 7900 900123", "", noRegion},
		{"011 elsewhere", "011 44 7900 900123", "GB", tooLong},
		{"0011 in Australia", "0011 1 415 555 2671", "AU", "+14155552671"},
		{"010 in Japan", "010 1 415 555 2671", "JP", "+14155552671"},
		{"810 in Russia", "8~10 1 415 555 2671", "RU", "+14155552671"},
		{"carrier and prefix in Brazil", "00 21 1 415 555 2671", "BR", "+14155552671"},
		{"plus and 00", "+00 44 7900 900123", "", "+447900900123"},
		{"two pluses", "++44 7900 900123", "", "+447900900123"},
		{"plus in brackets", "(+44) 7900 900123", "", "+447900900123"},
		{"plus apart", "+ 44 7900 900123", "", "+447900900123"},
		{"plus and a national number", "+07900 900123", "GB", ambiguous},
		{"tel", "tel:+44-7900-900123", "", "+447900900123"},
		{"tel, upper case, escaped", "TEL:%2B447900900123", "", "+447900900123"},
		{"tel with context", "tel:7900-900123;phone-context=+44", "", "+447900900123"},
		{"tel with a domain", "tel:7900-900123;phone-context=example.com", "GB", "+447900900123"},
		{"tel with context and extension", "tel:7900-900123;phone-context=+44;ext=5", "", extension},
		{"tel, badly escaped", "tel:+44%ZZ7900900123", "", notNumber},
		{"sms", "sms:+447900900123?body=hello", "", "+447900900123"},
		{"callto", "callto://+447900900123", "", "+447900900123"},
		{"wa.me", "wa.me/447900900123", "", "+447900900123"},
		{"wa.me with scheme and text", "https://wa.me/447900900123?text=Hi%20there", "", "+447900900123"},
		{"WhatsApp API", "https://api.whatsapp.com/send?phone=447900900123&text=hi", "", "+447900900123"},
		{"WhatsApp link without a number", "https://wa.me/message/ABC123", "", notNumber},
		{"another link", "https://example.com/447900900123", "", notNumber},
		{"label", "Tel.: +44 7900 900123", "", "+447900900123"},
		{"two labels", "Mobile phone: 07900 900123", "GB", "+447900900123"},
		{"label in brackets", "Phone (mobile): +44 7900 900123", "", "+447900900123"},
		{"numero sign", "Tel. N° 07900 900123", "GB", "+447900900123"},
		{"flag", "🇬🇧 +44 7900 900123", "", "+447900900123"},
		{"label in Cyrillic", "тел. +7 912 345-67-89", "", "+79123456789"},
		{"trunk zero in brackets", "+44 (0)20 7946 0018", "", "+442079460018"},
		{"trunk zero in square brackets", "+44 [ 0 ] 20 7946 0018", "", "+442079460018"},
		{"trunk zero without brackets", "+44 020 7946 0018", "", "+442079460018"},
		{"trunk zero after 00", "0044 (0)20 7946 0018", "", "+442079460018"},
		{"trunk zero after a bare code", "44 (0)20 7946 0018", "GB", "+442079460018"},
		{"trunk zero at home", "(0)20 7946 0018", "GB", "+442079460018"},
		{"trunk zero where there is none", "+34 (0)912 345 678", "", "+34912345678"},
		{"a zero of the number in Italy", "+39 (0)6 1234567", "", "+39061234567"},
		{"trunk eight", "+7 8 912 345-67-89", "", "+79123456789"},
		{"trunk 06 in Hungary", "+36 06 20 123 4567", "", "+36201234567"},
	})
}

func TestPitfall12Extensions(t *testing.T) {
	cells := []string{
		"+1 415 555 2671 x123", "+1 415 555 2671x123", "+1 415 555 2671 ext. 5", "+1 415 555 2671, ext 5",
		"+1 415 555 2671 (ext. 5)", "+1 415 555 2671 Extension: 5", "tel:+1-415-555-2671;ext=5", "+1 415 555 2671;ext=5",
		"+1 415 555 2671 #12", "+1 415 555 2671#12", "+1 415 555 2671,,12#", "+1 415 555 2671 доб. 12",
		"+1 415 555 2671 Durchwahl 12", "+1 415 555 2671 x302/x2303", "+1 415 555 2671p12", "tel:+14155552671;isub=12",
		"+1 415 555 2671 内線12",
	}
	for _, cell := range cells {
		t.Run(cell, func(t *testing.T) {
			checkCell(t, cell, "", Options{}, extension)
			checkCell(t, cell, "", Options{DropExtension: true}, "+14155552671")
		})
	}
	runCells(t, Options{DropExtension: true}, []cellCase{
		{"no digits", "+1 415 555 2671 ext", "", notNumber},
		{"as long as a number", "+1 415 555 2671 x4155552672", "", notNumber},
		{"a word after it", "+1 415 555 2671 x12 Joe", "", notNumber},
		{"an invalid number stays so", "+1 415 555 267 x12", "", tooShort},
		{"a key after the number is none", "+1 415 555 2671#", "", "+14155552671"},
	})
}

func TestPitfall12Letters(t *testing.T) {
	runCells(t, Options{}, []cellCase{
		{"vanity", "1-800-FLOWERS", "US", notNumber},
		{"vanity with plus", "+1 800 FLOWERS", "", notNumber},
		{"letter O", "+1 415 555 267O", "", notNumber},
		{"letter l", "+1 4l5 555 2671", "", notNumber},
		{"placeholders", "+1 415 555 XXXX", "", notNumber},
		{"word before", "call me +1 415 555 2671", "", notNumber},
		{"word behind", "+1 415 555 2671 home", "", notNumber},
		{"name", "John", "", notNumber},
		{"e-mail", "joe5552671@example.com", "US", notNumber},
		{"fax", "Fax +1 415 555 2671", "", notNumber},
		{"star code", "*67 415 555 2671", "US", tooLong},
		{"number and a name", "+1 415 555 2671; John", "", notNumber},
	})
}

func TestPitfall12SeveralNumbers(t *testing.T) {
	two := func(separator string) string { return "+1 415 555 2671" + separator + "+1 212 555 0123" }
	for _, separator := range []string{"/", " / ", ";", "; ", ",", ", ", "|", " or ", " oder ", " ::: ", "\n", "\r\n", " & ", " ", "、", "；"} {
		t.Run(separator, func(t *testing.T) {
			checkCell(t, two(separator), "", Options{}, multiple)
			checkCell(t, two(separator), "", Options{FirstOfMultiple: true}, "+14155552671")
		})
	}
	runCells(t, Options{}, []cellCase{
		{"national", "415-555-2671 / 212-555-0123", "US", multiple},
		{"national, as Google exports them", "415-555-2671 ::: 212-555-0123", "US", multiple},
		{"local", "5551234/5551235", "US", multiple},
		{"last digits only", "030 123456/57", "DE", multiple},
		{"a zero behind a slash", "+49 30 123456 / 0", "", multiple},
		{"labels", "tel: 030 123456; fax: 030 123457", "DE", multiple},
		{"the same number twice", "+1 415 555 2671 / (415) 555-2671", "US", "+14155552671"},
		{"the same wrong number twice", "+1 415 555 267 / +1 415 555 267", "US", multiple},
		{"a placeholder for the second", "+1 415 555 2671; n/a", "", "+14155552671"},
		{"a placeholder for the first", "-; +1 415 555 2671", "", "+14155552671"},
		{"separator at the end", "+1 415 555 2671;", "", "+14155552671"},
		{"slash after the area code", "030/123456", "DE", "+4930123456"},
		{"slash after code and area code", "+49 33701/12345", "", "+493370112345"},
		{"slash after 00, code and area code", "0049 33701/12345", "", "+493370112345"},
		{"slash in the United States", "+1 415/555-2671", "", "+14155552671"},
		{"two slashes", "415/555/2671", "US", "+14155552671"},
		{"slashes between short groups", "0470/12/34/56", "BE", "+32470123456"},
		{"slashes between short groups, with plus", "+32 470/12/34/56", "", "+32470123456"},
		{"slashes between short groups, shorter", "712/345", "AD", "+376712345"},
		{"slash behind a number of four digits", "+690 3101/12", "", multiple},
		{"slashes between short numbers", "5551/5552/5553", "US", multiple},
		{"slash before another national number", "1234/06641234567", "AT", multiple},
	})
	runCells(t, Options{FirstOfMultiple: true}, []cellCase{
		{"slashes between short groups", "0470/12/34/56", "BE", "+32470123456"},
		{"the first is wrong", "+1 415 555 267 / +1 212 555 0123", "", tooShort},
		{"the first is a placeholder", "n/a; +1 212 555 0123; +1 415 555 2671", "", "+12125550123"},
		{"first of three", "+1 212 555 0123, +1 415 555 2671, +1 415 555 2672", "", "+12125550123"},
	})
}

func TestPitfall13Regions(t *testing.T) {
	runCells(t, Options{}, []cellCase{
		{"national without a region", "415 555 2671", "", noRegion},
		{"code without plus and without a region", "447900900123", "", noRegion},
		{"region of marks", "415 555 2671", " - ", noRegion},
		{"region null", "415 555 2671", "NULL", noRegion},
		{"alpha-2", "415 555 2671", "US", "+14155552671"},
		{"lower case", "415 555 2671", " us ", "+14155552671"},
		{"alpha-3", "415 555 2671", "USA", "+14155552671"},
		{"English name", "415 555 2671", "United States", "+14155552671"},
		{"calling code", "415 555 2671", "+1", "+14155552671"},
		{"shared calling code", "268 464 1234", "+1", "+12684641234"},
		{"shared calling code, Kazakhstan", "8 701 234 5678", "7", "+77012345678"},
		{"UK", "07900 900123", "UK", "+447900900123"},
		{"native name", "030 123456", "Deutschland", "+4930123456"},
		{"not understood", "415 555 2671", "Freedonia", unknown},
		{"unknown is not the default", "415 555 2671", "unknown", unknown},
		{"not understood and not needed", "+14155552671", "Freedonia", "+14155552671"},
		{"not understood and not needed, formatted", "+1 (415) 555-2671", "Freedonia", "+14155552671"},
		{"not understood, 00", "0044 7900 900123", "Freedonia", "+447900900123"},
		{"the number's own country wins", "+44 7900 900123", "US", "+447900900123"},
		{"Namibia", "081 123 4567", "NA", "+264811234567"},
	})
	runCells(t, Options{DefaultRegion: "GB"}, []cellCase{
		{"default", "07900 900123", "", "+447900900123"},
		{"default for a region of spaces", "07900 900123", "  ", "+447900900123"},
		{"default for a region that a database has not", "07900 900123", `\N`, "+447900900123"},
		{"default for a region that pandas has not", "07900 900123", "<NA>", "+447900900123"},
		{"the row's region wins", "415 555 2671", "US", "+14155552671"},
		{"no default for what is not understood", "07900 900123", "Freedonia", unknown},
	})
	checkCell(t, "07900 900123", "", Options{DefaultRegion: "united kingdom"}, "+447900900123")
	checkCell(t, "07900 900123", "", Options{DefaultRegion: "Freedonia"}, unknown)
}

func TestPitfall14DigitsAgree(t *testing.T) {
	runCells(t, Options{}, []cellCase{
		{"three leading ones", "1112205552637", "US", tooLong},
		{"code doubled, with plus", "+1 1 415 555 2671", "", tooLong},
		{"code doubled, without plus", "1 1 415 555 2671", "US", tooLong},
		{"code doubled in the cell", "+44 44 7900 900123", "", tooLong},
		{"another country's code without plus", "447900900123", "US", ambiguous},
		{"own code without plus", "447900900123", "GB", "+447900900123"},
		{"own code without plus, with trunk zero", "44 07900 900123", "GB", "+447900900123"},
		{"own code without plus, two readings", "4915123456789", "DE", ambiguous},
		{"the same with plus", "+4915123456789", "DE", "+4915123456789"},
		{"the same with 00", "004915123456789", "DE", "+4915123456789"},
		{"the same with trunk zero", "015123456789", "DE", "+4915123456789"},
		{"own code without plus, two readings, Indonesia", "62812345678", "ID", ambiguous},
		{"one digit short", "+1 415 555 267", "", tooShort},
		{"one digit long", "+1 415 555 26711", "", tooLong},
		{"no such area", "+1 115 555 2671", "", invalid},
		{"the vendor's example", "+1234567890", "", tooShort},
		{"no such code", "+999 123 456 789", "", invalid},
		{"longer than E.164", "+49 30 1234567890123", "", tooLong},
		{"forty digits", strings.Repeat("1234567890", 4), "US", tooLong},
		{"local number", "464-1234", "AG", tooShort},
		{"local number, Jersey", "712345", "JE", tooShort},
		{"local number, San Marino", "886377", "SM", tooShort},
	})
}

// The prefixes that are removed and the tokens that change come from the metadata;
// each kind is tested once.
func TestPitfall14KnownExceptions(t *testing.T) {
	runCells(t, Options{}, []cellCase{
		{"Argentina, mobile at home", "011 15 2345-6789", "AR", "+5491123456789"},
		{"Argentina, mobile at home without trunk zero", "11 15 2345-6789", "AR", "+5491123456789"},
		{"Argentina, mobile from abroad in the home way", "+54 11 15 2345-6789", "", "+5491123456789"},
		{"Argentina, mobile from abroad", "+54 9 11 2345-6789", "", "+5491123456789"},
		{"Argentina, both tokens", "+54 9 11 15 2345-6789", "", tooLong},
		{"Argentina, fixed line", "+54 11 2345-6789", "", "+541123456789"},
		{"Brazil, trunk zero", "011 96123-4567", "BR", "+5511961234567"},
		{"Brazil, carrier code", "0 15 11 96123-4567", "BR", "+5511961234567"},
		{"Colombia, carrier code", "05 601 2345678", "CO", "+576012345678"},
		{"Mexico, old mobile token", "+52 1 55 1234 5678", "", tooLong},
		{"Mexico", "+52 55 1234 5678", "", "+525512345678"},
		{"Russia, trunk eight", "8 (912) 345-67-89", "RU", "+79123456789"},
		{"Belarus, trunk 80", "8 029 123 45 67", "BY", "+375291234567"},
		{"Hungary, trunk 06", "06 20 123 4567", "HU", "+36201234567"},
		{"Italy, zero of the number", "06 1234567", "IT", "+39061234567"},
		{"Gabon, zero dropped in 2019", "011 234 567", "GA", "+24111234567"},
	})
	if r := Normalize("+52 1 55 1234 5678", "", Options{}); r.Hint != hintMexico {
		t.Errorf("old Mexican mobile number: got hint %q, want %q", r.Hint, hintMexico)
	}
}

func TestPitfall14bValidAndWrong(t *testing.T) {
	runCells(t, Options{}, []cellCase{
		{"vanity", "+1 415 555 BOAT", "", notNumber},
		{"letters in the middle", "+1 415a555 2671", "", notNumber},
		{"decimal zero", "4155552671.0", "US", "+14155552671"},
		{"trailing word", "+1 415 555 cell", "", notNumber},
		{"bracketed zero", "+43 (0)1 2345678", "", "+4312345678"},
		{"code without plus doubled", "4921123456", "DE", ambiguous},
	})
}

func TestPitfall15Missing(t *testing.T) {
	for _, cell := range []string{
		"", " ", "\t", "\u00a0", "\ufeff", "N/A", "n/a", "n.a.", "NA", "#N/A", "#REF!", "#DIV/0!", "#####", "null", "NULL", "(null)",
		"nil", "None", "NaN", "undefined", "-", "--", "—", "0", "00", "0.0", "+", "+0", "000-000-0000", "unknown", "Unknown", "?", "???",
		".", "...", "tbd", "TBC", "no phone", "No Number", "x", "xxx", "XXX-XXX-XXXX", "keine", "k.A.", "unbekannt", "aucun", "néant",
		"ninguno", "no tiene", "não tem", "nessuno", "geen", "brak", "нет", "неизвестно", "不明", "なし", "无", "없음", "yok", "\x00",
		`""`, `=""`, "'", "\u200e", "<none>", "[blank]", `\N`, "<NA>", "NaT", "#NAME?", "#NV", "#BEZUG!", "#¡VALOR!", "#ССЫЛКА!", "Err:502",
	} {
		checkCell(t, cell, "", Options{}, missing)
		checkCell(t, cell, "US", Options{}, missing)
	}
}

func TestPitfall16ShortNumbers(t *testing.T) {
	runCells(t, Options{}, []cellCase{
		{"911", "911", "US", tooShort},
		{"112", "112", "DE", tooShort},
		{"999", "999", "GB", tooShort},
		{"emergency without a region", "911", "", tooShort},
		{"emergency with plus", "+1911", "", tooShort},
		{"six digits", "116117", "DE", tooShort},
		{"short code", "32665", "US", tooShort},
		{"directory", "118118", "GB", tooShort},
	})
}

func TestPitfall17Types(t *testing.T) {
	cases := []cellCase{
		{"mobile", "+447900900123", "", "+447900900123"},
		{"mobile, formatted", "+44 7900 900123", "", "+447900900123"},
		{"either", "+14155552671", "", "+14155552671"},
		{"fixed line", "+442079460018", "", wrongType},
		{"fixed line, national", "020 7946 0018", "GB", wrongType},
		{"toll-free", "+18002345678", "", wrongType},
		{"toll-free of no country", "+80012345678", "", wrongType},
		{"premium rate", "+19002345678", "", wrongType},
		{"an invalid number stays so", "+1415555267", "", tooShort},
	}
	runCells(t, Options{Types: []Type{Mobile, FixedLineOrMobile}}, cases)
	checkCell(t, "+18002345678", "", Options{Types: []Type{TollFree}}, "+18002345678")
	checkCell(t, "+18002345678", "", Options{}, "+18002345678")
}

func TestResultRegion(t *testing.T) {
	for cell, want := range map[string]string{
		"+14155552671": "US", "+16135550123": "CA", "+12684641234": "AG", "+447900900123": "GB", "+77012345678": "KZ", "+80012345678": "",
	} {
		if got := Normalize(cell, "", Options{}); got.E164 != cell || got.Region != want {
			t.Errorf("Normalize(%q): got %+v, want region %q", cell, got, want)
		}
	}
}

func TestHugeCells(t *testing.T) {
	const size = 64 << 10
	for name, c := range map[string]struct{ cell, want string }{
		"digits":              {strings.Repeat("1", size), notNumber},
		"letters":             {strings.Repeat("a", size), notNumber},
		"spaces":              {strings.Repeat(" ", size), missing},
		"zero width":          {strings.Repeat("\u200b", size), missing},
		"dirt around":         {strings.Repeat("- ", size) + "+14155552671" + strings.Repeat(" ;", size), "+14155552671"},
		"dirt inside":         {"+1415" + strings.Repeat(" ", size) + "5552671", notNumber},
		"invisible inside":    {"+1415" + strings.Repeat("\u2060", size) + "5552671", "+14155552671"},
		"broken UTF-8":        {strings.Repeat("\xff", size), missing},
		"separators":          {strings.Repeat("1/", 120), multiple},
		"pluses":              {strings.Repeat("+1", 120), multiple},
		"brackets and digits": {strings.Repeat("(0)", 80), missing},
	} {
		t.Run(name, func(t *testing.T) { checkCell(t, c.cell, "", Options{}, c.want) })
	}
	if _, ok := Region(strings.Repeat("a", size)); ok {
		t.Error("Region of 64 KiB of letters: got a region, want none")
	}
}
