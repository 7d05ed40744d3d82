package source

import (
	"strings"
	"sync"
)

// phoneRank orders the kinds of phone column. Numbers of a smaller rank are more
// likely to reach a person by message.
type phoneRank int

const (
	rankE164     phoneRank = iota // written by a machine, in E.164
	rankMobile                    // a person's own
	rankMessage                   // for text messages
	rankWhatsApp                  // for WhatsApp
	rankPhone                     // a phone of no particular kind
	rankPrimary                   // the main one of several
	rankPlace                     // of a house or an office
	rankOther                     // one of several, of an unknown kind
)

// phoneNames are the headers of phone columns that are recognised, as people and
// the exports of address books, shops and CRM systems write them. They are
// folded, and compared whole. Words with another meaning elsewhere are left out:
// "CEP" is short for mobile phone in Turkey and the postal code in Brazil.
func phoneNames() map[phoneRank][]string {
	return map[phoneRank][]string{
		rankE164: {"e164", "phone e164", "e164 phone", "phone number e164", "e164 phone number", "e164 number", "msisdn",
			"format e164", "international phone", "international phone number"},
		rankMobile:  mobileNames(),
		rankMessage: {"sms", "sms phone", "sms number", "sms phone number", "text number", "text phone", "sms mobile", "phone sms", "texting number"},
		rankWhatsApp: {"whatsapp", "whatsapp number", "whatsapp phone", "whatsapp phone number", "whatsapp no", "wa number", "no wa", "nomor wa",
			"nomor whatsapp", "no whatsapp", "número de whatsapp", "numéro whatsapp", "whatsapp nummer", "numero whatsapp", "wa id", "whatsapp id"},
		rankPhone: {"phone", "phone number", "phone no", "phone #", "phones", "telephone", "telephone number", "telephone no", "tel", "tel no", "tel number",
			"tel nr", "contact number", "contact phone", "contact no", "contact phone number", "contact telephone", "phone num", "ph", "ph no", "ph number", "phone nr",
			"phonenumber", "number phone", "customer phone", "customer phone number", "client phone", "lead phone", "subscriber phone", "recipient phone",
			"recipient phone number", "phone 1", "phone value", "user phone", "guest phone", "member phone", "person phone", "daytime phone", "tel voice", "call number",
			"teléfono", "número de teléfono", "número telefónico", "teléfono de contacto", "nº de teléfono", "nro de teléfono", "nº teléfono", "tlf", "tfno", "numero telefono",
			"telefone", "número de telefone", "telefone de contato", "nº de telefone", "fone", "telefone contato", "telefones",
			"téléphone", "numéro de téléphone", "numéro téléphone", "n° de téléphone", "n° téléphone", "no de téléphone", "tél", "num tél", "numéro de tél",
			"telefon", "telefonnummer", "telefon nr", "rufnummer", "tel. nr.", "fon", "telefonnr", "telefon nummer",
			"telefono", "numero di telefono", "n. telefono", "recapito telefonico", "numero telefonico",
			"telefoon", "telefoonnummer", "telefoon nr", "telefoonnr", "tel nummer",
			"numer telefonu", "nr telefonu", "nr tel", "numer tel",
			"telefon numarası", "telefon no", "tel numarası",
			"телефон", "номер телефона", "тел", "тел.", "контактный телефон", "номер тел", "№ телефона", "телефонный номер", "телефоны",
			"telefonní číslo", "telefónne číslo", "číslo telefonu", "telefonnummer", "tlf nr", "tlfnr", "puhelin", "puhelinnumero", "telefonszám", "număr de telefon", "numar telefon",
			"τηλέφωνο", "αριθμός τηλεφώνου", "טלפון", "מספר טלפון", "số điện thoại", "điện thoại", "sđt", "โทรศัพท์", "เบอร์โทร", "เบอร์โทรศัพท์", "หมายเลขโทรศัพท์",
			"الهاتف", "هاتف", "رقم الهاتف", "رقم هاتف", "التليفون", "رقم التليفون", "تلفن", "شماره تلفن", "شماره موبایل",
			"फ़ोन", "फोन", "फ़ोन नंबर", "फोन नंबर", "फोन नम्बर", "दूरभाष", "दूरभाष संख्या", "टेलीफोन", "संपर्क नंबर",
			"telepon", "telpon", "nomor telepon", "nomor telpon", "no telepon", "no telpon", "no telp", "no tlp", "telp", "nomor kontak", "nombor telefon", "no telefon",
			"電話", "電話番号", "お電話番号", "tel番号", "电话", "电话号码", "電話號碼", "联系电话", "聯絡電話", "联系方式", "전화", "전화번호", "연락처"},
		rankPrimary: {"primary phone", "primary phone number", "main phone", "main phone number", "default phone", "default address phone", "preferred phone",
			"billing phone", "customer default address phone", "phone primary", "phone main", "teléfono principal", "telefone principal", "téléphone principal", "основной телефон", "main number"},
		rankPlace: {"home phone", "home phone number", "home telephone", "work phone", "work phone number", "work telephone", "business phone", "business phone number",
			"business telephone", "office phone", "office phone number", "office telephone", "landline", "landline number", "landline phone", "land line", "phone home", "phone work", "phone office",
			"phone business", "tel home", "tel work", "company phone", "company phone number", "company main phone", "shipping phone", "evening phone", "direct phone", "direct dial", "work direct phone", "corporate phone",
			"teléfono fijo", "teléfono de casa", "teléfono particular", "teléfono del trabajo", "teléfono trabajo", "telefone fixo", "telefone residencial", "telefone comercial",
			"téléphone fixe", "tél fixe", "fixe", "téléphone domicile", "téléphone bureau", "téléphone professionnel", "téléphone personnel",
			"festnetz", "festnetznummer", "telefon privat", "telefon geschäftlich", "telefon (privat)", "telefon (geschäftlich)", "tel privat", "tel geschäftlich", "telefon dienstlich",
			"telefono fisso", "telefono casa", "telefono ufficio", "telefono abitazione", "vaste telefoon", "vast nummer", "telefoon thuis", "telefoon werk", "telefon domowy", "telefon stacjonarny", "telefon służbowy",
			"ev telefonu", "iş telefonu", "sabit telefon", "домашний телефон", "рабочий телефон", "городской телефон", "هاتف المنزل", "هاتف العمل", "telepon rumah", "telepon kantor", "自宅電話", "自宅電話番号", "会社電話", "固定電話", "固定电话", "办公电话", "家庭电话", "座机", "公司电话"},
		rankOther: {"other phone", "other phone number", "alternate phone", "alternative phone", "secondary phone", "second phone", "additional phone", "phone other", "emergency phone", "assistant phone", "assistant's phone", "asst phone", "car phone", "radio phone"},
	}
}

// mobileNames are the phoneNames of rankMobile.
func mobileNames() []string {
	return []string{
		"mobile", "mobile phone", "mobile number", "mobile phone number", "mobile no", "mobile tel", "mob", "mob no",
		"cell", "cell phone", "cell number", "cell phone number", "cellular", "cellular phone", "tel cell", "phone mobile",
		"phone cell", "mobile telephone", "mobile telephone number", "contact mobile", "phone (mobile)", "personal mobile",
		"primary mobile", "mobile phone 1", "smartphone", "hand phone", "handphone", "tel type cell", "phone 1 mobile",
		// Spanish, Portuguese, French, German, Italian
		"móvil", "teléfono móvil", "número móvil", "número de móvil", "teléfono celular", "número de celular", "celular", "tel móvil",
		"telemóvel", "telefone celular", "telefone móvel", "número do celular", "número de telemóvel", "nº celular",
		"portable", "téléphone portable", "téléphone mobile", "tél portable", "tél mobile", "numéro de portable", "numéro portable",
		"numéro de mobile", "numéro de téléphone portable", "numéro de téléphone mobile", "gsm", "numéro gsm",
		"handy", "handynummer", "mobiltelefon", "mobilnummer", "mobil", "mobilfunk", "mobilfunknummer", "mobiltelefonnummer", "natel",
		"telefon mobil", "telefon (mobil)", "tel mobil", "handy nr", "mobil nr",
		"cellulare", "telefono cellulare", "numero di cellulare", "numero cellulare", "telefonino", "telefono mobile", "cell.",
		// Dutch, Polish, Turkish, Russian, Czech, Swedish, Danish, Norwegian, Finnish
		"mobiel", "mobiele telefoon", "mobiel nummer", "mobiele nummer", "mobielnummer", "mobiel telefoonnummer", "gsm nummer", "06 nummer",
		"komórka", "telefon komórkowy", "numer komórkowy", "tel. komórkowy", "nr komórki", "numer telefonu komórkowego", "komórkowy",
		"cep telefonu", "cep no", "cep tel", "cep telefon", "cep numarası", "cep telefonu numarası", "gsm no", "mobil telefon",
		"мобильный", "мобильный телефон", "мобильный номер", "номер мобильного", "номер мобильного телефона", "сотовый", "сотовый телефон",
		"моб. телефон", "моб. тел.", "мобильный тел.",
		"mobilní telefon", "mobilní číslo", "mobil číslo", "mobilnummer", "mobilnr", "mobiltelefonnummer", "matkapuhelin", "kännykkä",
		// Arabic, Hindi, Indonesian, Japanese, Chinese, Korean
		"الجوال", "جوال", "رقم الجوال", "الهاتف المحمول", "رقم الهاتف المحمول", "الموبايل", "موبايل", "رقم الموبايل", "المحمول", "رقم المحمول",
		"مोबाइल", "मोबाइल", "मोबाइल नंबर", "मोबाइल नम्बर", "मोबाइल फ़ोन", "मोबाइल फोन", "मोबाइल संख्या",
		"hp", "no hp", "nomor hp", "nomor handphone", "no handphone", "ponsel", "nomor ponsel", "telepon seluler", "nomor seluler", "telepon genggam",
		"携帯", "携帯電話", "携帯番号", "携帯電話番号", "手机", "手机号", "手机号码", "手機", "手機號碼", "手机电话", "移动电话", "移动电话号码", "行動電話", "휴대폰", "휴대전화", "휴대폰 번호", "휴대폰번호", "핸드폰",
	}
}

// regionRank orders the kinds of region column.
type regionRank int

const (
	regionOfPhone regionRank = iota // the country of the number itself
	regionCode                      // a code, which is less ambiguous than a name
	regionName                      // the country of the contact
	regionAddress                   // the country of one of the contact's addresses
)

// regionNames are the headers of region columns. "Region" alone is left out, as
// such a column often holds a state or a province, and "nationality", which says
// nothing about the country of a number.
func regionNames() map[regionRank][]string {
	return map[regionRank][]string{
		regionOfPhone: {"phone country", "phone country code", "phone region", "phone region code", "phone number country", "phone number country code", "mobile country", "mobile country code",
			"country calling code", "calling code", "country dial code", "dial code", "dialing code", "dialling code", "country dialing code", "phone prefix country", "phone code", "isd code", "country isd code",
			"indicatif", "indicatif pays", "indicatif téléphonique", "ländervorwahl", "landesvorwahl", "vorwahl land", "prefijo país", "código de marcación", "prefisso internazionale", "landnummer", "numer kierunkowy kraju", "телефонный код страны"},
		regionCode: {"country code", "countrycode", "region code", "country iso", "iso country", "country iso code", "iso country code", "country code iso", "iso country code 2", "country iso2", "country iso 2", "country alpha 2", "iso2", "iso 3166", "iso alpha 2", "country iso3", "iso3", "country abbreviation", "country short",
			"default address country code", "country region code", "country/region code",
			"código de país", "código país", "código del país", "código do país", "code pays", "code du pays", "code pays iso", "ländercode", "länderkennzeichen", "länderkürzel", "landescode", "länderkennung", "codice paese", "codice nazione", "codice iso paese",
			"landcode", "landkode", "landskod", "landekode", "kod kraju", "ülke kodu", "код страны", "رمز الدولة", "رمز البلد", "देश कोड", "kode negara", "国コード", "国家代码", "国别代码", "國家代碼", "国家编码", "국가코드", "국가 코드", "kód země", "maakoodi", "országkód"},
		regionName: {"country", "countries", "country name", "country/region", "country or region", "contact country", "customer country", "country of residence", "residence country", "nation", "ip country", "cntry", "ctry",
			"país", "nombre del país", "país de residencia", "nome do país", "pays", "nom du pays", "pays de résidence", "land", "staat (land)", "ländername", "paese", "nazione", "paese di residenza", "kraj", "państwo", "ülke", "ülke adı", "страна", "государство",
			"البلد", "الدولة", "بلد", "دولة", "देश", "negara", "nama negara", "国", "国名", "国家", "國家", "国家/地区", "国・地域", "국가", "země", "krajina", "maa", "ország", "țară", "țara", "χώρα", "מדינה", "ארץ", "quốc gia", "ประเทศ"},
		regionAddress: {"address country", "billing country", "billing country code", "shipping country", "shipping country code", "mailing country", "mailing country code", "default address country", "home country", "home country/region", "business country", "business country/region",
			"other country", "other country/region", "work country", "address 1 country", "address 2 country", "address 3 country", "primary address country", "company country", "postal country", "delivery country", "permanent country", "customer default address country"},
	}
}

// byFolded returns the rank of each folded name. It panics if a name has two
// ranks.
func byFolded[R comparable](names map[R][]string) map[string]R {
	ranks := make(map[string]R)
	for rank, list := range names {
		for _, name := range list {
			key := fold(name)
			if other, taken := ranks[key]; taken && other != rank {
				panic("source: a header has two ranks: " + name)
			}
			ranks[key] = rank
		}
	}
	return ranks
}

// The tables by folded name, built at the first use.
var (
	phoneRanks  = sync.OnceValue(func() map[string]phoneRank { return byFolded(phoneNames()) })
	regionRanks = sync.OnceValue(func() map[string]regionRank { return byFolded(regionNames()) })
)

// withoutCode returns a folded header without what it says of country codes behind the
// name: "Phone number (with country code)". The cells may hold them with + or without,
// or not at all, so such a column is as any other of its name.
func withoutCode(folded string) string {
	for _, with := range []string{"withcountrycode", "includingcountrycode", "includecountrycode", "inclcountrycode", "wcountrycode", "countrycodeincluded", "withareacode", "includingareacode"} {
		if name, ok := strings.CutSuffix(folded, with); ok {
			return name
		}
	}
	return folded
}

// isNewName reports whether a folded name is recognised since version 2 only.
func isNewName(folded string) bool { return folded == "waid" || folded == "whatsappid" }

// isInternational reports whether a folded header says that the numbers begin with their
// calling codes, with or without +.
func isInternational(folded string) bool {
	rank, ok := phoneRanks()[folded]
	return ok && rank == rankE164 || folded == "waid" || folded == "whatsappid"
}
