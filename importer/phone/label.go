package phone

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// cutLabels removes words such as "Tel.:" or "Mobile" from the beginning. It
// returns false if other words come before the digits.
func cutLabels(text string) (string, bool) {
	for {
		start := strings.IndexFunc(text, isWordRune)
		if start < 0 || strings.ContainsAny(text[:start], "0123456789") {
			return text, true
		}
		end := start + wordLen(text[start:])
		if !labels[strings.ToLower(text[start:end])] {
			return text, false
		}
		text = strings.TrimLeft(text[end:], " .:;,=-#()[]/°")
	}
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsMark(r) }

// wordLen returns the length in bytes of the letters at the beginning.
func wordLen(text string) int {
	n := 0
	for n < len(text) {
		r, size := utf8.DecodeRuneInString(text[n:])
		if !isWordRune(r) {
			break
		}
		n += size
	}
	return n
}

// labels are the words before a number that say what kind of telephone it is. Fax
// is not among them, as a fax does not receive messages.
var labels = setOf(`
	t tel tele telephone phone phones ph fon m mob mobile mobiles cell cellular cellphone c p h w home work
	main direct number num n no nr nº contact call text sms whatsapp wa viber gsm callto smsto
	telefon telefonnummer rufnummer nummer handy handynummer mobil mobiltelefon mobilnummer festnetz privat
	téléphone portable numéro numero fixe número teléfono telefono móvil movil celular cel tlf tfno telef
	telefone telemóvel telemovel tlm telefonino cellulare telefoon mobiel gsmnummer natel
	puhelin puh matkapuhelin mobiltelefonnummer telefonas tālrunis komórka komorka kom telefono
	тел телефон моб мобильный мобільний номер сот τηλ τηλέφωνο κινητό טלפון נייד
	هاتف جوال موبايل تلفن موبایل फोन मोबाइल ফোন মোবাইল
	电话 手机 手机号 电话号码 電話 電話番号 手機 携帯 携帯電話 전화 전화번호 휴대폰 핸드폰 โทร โทรศัพท์ มือถือ`)
