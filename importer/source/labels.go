package source

import (
	"slices"
	"strings"
	"sync"
)

// labelKind is what a label says of the number beside it.
type labelKind int

const (
	labelOther   labelKind = iota
	labelMobile            // it comes before others
	labelNoPhone           // a fax or a pager: nobody can be reached there
)

// Labels and opt-out cells that have been read are remembered: up to maxKinds of them,
// of at most maxWord bytes. A file has a handful, but for dates. A longer one is text.
const (
	maxKinds = 1000
	maxWord  = 200
)

// labelOf returns the column that says what the number in phone column i is, -1 for
// none: "Phone 1 - Label" or "Phone 1 - Type" beside "Phone 1 - Value" (Google
// Contacts), "Phone Type" beside "Phone".
func (s sheet) labelOf(i int) int {
	if s.noHeader {
		return -1
	}
	name := strings.TrimSuffix(s.folded[i], "value")
	for _, word := range []string{"label", "type"} {
		if at := slices.Index(s.folded, name+word); at >= 0 {
			return at
		}
	}
	return -1
}

// kindOfLabel reads a label, which people may have written themselves.
func kindOfLabel(label string) labelKind {
	label = fold(label)
	rank, named := phoneRanks()[label]
	switch {
	case containsAny(label, noPhoneWords()):
		return labelNoPhone
	case containsAny(label, mobileWords()), named && rank == rankMobile:
		return labelMobile
	}
	return labelOther
}

// noPhoneWords are in labels of faxes and pagers.
var noPhoneWords = sync.OnceValue(func() []string {
	return folded("fax", "faks", "факс", "télécopie", "φαξ", "פקס", "فاكس", "फैक्स", "फ़ैक्स", "ファックス", "ファクス", "传真", "傳真", "팩스",
		"pager", "beeper", "bipper", "buscapersonas", "téléavertisseur", "cercapersone", "semafoon", "пейджер", "пэйджер", "ポケベル", "ポケットベル", "寻呼", "呼機", "무선호출")
})

// mobileWords are in labels of mobile phones; others are whole names of such columns.
var mobileWords = sync.OnceValue(func() []string {
	return folded("mobil", "móvil", "móvel", "cellul", "cell phone", "celular", "handy", "portable", "gsm", "iphone", "smartphone", "telemóvel", "natel", "komórk", "cep tel",
		"мобильн", "мобільн", "сотов", "κινητό", "נייד", "جوال", "محمول", "موبايل", "मोबाइल", "携帯", "手机", "手機", "휴대", "핸드폰", "ponsel", "di động", "มือถือ")
})
