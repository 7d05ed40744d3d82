package source

import (
	"strconv"
	"strings"
	"sync"
)

// wish is what an opt-out cell holds.
type wish int

const (
	wishUnknown    wish = iota // not understood
	wishNothing                // blank, or a mark for it
	wishYes                    // what the header says
	wishNo                     // the opposite
	wishSubscribed             // the person gets messages, whatever the header says
	wishOut                    // the person gets none, whatever the header says
	wishAgreed                 // yes, below a header about consent
	wishRefused                // no, below a header about consent
	wishDate                   // when something happened
)

// wishIn reads a cell.
func wishIn(cell string) wish {
	cell = strings.TrimSpace(cell)
	if len(cell) > maxWord {
		return wishUnknown
	}
	if strings.Trim(cell, "-–—.'\" \u00a0") == "" || cell == mysqlNull || strings.HasPrefix(cell, "0000-00-00") {
		return wishNothing
	}
	if n, err := strconv.ParseFloat(strings.Replace(cell, ",", ".", 1), 64); err == nil {
		return wishOfNumber(n)
	}
	folded := fold(cell)
	switch means, ok := wishWords()[folded]; {
	case ok:
		return means
	case folded == "":
		return wishOfSign(cell)
	case isNothing(cell):
		return wishNothing
	case isDate(cell):
		return wishDate
	}
	return wishUnknown
}

// wishOfNumber reads 1 and 0, the -1 that Access writes for true, and dates that a
// spreadsheet or a database keeps as a number: days since 1900, 20260301, seconds or
// milliseconds since 1970.
func wishOfNumber(n float64) wish {
	switch {
	case n == 1, n == -1:
		return wishYes
	case n == 0:
		return wishNo
	case 30_000 <= n && n < 70_000, 19_800_101 <= n && n < 21_000_101, 1e9 <= n && n < 1e10, 1e12 <= n && n < 1e13:
		return wishDate
	}
	return wishUnknown
}

// wishOfSign reads ticks. A cross is a mark to some and a no to others.
func wishOfSign(cell string) wish {
	switch strings.TrimSuffix(cell, "\ufe0f") {
	case "✓", "✔", "✅", "☑", "√":
		return wishYes
	case "☐", "□", "⬜":
		return wishNo
	}
	return wishUnknown
}

// wishWords are the words for each wish, folded.
var wishWords = sync.OnceValue(func() map[string]wish {
	return byFolded(map[wish][]string{
		wishYes: {"yes", "y", "true", "t", "x", "on", "checked", "ja", "j", "oui", "sí", "s", "sim", "tak", "evet", "да", "так", "igen", "ano", "áno", "kyllä", "joo", "da", "ναι", "כן",
			"نعم", "हाँ", "हां", "ya", "iya", "はい", "有", "是", "예", "네", "có", "ใช่", "jah", "taip", "jā",
			"wahr", "vrai", "verdadero", "verdadeiro", "vero", "waar", "prawda", "sant", "sand", "sann", "pravda", "истина", "doğru", "tosi", "igaz", "真", "참"},
		wishNo: {"no", "n", "false", "f", "off", "unchecked", "never", "nein", "non", "não", "nie", "hayır", "нет", "ні", "nem", "ne", "ei", "nee", "nej", "nei", "nu", "όχι", "לא",
			"لا", "नहीं", "tidak", "いいえ", "否", "아니오", "아니요", "không", "ไม่", "ไม่ใช่",
			"falsch", "faux", "falso", "onwaar", "fałsz", "falskt", "falsk", "usann", "nepravda", "ложь", "yanlış", "epätosi", "hamis", "偽", "假", "거짓"},
		wishSubscribed: {"subscribed", "opted in", "opt in", "resubscribed", "not opted out", "not unsubscribed", "not blocked", "abonniert", "abonné", "suscrito", "inscrito", "iscritto", "подписан", "已订阅", "수신동의"},
		wishOut: {"unsubscribed", "unsubscribe", "unsub", "opted out", "opt out", "stop", "stopped", "not subscribed", "never subscribed", "non subscribed", "not opted in", "not consented", "no consent",
			"do not contact", "do not text", "do not call", "dnc", "dnd", "no sms", "no messages", "blocked", "blacklisted", "suppressed",
			"abgemeldet", "abbestellt", "widersprochen", "désabonné", "désinscrit", "dado de baja", "baja", "desuscrito", "descadastrado", "disiscritto", "uitgeschreven", "afgemeld",
			"wypisany", "отписан", "отписался", "退订", "已退订", "退訂", "已退訂", "配信停止", "수신거부"},
		wishAgreed:  {"agreed", "agree", "accepted", "accept", "accepts", "consented", "consent given", "given", "granted", "allowed", "permitted", "ok", "okay", "erteilt", "zugestimmt", "accepté", "aceptado", "aceito", "accettato", "согласен"},
		wishRefused: {"refused", "refuse", "declined", "denied", "rejected", "revoked", "withdrawn", "not given", "not granted", "not allowed", "not agreed", "verweigert", "abgelehnt", "widerrufen", "refusé", "rechazado", "recusado", "rifiutato", "отказ"},
	})
})
