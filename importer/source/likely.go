package source

import (
	"slices"
	"strings"
	"sync"
)

// likely returns the column that is most likely the phone number's, if there is one: of
// the columns whose cells look like numbers, the one whose header says so. If there are
// no rows to look at, the header alone tells.
func (s sheet) likely() (column int, ok bool) {
	best := 0
	for i := range s.cells {
		if points := s.points(i); points > best {
			column, best = i, points
		}
	}
	return column, best > 0
}

// points rates column i: 0 for no phone column.
func (s sheet) points(i int) int {
	if s.isOurs(i) || s.saysNoPhone(i) {
		return 0
	}
	filled, numbers, plus := 0, 0, 0
	for _, row := range s.ahead {
		if i >= len(row) || isNothing(row[i]) {
			continue
		}
		filled++
		if isNumeric(row[i]) && !isDate(row[i]) {
			numbers++
			plus += strings.Count(row[i], "+")
		}
	}
	points := 0
	if s.saysPhone(i) {
		points = 4
	}
	switch {
	case filled > 0 && 2*numbers < filled:
		return 0
	case numbers > 0:
		points++
	}
	if 2*plus > numbers {
		points++
	}
	return points
}

// saysPhone reports whether the header of column i has a word for a phone in it. That is
// good enough for a suggestion, and no more: "Phone model" has it, too.
func (s sheet) saysPhone(i int) bool {
	return containsAny(fold(reread(s.cells[i])), phoneWords())
}

// saysNoPhone reports whether the header of column i has a word for a fax or a pager in
// it, which gets no messages.
func (s sheet) saysNoPhone(i int) bool {
	return containsAny(fold(reread(s.cells[i])), noPhoneWords())
}

// phoneWords are parts of headers, folded, of columns that may hold numbers.
var phoneWords = sync.OnceValue(func() []string {
	return folded("phone", "telef", "telep", "mobil", "movil", "celular", "cellul", "handy", "whatsapp", "msisdn", "rufnummer", "fax", "pager",
		"телефон", "電話", "电话", "手机", "手機", "携帯", "전화", "휴대", "هاتف", "جوال", "फोन", "मोबाइल", "โทรศัพท์", "điện thoại")
})

func folded(words ...string) []string {
	for i, word := range words {
		words[i] = fold(word)
	}
	return words
}

func containsAny(text string, words []string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(text, word) })
}

// numbers reports for each column whether its cells may look like phone numbers.
func (s sheet) numbers() []bool {
	has := make([]bool, len(s.cells))
	for i := range s.cells {
		has[i] = !s.noHeader && s.saysPhone(i)
	}
	rows := s.ahead
	if s.noHeader {
		rows = append([][]string{s.cells}, rows...)
	}
	for _, row := range rows {
		if len(row) < len(s.cells) {
			continue
		}
		for i := range s.cells {
			has[i] = has[i] || isNumeric(row[i])
		}
	}
	return has
}
