package phone

import (
	"strings"
	"unicode"
)

// isMissing reports whether a cleaned cell says that there is no number: only
// marks, only zeros, an error value of a spreadsheet, or a placeholder that people
// or programs write.
func isMissing(text string) bool {
	word := squeeze(text)
	return word == "" || strings.Trim(word, "0") == "" || strings.Trim(word, "x") == "" || placeholders[word]
}

// squeeze returns the letters and digits of a text in lower case: "N/A", "n.a."
// and "#N/A" all become "na". The long vowel mark of Japanese is dropped like a
// dash, since clean replaces it by one.
func squeeze(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\u30FC' && (unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r)) {
			return unicode.ToLower(r)
		}
		return -1
	}, text)
}

// placeholders are the squeezed words that mean "no number": values that programs
// write (\N is MySQL's), the errors of Excel and LibreOffice in some languages, and what
// people write in the languages of most contact lists.
var placeholders = setOf(`
	na nan null nil none undefined empty blank missing void false nodata novalue notset
	n nat ref name value num div0 error noname spill calc gettingdata field connect blocked busy
	err501 err502 err503 err504 err508 err509 err522 err523
	bezug wert zahl valeur nom nombre valor valore nome nulo nul rif verw waarde naam getal знач ссылка имя число
	unknown unk unknow notknown tbd tba tbc todo later pending nophone nonumber nophonenumber nomobile
	nocell notel notelephone no notavailable unavailable notapplicable notprovided notgiven notspecified
	unspecified notlisted unlisted withheld private anonymous hidden donotcall removed deleted redacted
	keine kein keines ka kanummer keinenummer keinetelefonnummer keintelefon keinhandy keineangabe keineangaben
	unbekannt leer nichtvorhanden fehlt nichtbekannt nv entfällt
	aucun aucune inconnu inconnue néant neant vide nonrenseigné nonrenseigne pasdenuméro pasdenumero
	pasdetéléphone pasdetelephone sansnuméro sansnumero nd nc nr
	ninguno ninguna desconocido desconocida notiene sintelefono sinteléfono sinnumero sinnúmero sindatos vacío vacio
	nenhum nenhuma desconhecido desconhecida nãotem naotem semtelefone semnúmero semnumero vazio
	nessuno nessuna sconosciuto sconosciuta nondisponibile assente vuoto mancante
	geen onbekend leeg geennummer nvt nietbekend nietbeschikbaar
	ingen inget okänd okänt saknas ukjent ukendt tom mangler ei tuntematon eipuhelinta puuttuu
	brak nieznany nieznane niema žádný zadny neznámý neznamy není neni nincs ismeretlen
	yok bilinmiyor boş bos necunoscut lipsă lipsa niciunul άγνωστο κανένα δενυπάρχει
	нет неизвестно неизвестный отсутствует пусто неуказан неуказано немає невідомо няма
	אין לאידוע ריק لايوجد غيرمعروف فارغ ندارد نامشخص
	不明 なし 無し ナシ 未登録 未記入 无 無 没有 沒有 未知 空 暂无 없음 모름 미상 नहीं अज्ञात उपलब्धनहीं কোনোটিনয় অজানা
	tidakada kosong tiada không khôngcó khongco chưacó ไม่มี ไม่ทราบ`)

// setOf makes a set of the words of a text.
func setOf(words string) map[string]bool {
	set := make(map[string]bool)
	for _, word := range strings.Fields(words) {
		set[word] = true
	}
	return set
}
