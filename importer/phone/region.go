package phone

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/unicode/norm"
)

// Region reads any common spelling of a country and returns its ISO 3166-1
// alpha-2 code: alpha-2 and alpha-3 codes, UK, English names in their common and
// official forms, the names in every language of the Unicode CLDR (Deutschland,
// 日本, Россия), flags, and calling codes (+49, 49, 0049). A calling code that
// several regions share gives its main region: US for +1, RU for +7, GB for +44.
// That is right for every number of the code, since these regions have the same
// prefixes. Two spellings in one cell, such as "United States (+1)" or "DE –
// Germany", are read if they agree.
//
// Region returns false for unknown spellings, for names that two countries share
// in common use ("Korea", "Congo", "Virgin Islands"), and for the few uninhabited
// regions without phone numbers of their own.
func Region(cell string) (iso string, ok bool) {
	if len(cell) == 2 && planOf(cell) != nil {
		return cell, true
	}
	text, fits := clean(lettersOfFlag(cell))
	if !fits || text == "" {
		return "", false
	}
	if iso, ok := regionOf(text); ok {
		return iso, true
	}
	return regionOfParts(text)
}

// isBlankRegion reports whether the default region applies to a region cell: it is
// empty, holds only marks, or what programs write for "no value". A word such as
// "unknown" is not blank: somebody has written that the country is not known.
func isBlankRegion(cell string) bool {
	switch strings.TrimSpace(cell) {
	case "", `\N`, "<NA>": // of MySQL and pandas; without their marks these are letters and Namibia
		return true
	}
	text, fits := clean(lettersOfFlag(cell))
	return fits && (text == "" || machineBlanks[strings.ToLower(text)])
}

// machineBlanks are what programs write for "no value", without "na": Namibia.
var machineBlanks = setOf("n/a #n/a null nil none nan undefined blank")

// regionOf reads a text that is one spelling.
func regionOf(text string) (string, bool) {
	if text[0] == '+' || isDigit(text[0]) {
		return regionOfCode(text)
	}
	english := loadEnglish()
	if iso := english.codes[strings.ToLower(text)]; iso != "" {
		// NGA is Nigeria, and "Nga" is Russia in Vietnamese: no other code is also
		// a name.
		if shared := iso == "NG" && len(text) == 3 && text != "NGA"; shared {
			return "", false
		}
		return iso, true
	}
	if iso := english.names[englishKey(text)]; iso != "" {
		return iso, true
	}
	if at := strings.IndexAny(text, ",("); at >= 0 { // Korea, Republic of; Iran (Islamic Republic of)
		if iso := english.names[englishKey(text[at+1:]+" "+text[:at])]; iso != "" {
			return iso, true
		}
	}
	key, world := squeeze(text), loadWorld()
	if iso, known := world.exact[key]; known {
		return iso, iso != ""
	}
	iso := world.plain[withoutAccents(key)]
	return iso, iso != ""
}

// englishKey squeezes an English name and drops the words that not everybody
// writes: the, of, and. It makes "St." and "Saint" alike.
func englishKey(name string) string {
	var b strings.Builder
	for _, word := range strings.FieldsFunc(withoutAccents(strings.ToLower(name)), func(r rune) bool { return r == ' ' || r == '-' || r == '.' }) {
		switch word = squeeze(word); word {
		case "the", "of", "and":
		case "saint":
			b.WriteString("st")
		default:
			b.WriteString(word)
		}
	}
	return b.String()
}

// regionOfParts reads two spellings in one cell. Both must be known and mean one
// country. A calling code agrees with every region that has it.
func regionOfParts(text string) (iso string, ok bool) {
	code := 0
	for _, part := range strings.FieldsFunc(separateCode(text), func(r rune) bool { return strings.ContainsRune("()[]/|,:;-=", r) }) {
		part, _ = clean(part)
		if part == "" {
			continue
		}
		region, known := regionOf(part)
		switch isCode := part[0] == '+' || isDigit(part[0]); {
		case !known:
			return "", false
		case isCode && code == 0:
			code = planOf(region).code
		case isCode || iso != "" && iso != region:
			return "", false
		default:
			iso = region
		}
	}
	if iso == "" || code != 0 && planOf(iso).code != code {
		return "", false
	}
	return iso, true
}

// separateCode puts a | between a calling code and the name before or after it:
// "US +1", "+49 Germany".
func separateCode(text string) string {
	at := strings.IndexByte(text, '+')
	if at < 0 {
		return text
	}
	end := at + 1
	for end < len(text) && (isDigit(text[end]) || text[end] == ' ') {
		end++
	}
	return text[:at] + "|" + text[at:end] + "|" + text[end:]
}

// regionOfCode reads a calling code: +49, 49, 0049, 011 49, 49.0, and with an area
// code those of North America and the Channel Islands, as in country lists: +1-684
// is American Samoa.
func regionOfCode(text string) (string, bool) {
	if strings.IndexFunc(text, unicode.IsLetter) >= 0 {
		return "", false
	}
	text, _ = cutDecimals(text)
	digits := digitsOf(text)
	for _, idd := range []string{recommendedIDD, "011"} {
		if rest, ok := strings.CutPrefix(digits, idd); ok && text[0] != '+' {
			digits = rest
			break
		}
	}
	code, area := splitCode(digits)
	if code == 0 {
		return "", false
	}
	p := loadPlans().byCode[code]
	if area != "" {
		return regionOfArea(p, area)
	}
	return p.region, p.region != noCountry
}

// regionOfArea returns the region of an area code within a calling code that
// several regions share.
func regionOfArea(p *plan, area string) (string, bool) {
	if iso := areaRegions[p.digits+area]; iso != "" {
		return iso, true
	}
	if p.code != 1 || len(area) != 3 {
		return "", false
	}
	for iso, other := range loadPlans().byRegion {
		if other.code == 1 && other.leading().end(area) >= 0 {
			return iso, true
		}
	}
	return "", false
}

// areaRegions are the calling codes with an area code in ISO country lists for
// which the library's metadata has no leading digits.
var areaRegions = map[string]string{
	"441481": "GG", "441534": "JE", "441624": "IM", "76": "KZ", "77": "KZ", "3906698": "VA",
	"35818": "AX", "4779": "SJ", "5999": "CW", "5997": "BQ", "2125288": "EH", "262269": "YT", "262639": "YT",
	"6189162": "CC", "6189164": "CX",
}

// lettersOfFlag replaces a flag, which is two regional indicators in Unicode, by
// the letters of its country.
func lettersOfFlag(cell string) string {
	if !strings.Contains(cell, "\U0001F1E6"[:3]) {
		return cell
	}
	const first, last = '\U0001F1E6', '\U0001F1FF'
	return strings.Map(func(r rune) rune {
		if first <= r && r <= last {
			return r - first + 'A'
		}
		return r
	}, cell)
}

// englishSpellings are the English spellings of all regions with phone numbers.
type englishSpellings struct {
	codes map[string]string // alpha-2 and alpha-3 in lower case
	names map[string]string // by englishKey
}

var loadEnglish = sync.OnceValue(func() englishSpellings {
	english := englishSpellings{codes: make(map[string]string), names: make(map[string]string)}
	cldr := display.English.Regions()
	for iso := range loadPlans().byRegion {
		region := language.MustParseRegion(iso)
		english.names[englishKey(cldr.Name(region))] = iso
		english.codes[strings.ToLower(iso)] = iso
		if iso3 := region.ISO3(); iso3 != "ZZZ" {
			english.codes[strings.ToLower(iso3)] = iso
		}
	}
	for iso, names := range englishNames {
		for _, name := range names {
			english.names[englishKey(name)] = iso
		}
	}
	return english
})

// worldNames are the names of regions in all languages. The value is "" for a name
// that means different regions in different languages.
type worldNames struct {
	exact map[string]string // squeezed
	plain map[string]string // squeezed, and without accents
}

// loadWorld takes some tens of milliseconds, so the first name that is not English
// triggers it.
var loadWorld = sync.OnceValue(func() worldNames {
	world := worldNames{exact: make(map[string]string), plain: make(map[string]string)}
	regions := make(map[string]language.Region)
	for iso := range loadPlans().byRegion {
		regions[iso] = language.MustParseRegion(iso)
	}
	for _, tag := range display.Supported.Tags() {
		names := display.Regions(tag)
		if names == nil {
			continue
		}
		for iso, region := range regions {
			world.add(names.Name(region), iso)
		}
	}
	for iso, names := range nativeNames {
		for _, name := range names {
			world.set(name, iso)
		}
	}
	for _, name := range sharedNames {
		world.set(name, "")
	}
	return world
})

func (w worldNames) add(name, iso string) {
	key := squeeze(name)
	if key == "" {
		return
	}
	addUnlessShared(w.exact, key, iso)
	addUnlessShared(w.plain, withoutAccents(key), iso)
}

func (w worldNames) set(name, iso string) {
	w.exact[squeeze(name)] = iso
	w.plain[withoutAccents(squeeze(name))] = iso
}

func addUnlessShared(names map[string]string, key, iso string) {
	if other, known := names[key]; known && other != iso {
		iso = ""
	}
	names[key] = iso
}

// withoutAccents removes the accents of Latin, Greek and Cyrillic letters, and
// replaces special Latin letters by plain ones. Marks of other scripts are vowels
// and stay.
func withoutAccents(text string) string {
	if strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range norm.NFD.String(text) {
		if 0x300 <= r && r <= 0x36F {
			continue
		}
		if to, ok := latinSpelling[r]; ok {
			b.WriteString(to)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

var latinSpelling = map[rune]string{
	'ß': "ss", 'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'ı': "i", 'æ': "ae", 'œ': "oe", 'þ': "th", 'ħ': "h", 'ə': "e",
}
