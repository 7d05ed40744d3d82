package source

import (
	"maps"
	"strings"
	"sync"
)

// phrase is what a run of words in a header says. A header is all that its phrases say
// together.
type phrase uint

const (
	phraseOut       phrase = 1 << iota // somebody wants no messages
	phraseIn                           // somebody has agreed to messages
	phraseMayOut                       // likewise, if the header says that it is about messages: "STOP" is where buses stop, too
	phraseMayIn                        // likewise: "agree" may be about anything
	phraseMessage                      // it is about messages
	phraseMarketing                    // likewise, if nothing else says that it is about e-mail
	phraseDate                         // it is about when
	phraseNot                          // it may turn the rest around
	phraseOther                        // it is about e-mail, or another way that is not messages to a phone
	phraseFiller                       // nothing
)

// maxPhrase is how many words a phrase has at most, and maxHeaderWords how many words of
// a header are looked at: the longest questions of forms have fewer.
const (
	maxPhrase      = 6
	maxHeaderWords = 40
)

// phrases are the phrases by their folded words. The whole names of opt-out columns are
// among them.
var phrases = sync.OnceValue(func() map[string]phrase {
	all := map[string]phrase{}
	for kind, says := range map[optOutKind]phrase{saysOut: phraseOut, saysAgreed: phraseIn} {
		for _, name := range optOutNames()[kind] {
			all[fold(name)] = says
		}
	}
	maps.Copy(all, byFolded(phraseWords()))
	return all
})

// phraseWords are the phrases that are no names of columns, or not always.
func phraseWords() map[phrase][]string {
	return map[phrase][]string{
		phraseOut: {"opting out", "opts out", "opt outs", "unsub", "unsubs", "unsubbed", "unsubscribes", "unsubscription", "do not send", "don't send", "do not disturb", "do not solicit", "ndnc", "dncr", "blocklist", "blocklisted", "denylist",
			"suppress", "suppression", "suppressions", "donotcontact", "abmeldung", "abbestellung", "désabonner"},
		phraseIn: {"opting in", "opts in", "opt ins", "consents", "consenting", "einwilligungen"},
		phraseMayOut: {"stop", "blockiert", "gesperrt", "widerruf", "widerrufen", "bloqueado", "bloqueada", "bloqué", "bloquée", "bloccato", "geblokkeerd", "zablokowany", "rezygnacja",
			"заблокирован", "baja", "opposition", "sprzeciw", "spärrad", "spærret"},
		phraseMayIn: {"agree", "agrees", "agreed", "accept", "accepts", "accepted", "allow", "allows", "allowed", "permission", "permissions", "permitted", "subscriber", "subscription", "subscriptions", "subscribe", "subscribes",
			"wants", "want", "can we", "may we", "authorize", "authorizes", "authorized", "authorise", "authorised", "would like", "receive", "receives", "approve", "approved", "okay", "ok to",
			"autorise", "autorisation", "accepte", "acepta", "acepta recibir", "autoriza", "desea", "aceita", "accetta", "autorizza", "inscrito", "inscrita", "iscritto", "iscritta", "ingeschreven", "suscriptor", "abonnent", "erlaubt", "akkoord", "согласен"},
		phraseMessage:   {"sms", "mms", "rcs", "text", "texts", "texting", "texted", "text message", "text messages", "text messaging", "whatsapp", "whatsapps", "wa", "смс"},
		phraseMarketing: {"marketing"},
		phraseDate:      {"date", "time", "datetime", "timestamp", "at", "on", "since", "when", "datum", "fecha", "data", "am", "le", "дата"},
		phraseNot: {"not", "no", "non", "never", "without", "don't", "doesn't", "didn't", "cannot", "can't", "withdrawn", "withdrew", "revoked", "declined", "refused", "denied", "rejected",
			"nicht", "kein", "keine", "ne", "pas", "sin", "não", "nie", "geen", "niet", "ej", "ikke", "ei", "не", "нет", "без"},
		phraseOther: {"email", "emails", "mail", "mails", "mailing", "mailings", "newsletter", "newsletters", "emailing", "courriel", "correo", "posta", "eposta", "epost", "poczta", "почта", "почту",
			"fax", "postal", "post", "letter", "letters", "print", "push", "cookie", "cookies"},
		phraseFiller: {"is", "has", "have", "had", "been", "was", "i", "we", "you", "my", "the", "a", "e", "o", "s", "as", "an", "of", "from", "to", "for", "in", "via", "by", "all", "any", "our", "us", "their",
			"message", "messages", "messaging", "communication", "communications", "receiving", "get", "send", "sent", "contact", "contacts", "contacted", "call", "calls", "calling", "be", "being",
			"mobile", "phone", "telephone", "cell", "cellphone", "promo", "promos", "promotional", "promotions",
			"customer", "customers", "subscriber's", "person", "people", "user", "client", "lead", "member", "recipient", "consumer", "buyer", "patient", "guest",
			"flag", "status", "state", "current", "y n", "yes no", "no yes", "true false", "0 1", "1 0", "boolean", "bool", "list", "registry", "register", "channel", "hs", "global", "national", "federal", "internal", "overall", "given", "ever",
			"gdpr", "tcpa", "dsgvo", "rgpd", "lgpd", "ctia", "ja nein", "oui non", "sí no", "sim não", "si no",
			"les", "la", "de", "des", "du", "aux", "par", "pour", "el", "los", "las", "por", "para", "per", "von", "für", "zu", "na", "client", "kunde", "cliente", "klant", "klient", "recibir", "recevoir", "receber", "ricevere"},
	}
}

// phrasesIn reads the words of a header from left to right, of several phrases that begin
// at a word the longest. whole means that no word is left over.
func phrasesIn(words []string) (says phrase, whole bool) {
	whole = true
	var last phrase
	for at := 0; at < len(words); {
		found, n := longestPhrase(words[at:])
		if n == 0 {
			found, n, whole = 0, 1, false
		}
		if found == phraseOut && last == phraseNot { // "not opted out"
			found, says = phraseIn, says&^phraseNot
		}
		for _, word := range words[at : at+n] {
			says |= phrases()[word] & phraseMessage // "opt out of sms" says two things
		}
		says, last, at = says|found, found, at+n
	}
	return says, whole
}

func longestPhrase(words []string) (phrase, int) {
	for n := min(maxPhrase, len(words)); n > 0; n-- {
		if found, ok := phrases()[strings.Join(words[:n], "")]; ok {
			return found, n
		}
	}
	return 0, 0
}
