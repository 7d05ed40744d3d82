package source

import "sync"

// optOutKind is what the cells of an opt-out column say.
type optOutKind int

const (
	saysOut        optOutKind = iota // who wants no messages, or since when
	saysAgreed                       // who has agreed to messages
	saysAgreedMail                   // who has agreed to e-mail; only if an option names the column
	saysWhenAgreed                   // when somebody has agreed; likewise, since many leave it blank
)

// optOutKinds are the kinds by folded header.
var optOutKinds = sync.OnceValue(func() map[string]optOutKind { return byFolded(optOutNames()) })

// optOutNames are the headers of opt-out columns, as people, shops and messaging
// services write them. They are folded, and compared whole; those that are recognised are
// phrases of longer headers, too (see [phrases]). Columns about e-mail are not among
// them: who wants no newsletter may want messages.
func optOutNames() map[optOutKind][]string {
	return map[optOutKind][]string{
		saysOut: append(outNames(), outDateNames()...),
		saysAgreed: {"accepts sms marketing", "accepts marketing", "accepts sms", "accepts texts", "accepts text messages", "sms marketing", "sms marketing consent", "sms consent", "consent sms", "consent to sms",
			"sms marketing opt in", "sms opt in", "sms opted in", "opted in sms", "opt in sms", "opted in to sms", "opt in to sms", "text opt in", "text message opt in", "text consent", "texting consent", "text message consent",
			"text marketing consent", "mobile opt in", "phone opt in", "opt in", "opted in", "is opted in", "has opted in", "opt in status", "sms opt in status", "marketing opt in", "opted in to marketing", "marketing consent",
			"consent to marketing", "consent marketing", "marketing permission", "marketing allowed", "allows marketing", "permission to contact", "permission to text", "ok to text", "okay to text", "ok to contact",
			"okay to contact", "can text", "can be texted", "can be contacted", "may text", "may contact", "subscribed", "is subscribed", "sms subscribed", "subscribed sms", "subscribed to sms", "sms subscription",
			"sms subscription status", "sms marketing status", "marketing status", "consent status", "sms consent status", "sms marketing consent status", "consent", "consented", "consent given", "has consented",
			"gdpr consent", "gdpr marketing consent", "tcpa consent", "whatsapp opt in", "whatsapp opted in", "whatsapp consent", "messaging consent", "messaging opt in", "sms permission", "sms allowed", "allow sms",
			"allow text messages", "receive sms", "receives sms", "receive texts", "receive text messages", "wants sms", "agree to sms", "agreed to sms", "sms agreement",
			"einwilligung", "sms einwilligung", "einwilligung sms", "werbeeinwilligung", "marketing einwilligung", "einverständnis", "einverständnis sms", "zustimmung", "zustimmung sms", "sms zustimmung", "sms erlaubt", "werbung erlaubt", "dsgvo einwilligung", "abonniert",
			"consentement", "consentement sms", "consentement marketing", "accepte sms", "accepte les sms", "accepte le marketing", "accepte le marketing par sms", "abonné", "abonné sms", "inscrit sms",
			"consentimiento", "consentimiento sms", "acepta sms", "acepta recibir sms", "acepta marketing", "acepta marketing por sms", "acepta el marketing por sms", "acepta publicidad", "suscrito", "suscrito sms",
			"consentimento", "consentimento sms", "aceita sms", "aceita marketing", "aceita marketing por sms", "inscrito", "inscrito sms",
			"consenso", "consenso sms", "consenso marketing", "accetta sms", "accetta marketing", "accetta il marketing via sms", "iscritto", "iscritto sms",
			"toestemming", "toestemming sms", "sms toestemming", "akkoord sms", "ingeschreven", "zgoda", "zgoda sms", "zgoda marketingowa", "zgoda na sms", "zgoda na marketing",
			"sms izni", "iys izni", "iys onayı", "sms onayı", "согласие", "согласие на смс", "согласие на sms", "согласие на рассылку", "подписан", "подписан на смс",
			"samtycke", "samtycke sms", "samtykke", "sms samtykke", "suostumus", "markkinointilupa", "souhlas", "souhlas se sms",
			"sms配信許可", "配信許可", "オプトイン", "sms同意", "配信希望", "同意接收短信", "接收短信", "短信订阅", "已订阅", "수신동의", "문자 수신동의", "마케팅 수신동의", "sms 수신동의"},
		saysAgreedMail: {"accepts email marketing", "accepts emails", "email marketing", "email marketing consent", "email consent", "email opt in", "email opted in", "email subscribed", "subscribed to emails", "subscribed to newsletter",
			"newsletter", "newsletter opt in", "newsletter subscribed", "email marketing status", "email subscription status"},
		saysWhenAgreed: {"opt in date", "opted in date", "opted in at", "opt in at", "opt in time", "opt in timestamp", "date opted in", "consent date", "consent at", "consent time", "consent timestamp", "consented at", "date of consent",
			"sms consent date", "sms consent timestamp", "sms consent at", "sms opt in date", "sms opted in at", "subscribed at", "subscribed on", "subscribe date", "date subscribed",
			"einwilligung am", "einwilligungsdatum", "date de consentement", "fecha de consentimiento", "data do consentimento", "data consenso", "data zgody", "дата согласия", "同意日時", "동의일"},
	}
}

// outNames are headers that say who opted out.
func outNames() []string {
	return []string{"unsubscribed", "unsubscribe", "is unsubscribed", "has unsubscribed", "unsubscribed all", "unsubscribed from all", "opted out", "opt out", "is opted out", "has opted out", "opt out status", "opted out status",
		"sms opt out", "sms opted out", "opted out sms", "opt out sms", "opt out of sms", "opted out of sms", "has opted out of sms", "sms opt out status", "text opt out", "opt out text", "text message opt out", "opted out of texts",
		"sms unsubscribed", "unsubscribed sms", "unsubscribed from sms", "mobile opt out", "phone opt out", "whatsapp opt out", "whatsapp opted out", "opted out of whatsapp", "messaging opt out", "opted out of messaging",
		"marketing opt out", "opt out marketing", "opt out of marketing", "opted out of marketing", "global opt out", "opted out of all", "gdpr opt out",
		"do not contact", "do not contact flag", "dnc", "dnc flag", "dnd", "do not call", "do not text", "do not sms", "do not message", "do not disturb", "do not market", "do not send sms", "don't contact", "don't text", "don't call",
		"no sms", "no text", "no texts", "no text messages", "no messages", "no marketing", "no marketing sms", "stop sms", "sms stop", "blocked", "is blocked", "blacklisted", "blacklist", "is blacklisted", "on blacklist",
		"blocked sms", "sms blocked", "suppression list", "never contact", "never text", "stop texts", "stop texting", "stop messages", "stop messaging", "sms blacklisted", "sms blacklist", "denylisted", "suppressed", "is suppressed", "sms suppressed", "marketing suppressed", "consent withdrawn", "withdrawn consent", "consent revoked", "revoked consent",
		"abgemeldet", "sms abgemeldet", "abbestellt", "widersprochen", "widerspruch", "werbewiderspruch", "sms widerspruch", "keine sms", "kein sms", "keine werbung", "nicht kontaktieren", "kontaktsperre", "werbesperre", "sperrvermerk", "werbeverbot", "kontaktverbot", "kein kontakt", "robinsonliste",
		"désabonné", "désabonné sms", "désinscrit", "désinscrit sms", "désinscription", "désabonnement", "ne pas contacter", "ne plus contacter", "ne pas déranger", "refus sms", "pas de sms", "opposition", "bloctel",
		"dado de baja", "baja", "baja sms", "no contactar", "no molestar", "desuscrito", "lista robinson", "no enviar sms", "sin sms", "no desea sms", "no desea recibir sms", "lista negra",
		"descadastrado", "descadastrado sms", "não contatar", "não contactar", "não perturbe", "não enviar sms", "não enviar mensagens", "disiscritto", "disiscritto sms", "non contattare", "non disturbare", "liste noire",
		"uitgeschreven", "afgemeld", "niet contacteren", "niet benaderen", "geen sms", "geen contact", "wypisany", "nie kontaktować", "nie wysyłać sms", "sprzeciw", "abonelikten çıktı", "sms almak istemiyor",
		"отписан", "отписался", "отписка", "не беспокоить", "не звонить", "не писать", "отказ от рассылки", "отказ от смс", "чёрный список", "черный список", "в черном списке",
		"odhlášen", "nekontaktovat", "avregistrerad", "kontakta ej", "afmeldt", "avmeldt", "frameldt", "frameld", "nej till sms", "nej tak til sms", "suoramarkkinointikielto", "sms kielto", "markkinointikielto", "berhenti berlangganan", "jangan hubungi",
		"配信停止", "配信停止済み", "sms配信停止", "オプトアウト", "連絡不可", "退订", "已退订", "退訂", "已退訂", "拒收", "黑名单", "请勿联系", "免打扰", "수신거부", "문자 수신거부", "إلغاء الاشتراك", "عدم الاتصال"}
}

// outDateNames are headers that say since when somebody has opted out.
func outDateNames() []string {
	return []string{"opt out date", "opted out date", "opted out at", "opt out at", "opted out on", "opt out time", "opt out timestamp", "opt out datetime", "date opted out", "date of opt out",
		"unsubscribed at", "unsubscribed on", "unsubscribe date", "unsubscribed date", "unsubscribe time", "unsubscribed time", "date unsubscribed", "sms opt out date", "sms opted out at", "sms unsubscribed at",
		"sms unsubscribe date", "sms opt out at", "sms opt out time", "do not contact since", "dnc date",
		"abmeldedatum", "abgemeldet am", "widerspruch am", "widerspruchsdatum", "date de désabonnement", "date de désinscription", "désinscrit le", "désabonné le", "fecha de baja", "fecha baja", "data descadastro", "data de descadastro",
		"data di disiscrizione", "data disiscrizione", "uitschrijfdatum", "afmelddatum", "data wypisania", "дата отписки", "配信停止日", "退订时间", "退订日期", "수신거부일"}
}
