package phone

import (
	"strconv"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

func TestRegion(t *testing.T) {
	for want, spellings := range map[string][]string{
		"US": {"US", "us", "USA", "U.S.", "U.S.A.", "United States", "united states of america", "The United States", "+1", "1", "001", "1.0", "Estados Unidos", "EE.UU.", "США", "美国", "アメリカ", "🇺🇸", "US +1", "+1 (US)", "United States (+1)", "US – United States", "Vereinigte Staaten"},
		"GB": {"GB", "UK", "u.k.", "GBR", "United Kingdom", "Great Britain", "England", "Scotland", "Northern Ireland", "+44", "0044", "011 44", "Großbritannien", "Royaume-Uni", "Reino Unido", "英国", "🇬🇧", "UK (+44)"},
		"DE": {"DE", "DEU", "Germany", "Deutschland", "DEUTSCHLAND", "Allemagne", "Alemania", "Niemcy", "Германия", "ドイツ", "德国", "+49", "49", "0049", "Federal Republic of Germany", "Germany / Deutschland", "DE-49"},
		"ES": {"Spain", "España", "Espana", "ESPAÑA", "Spanien", "Espagne"},
		"BR": {"Brazil", "Brasil", "Brésil", "+55"},
		"JP": {"日本", "Japan", "JPN", "ญี่ปุ่น"},
		"CN": {"中国", "中國", "China", "PRC", "People's Republic of China", "China, People's Republic of"},
		"IN": {"भारत", "India", "Indien", "ভারত", "இந்தியா"},
		"RU": {"Россия", "Russia", "Russian Federation", "+7", "7", "Rusia"},
		"KR": {"South Korea", "Korea, Republic of", "Korea (Republic of)", "Republic of Korea", "Korea, South", "대한민국", "한국"},
		"KP": {"North Korea", "Korea, Democratic People's Republic of"},
		"CD": {"DR Congo", "Congo, Democratic Republic of the", "Democratic Republic of Congo", "Congo (DRC)"},
		"CG": {"Republic of the Congo", "Congo-Brazzaville", "+242"},
		"CI": {"Ivory Coast", "Côte d'Ivoire", "Cote d’Ivoire", "COTE D'IVOIRE"},
		"AT": {"Austria", "Österreich", "Oesterreich", "Osterreich", "Áo"},
		"AO": {"AO", "Angola"},
		"TR": {"Türkiye", "Turkey", "TÜRKİYE", "turkiye"},
		"CZ": {"Czechia", "Czech Republic", "Česko", "Cesko"},
		"NL": {"Netherlands", "The Netherlands", "Holland", "Nederland"},
		"KN": {"Saint Kitts and Nevis", "St. Kitts & Nevis", "St Kitts and Nevis"},
		"IR": {"Iran", "Iran (Islamic Republic of)", "Iran, Islamic Republic of", "ایران"},
		"VN": {"Viet Nam", "Vietnam", "Việt Nam"},
		"GR": {"Greece", "Ελλάδα", "ελλαδα", "EL"},
		"EG": {"مصر", "Egypt"},
		"IL": {"ישראל", "Israel"},
		"TH": {"ไทย", "Thailand"},
		"SA": {"KSA", "Saudi Arabia", "المملكة العربية السعودية"},
		"NA": {"NA", "Namibia"},
		"XK": {"Kosovo", "XK", "+383"},
		"AS": {"+1-684", "+1 684", "1684"},
		"DO": {"Dominican Republic", "República Dominicana", "+1 809", "+1-829", "1 849"},
		"CA": {"Canada", "Kanada"},
		"GG": {"Guernsey", "+44-1481"},
		"KZ": {"Kazakhstan", "Казахстан", "+7 7"},
		"VA": {"Holy See (Vatican City State)", "Vatican"},
		"GE": {"Georgia", "საქართველო"},
		"NE": {"Niger"},
		"NG": {"Nigeria"},
		"GN": {"Guinea"},
		"DM": {"Dominica"},
	} {
		for _, spelling := range spellings {
			if got, ok := Region(spelling); got != want || !ok {
				t.Errorf("Region(%q): got %q, %t, want %s", spelling, got, ok, want)
			}
		}
	}
}

func TestRegionNotUnderstood(t *testing.T) {
	for _, spelling := range []string{
		"", " ", "-", "N/A", "n/a", "null", "none", "unknown", "Freedonia", "Nga", "nga", "Korea", "Congo", "Kongo", "Virgin Islands", "Europe", "World",
		"US/CA", "US, Canada", "United States (+44)", "DE-AT", "en-US", "US-CA", "ZZ", "QQ", "EU", "AQ", "Antarctica", "001001", "+999", "999", "+0", "0",
		"+800", "+1 999", "12", "1234567890", "+14155552671", "x", "Republic of China", "\xff", "Deutschland!x", "+1 US +1",
	} {
		if got, ok := Region(spelling); ok || got != "" {
			t.Errorf("Region(%q): got %q, %t, want nothing", spelling, got, ok)
		}
	}
}

// Every region is found by its codes, its calling code and its English name.
func TestRegionByCodeAndName(t *testing.T) {
	english := display.English.Regions()
	for iso := range phonenumbers.GetSupportedRegions() {
		region := language.MustParseRegion(iso)
		name := english.Name(region)
		for _, spelling := range []string{iso, strings.ToLower(iso), name, strings.ToUpper(name), strings.ReplaceAll(name, "&", "and"), strings.Replace(name, "St.", "Saint", 1)} {
			if got, ok := Region(spelling); got != iso || !ok {
				t.Errorf("Region(%q): got %q, %t, want %s", spelling, got, ok, iso)
			}
		}
		code := phonenumbers.GetCountryCodeForRegion(iso)
		main := phonenumbers.GetRegionCodeForCountryCode(code)
		for _, prefix := range []string{"", "+", "00"} {
			if got, ok := Region(prefix + strconv.Itoa(code)); got != main || !ok {
				t.Errorf("Region(%q): got %q, %t, want %s", prefix+strconv.Itoa(code), got, ok, main)
			}
		}
	}
}

// The names of each region in every language are read, or not known because two
// regions share them; never as another region.
func TestRegionInEveryLanguage(t *testing.T) {
	shared := map[string]bool{"nga": true}
	for name, iso := range loadWorld().exact {
		if iso == "" {
			shared[name] = true
		}
	}
	if len(shared) > len(sharedNames)+5 {
		t.Errorf("got %d shared names, want few more than the %d known ones", len(shared), len(sharedNames))
	}
	for _, tag := range display.Supported.Tags() {
		namer := display.Regions(tag)
		for iso := range phonenumbers.GetSupportedRegions() {
			if namer == nil {
				break
			}
			name := namer.Name(language.MustParseRegion(iso))
			got, ok := Region(name)
			if ok && got != iso || !ok && name != "" && !shared[squeeze(name)] {
				t.Errorf("Region(%q) in %v: got %q, %t, want %s", name, tag, got, ok, iso)
			}
		}
	}
}

// No English spelling means two regions.
func TestEnglishNamesAreUnique(t *testing.T) {
	seen := make(map[string]string)
	for iso, names := range englishNames {
		if planOf(iso) == nil && iso != "MH" {
			t.Errorf("%s: got no plan, want a region with numbers", iso)
		}
		for _, name := range names {
			key := englishKey(name)
			if other, ok := seen[key]; ok && other != iso {
				t.Errorf("%q: got %s and %s, want one", name, other, iso)
			}
			seen[key] = iso
			if code, ok := loadEnglish().codes[key]; ok && code != iso {
				t.Errorf("%q: got the code of %s, want a name of %s", name, code, iso)
			}
		}
	}
}
