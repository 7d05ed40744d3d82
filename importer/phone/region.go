package phone

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/unicode/norm"
)

// Region reads any common spelling of a country and returns its ISO 3166-1
// alpha-2 code: alpha-2 and alpha-3 codes, UK, English names in their common and
// official forms, the names in every language of the Unicode CLDR (Deutschland,
// 日本, Россия), flags, and calling codes (+49, 49, 0049). A shared calling code
// is its main region: +1 is US, +7 RU, +44 GB; that reads every number of the
// code rightly, as they share their prefixes. Two spellings in one cell, such as
// "United States (+1)" or "DE – Germany", are read if they agree.
//
// It reports false for what it does not know, for names that two countries share
// in common use ("Korea", "Congo", "Virgin Islands"), and for the few
// uninhabited regions that have no phone numbers of their own.
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

// isBlankRegion reports whether a region cell says nothing at all, so that the
// default applies: empty, only marks, or what programs write for "no value".
// A word such as "unknown" is an answer, though not one that helps.
func isBlankRegion(cell string) bool {
	if cell == "" {
		return true
	}
	text, fits := clean(lettersOfFlag(cell))
	return fits && (text == "" || machineBlanks[strings.ToLower(text)])
}

// machineBlanks has no "na": that is Namibia.
var machineBlanks = setOf("n/a #n/a null nil none nan undefined blank")

// regionOf reads a text that is one spelling.
func regionOf(text string) (string, bool) {
	if text[0] == '+' || isDigit(text[0]) {
		return regionOfCode(text)
	}
	english := loadEnglish()
	if iso := english.codes[strings.ToLower(text)]; iso != "" {
		// NGA is Nigeria, and "Nga" is Russia in Vietnamese: the one code that is
		// also a name.
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

// englishKey squeezes an English name without the words that some write and some
// do not: "The Bahamas", "Trinidad and Tobago" with & for and, "St." for Saint.
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

// regionOfParts reads two spellings in one cell. Each must be understood, and
// all must mean one country; a calling code agrees with every region that has it.
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

// separateCode sets a calling code apart from the name before or behind it:
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

// regionOfCode reads a calling code: +49, 49, 0049, 011 49, 49.0, and those of
// North America and the Channel Islands with the area code, as country lists
// have them: +1-684 is American Samoa.
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

// regionOfArea finds the region that has an area code within a shared calling
// code.
func regionOfArea(p *plan, area string) (string, bool) {
	if iso := areaRegions[p.digits+area]; iso != "" {
		return iso, true
	}
	if p.code != 1 || len(area) != 3 {
		return "", false
	}
	for iso, other := range loadPlans().byRegion {
		if lead := other.leading(); other.code == 1 && lead != nil && lead.MatchString(area) {
			return iso, true
		}
	}
	return "", false
}

// areaRegions are the calling codes with an area that ISO country lists show,
// where the library's metadata has no leading digits.
var areaRegions = map[string]string{
	"441481": "GG", "441534": "JE", "441624": "IM", "76": "KZ", "77": "KZ", "3906698": "VA",
	"35818": "AX", "4779": "SJ", "5999": "CW", "5997": "BQ", "2125288": "EH", "262269": "YT", "262639": "YT",
	"6189162": "CC", "6189164": "CX",
}

// lettersOfFlag turns a flag, which Unicode writes as two regional indicators,
// into the letters that it stands for.
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

// englishSpellings has the regions that have numbers.
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

// worldNames has the names of regions in all languages. A key that means two
// regions in two languages has the value "".
type worldNames struct {
	exact map[string]string // squeezed
	plain map[string]string // squeezed, and without accents
}

// loadWorld takes some tens of milliseconds, so it waits for the first name that
// is not English.
var loadWorld = sync.OnceValue(func() worldNames {
	world := worldNames{exact: make(map[string]string), plain: make(map[string]string)}
	for _, tag := range display.Supported.Tags() {
		names := display.Regions(tag)
		if names == nil {
			continue
		}
		for iso := range loadPlans().byRegion {
			world.add(names.Name(language.MustParseRegion(iso)), iso)
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

// withoutAccents takes the accents off letters of Latin, Greek and Cyrillic, and
// spells the letters of Latin that are no accented ones. In other scripts marks
// are vowels, and stay.
func withoutAccents(text string) string {
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
