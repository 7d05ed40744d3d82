package source

import "strings"

// optOutTrust is how sure it is that a column is an opt-out column.
type optOutTrust int

const (
	optOutNot   optOutTrust = iota // nothing speaks for it, or it is about e-mail
	optOutMaybe                    // some words of its header do: a notice names the column
	optOutWeak                     // its header does, and may mean something else: its cells decide
	optOutSure                     // its header says so
)

// optOutHeader returns what the cells below a header say, if it is one of an opt-out
// column, and how sure that is.
func optOutHeader(header string) (optOutKind, optOutTrust) {
	if kind, ok := optOutKinds()[fold(header)]; ok {
		switch kind {
		case saysAgreedMail:
			return kind, optOutNot
		case saysWhenAgreed:
			return kind, optOutMaybe
		}
		return kind, optOutSure
	}
	says, whole := phrasesOf(header)
	kind, known := says.kind()
	return kind, says.trust(whole, known)
}

// namedOptOut returns what a column says that an option names. known is false if its
// header says neither who opted out nor who agreed: then it is taken for who opted out.
func namedOptOut(header string) (kind optOutKind, known bool) {
	if kind, ok := optOutKinds()[fold(header)]; ok {
		return kind, true
	}
	says, _ := phrasesOf(header)
	return says.kind()
}

func phrasesOf(header string) (says phrase, whole bool) {
	words := headerWords(header)
	if len(words) > maxHeaderWords {
		return 0, false
	}
	says, whole = phrasesIn(words)
	if containsAny(fold(header), mailSigns()) {
		says |= phraseOther
	}
	return says, whole
}

// mailSigns is what e-mail is called where words have no spaces between them.
func mailSigns() []string {
	return []string{"メール", "邮件", "郵件", fold("이메일"), fold("메일")}
}

// kind returns what a header with these phrases says, and whether it says it.
func (p phrase) kind() (kind optOutKind, known bool) {
	out, in := p&phraseOut != 0, p&phraseIn != 0
	if !out && !in {
		out, in = p&phraseMayOut != 0, p&phraseMayIn != 0
	}
	switch negated := p&phraseNot != 0; {
	case out == in, out && negated:
		return saysOut, false
	case out, negated, p&phraseMayOut != 0: // opted out; not agreed; consent stopped
		return saysOut, true
	case p&phraseDate != 0:
		return saysWhenAgreed, true
	}
	return saysAgreed, true
}

// trust judges the phrases of a header: whether they are the whole of it, and whether it
// is known what they say.
func (p phrase) trust(whole, known bool) optOutTrust {
	sure := p&(phraseOut|phraseIn) != 0
	message := p&(phraseMessage|phraseMarketing) != 0
	dated := p&phraseDate != 0
	switch {
	case !sure && p&(phraseMayOut|phraseMayIn) == 0:
		return optOutNot
	case p&phraseOther != 0: // "SMS and e-mail consent" may be about messages, too
		return maybe(sure && p&phraseMessage != 0)
	case !whole, !known, p&phraseNot != 0, p&phraseIn != 0 && (dated || p&phraseMayOut != 0), !sure && dated:
		return maybe(sure || message)
	case !sure && !message:
		return optOutWeak
	}
	return optOutSure
}

func maybe(is bool) optOutTrust {
	if is {
		return optOutMaybe
	}
	return optOutNot
}

// maxDescription is how many bytes a cell has at most that describes itself.
const maxDescription = 64

// describesItself reports whether a cell says in words what it is about, whatever stands
// above it: "unsubscribed", "opted_in". Words that other columns hold, too, don't: a
// street is blocked, and a train stops.
func describesItself(cell string) bool {
	if cell = strings.TrimSpace(cell); cell == "" || len(cell) > maxDescription || '0' <= cell[0] && cell[0] <= '9' {
		return false
	}
	switch folded := fold(cell); folded {
	case "stop", "stopped", "blocked", "notblocked", "suppressed", "baja", "inscrito", "iscritto":
		return false
	default:
		means := wishWords()[folded]
		return means == wishOut || means == wishSubscribed
	}
}
