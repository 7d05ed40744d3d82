package source

import (
	"slices"
	"strings"
	"testing"
)

// TestOptOutHeadersByWords: a header is recognised by its words, whatever they are
// joined with and whatever stands around them.
func TestOptOutHeadersByWords(t *testing.T) {
	for _, header := range []string{
		"SMS_BLOCKLISTED", "BLOCKLISTED", "et4ae5__HasOptedOutOfMobile__c", "UNSUB_TIME", "opt_out_flag", "is_opt_out", "Is SMS Opted Out", "Opted-out (Y/N)", "Opt Out Y/N", "SMS Opt-out Date/Time", "Unsubscribe",
		"Suppression", "Blocklist", "DNC List", "DND Status", "NDNC", "Do not contact (DNC)", "Do Not Text List", "Do Not Send", "Do Not Call Registry", "Contact unsubscribed", "Contact Opt-Out", "Customer opted out",
		"TCPA Opt Out", "Texting opt out", "Text Unsubscribed", "Unsubscribed from texts", "Blacklisted (SMS)", "HasOptedOutOfSMS", "smsOptOut", "SMSOptOut", "isDNC", "DO NOT CONTACT?", "Don’t text", "SMS STOP", "hs_sms_opt_out", "National DNC", "Never contact", "Ne plus contacter",
		"Désabonné(e)", "Désinscription SMS", "Abmeldung", "SMS-Abmeldung", "Sperrvermerk", "Werbeverbot", "No desea SMS", "Lista negra", "Non disturbare", "Geen contact", "Frameldt", "Nej till SMS", "SMS-kielto", "SMS gesperrt",
	} {
		kind, trust := optOutHeader(header)
		if kind != saysOut || trust != optOutSure {
			t.Errorf("%s: got %d, %d, want a column of those who opted out", header, kind, trust)
		}
	}
	for _, header := range []string{
		"sms_marketing_consent_state", "sms_subscriber", "wa_opt_in", "SMS Consent Given", "Consent to SMS marketing", "Consent to receive SMS", "consent to messages", "Consent to text messages", "SMS opt-in (yes/no)",
		"Marketing Opt-In (SMS)", "Subscribed to SMS marketing", "I agree to receive text messages", "Can we text?", "Buyer accepts marketing", "SMSOptIn__c", "Abonné(e)", "Autorise SMS", "Acepta recibir SMS", "sms_subscription_status",
	} {
		if kind, trust := optOutHeader(header); kind != saysAgreed || trust != optOutSure {
			t.Errorf("%s: got %d, %d, want a column of those who agreed", header, kind, trust)
		}
	}
}

// TestOptOutHeadersThatMayBe are not used, and said.
func TestOptOutHeadersThatMayBe(t *testing.T) {
	for _, header := range []string{
		"STOP", "Stop list", "Subscriber Status", "Subscription status", "subscription_status", "Gesperrt", "Widerruf", "Bloqueado", "Rezygnacja", "Blocked account", "opt-in date", "SMS opt-in timestamp", "Opt-in/Opt-out", "Reason to unsubscribe",
		"I agree", "Subscribed plan", "Do not opt in", "Consent version", "Please tick if you consent to hearing from us", "Opt out of SMS and email", "No consent", "Not opted in",
	} {
		got := mustRead(t, "phone,"+header+"\n1,\n", Options{})
		if got.Columns.OptOut != nil || !hasNotice(got, "may say who opted out, and is not used: "+flagOptOutColumn) || !hasNotice(got, flagOptOutColumn+" none says that there is none") {
			t.Errorf("%s: got %q, %q, want it only said", header, got.Columns.OptOut, got.Notices)
		}
	}
	got := mustRead(t, "phone,STOP,Blocked account,Unsubscribed\n1,,,\n", Options{})
	if want := `"STOP", "Blocked account" may say who opted out, and are not used: --opt-out-column "STOP" uses the first instead of "Unsubscribed" (column 4), --opt-out-column none uses none of them`; !slices.Contains(got.Notices, want) {
		t.Errorf("got %q, want %q", got.Notices, want)
	}
	got = mustRead(t, "phone,STOP\n1,\n", Options{OptOuts: IgnoreOptOuts})
	if hasNotice(got, "may say") {
		t.Errorf("got %q, want nothing where opt-outs are ignored", got.Notices)
	}
	got = mustRead(t, "phone,Accepts SMS,opt-in date\n1,yes,2026-01-01\n", Options{})
	if hasNotice(got, "may say") {
		t.Errorf("got %q, want nothing about when somebody agreed, where a column says who", got.Notices)
	}
}

// TestHeadersOfOtherThings are neither used nor said, and those about e-mail are not.
func TestHeadersOfOtherThings(t *testing.T) {
	for _, header := range []string{
		"Stop name", "Bus stop", "Stop time", "Stop number", "Block", "Blocker", "Status", "Text", "Agreement number", "Contract", "Contact", "Message", "Marketing", "SMS text", "Accepted payment methods", "Allowed discount", "Permission level",
		"Subscription date", "Sum", "Notes", "Nonstop", "Options", "Opt", "Consentino street", "Stopford", "Date", "Yes/No", "State", "Wanted since", "No", "A", "", "Baja California",
		"Email Opt Out", "Email Opt-Out Flag", "HasOptedOutOfEmail", "et4ae5__HasOptedOutOfEmail__c", "HasOptedOutOfFax", "Unsubscribed from newsletter", "E-Mail Consent (Y/N)", "Email marketing consent state", "Newsletter opt in?",
		"Accepts Email Marketing", "Subscribed to our mailing list", "Do not mail", "メール配信停止", "Push opt in", "Newsletter",
	} {
		got := mustRead(t, "phone,"+header+",x\n1,active,\n2,unsubscribe me,\n", Options{})
		if got.Columns.OptOut != nil || hasNotice(got, "opt") {
			t.Errorf("%s: got %q, %q, want nothing of it", header, got.Columns.OptOut, got.Notices)
		}
	}
}

// TestCellsThatDescribeThemselves: a column is said that holds such words, and one whose
// header may be of an opt-out column is used.
func TestCellsThatDescribeThemselves(t *testing.T) {
	many := strings.Repeat("1,active\n", 50)
	for _, cell := range []string{"Unsubscribed", "OPTED_OUT", "opted_in", "do not contact", "abgemeldet", "Subscribed"} {
		got := mustRead(t, "phone,Status\n"+many+"2,"+cell+"\n", Options{})
		if got.Columns.OptOut != nil || !slices.Contains(got.Notices, `"Status" may say who opted out, and is not used: --opt-out-column "Status" uses it, --opt-out-column none says that there is none`) {
			t.Errorf("%s: got %q, %q, want it said", cell, got.Columns.OptOut, got.Notices)
		}
	}
	for _, text := range []string{"phone,Status\n1,active\n2,blocked\n3,stopped\n", "phone,Email status\n1,unsubscribed\n", "phone,Newsletter\n1,subscribed\n", "phone,name\n1,unsubscribed by Ann\n", "phone,sent_import_line,sent_import_reason\n1,2,opted_out\n"} {
		if got := mustRead(t, text, Options{}); got.Columns.OptOut != nil || hasNotice(got, "may say") {
			t.Errorf("%q: got %q, want nothing said", text, got.Notices)
		}
	}
	for text, want := range map[string][]OptOut{
		"phone,Subscription status\n1,subscribed\n2,Unsubscribed\n3,\n": {OptedIn, OptedOut, OptOutUnclear},
		"phone,STOP\n1,\n2,opted out\n3,yes\n":                          {OptedIn, OptedOut, OptedOut},
	} {
		if got := mustRead(t, text, Options{}); !slices.Equal(got.wishes(), want) {
			t.Errorf("%q: got %d, want %d", text, got.wishes(), want)
		}
	}
	got := mustRead(t, "1,yes\n2,opted out\n", Options{NoHeader: true, PhoneColumns: []string{"1"}})
	if got.Columns.OptOut != nil || !hasNotice(got, "column 2 may say who opted out, and is not used: --opt-out-column 2 uses it") {
		t.Errorf("without header: got %q", got.Notices)
	}
	for _, o := range []Options{{OptOutColumn: "none"}, {OptOutColumn: "Note"}, {Version: 1}} {
		if got := mustRead(t, "phone,Note,STOP,Status\n1,,yes,unsubscribed\n", o); hasNotice(got, "may say") {
			t.Errorf("%+v: got %q, want nothing said", o, got.Notices)
		}
	}
}

// TestNamedColumnsOfConsent: to name a column that says who agreed turns nobody around.
func TestNamedColumnsOfConsent(t *testing.T) {
	for _, header := range []string{"Consent to receive SMS", "I agree to be contacted by phone at any time", "Accepts offers", "Opt in (web form)", "Opted in via kiosk", "Subscribed plan", "Allow notifications", "Permission level",
		"Can we write to you?", "Wants news", "Subscription status", "Consent date (web)", "Not unsubscribed", "Erlaubt Anrufe"} {
		got := mustRead(t, "phone,"+header+"\n1,yes\n2,no\n", Options{OptOutColumn: header})
		if !slices.Equal(got.wishes(), []OptOut{OptedIn, OptedOut}) || !got.Columns.Consent || !hasNotice(got, "says who has agreed to messages, by its header") {
			t.Errorf("%s: got %d, %q, want those who agreed", header, got.wishes(), got.Notices)
		}
	}
	for header, says := range map[string]string{
		"Flag": "is taken to say who wants no messages", "Opt-in/Opt-out": "is taken to say who wants no messages", "Status": "is taken to say who wants no messages",
		"Blocked account": "says who wants no messages, by its header", "STOP": "says who wants no messages, by its header", "Not opted in": "says who wants no messages, by its header",
		"No consent": "says who wants no messages, by its header", "Consent withdrawn": "says who wants no messages, by its header", "Widerruf Einwilligung": "says who wants no messages, by its header",
	} {
		got := mustRead(t, "phone,"+header+"\n1,yes\n2,no\n", Options{OptOutColumn: "2"})
		if !slices.Equal(got.wishes(), []OptOut{OptedOut, OptedIn}) || got.Columns.Consent || !hasNotice(got, says) {
			t.Errorf("%s: got %d, %q, want those who opted out", header, got.wishes(), got.Notices)
		}
	}
}

// TestPhoneWithCountryCode: what a header says of country codes is no part of its name,
// and decides nothing.
func TestPhoneWithCountryCode(t *testing.T) {
	for _, header := range []string{"Phone number (with country code)", "Phone with country code", "Mobile (with country code)", "WhatsApp number (incl. country code)", "Phone (including country code)", "Teléfono (with country code)"} {
		got := mustRead(t, "name,"+header+"\nAnn,1\n", Options{})
		if !slices.Equal(got.Columns.Phone, []string{header}) || got.Columns.International[0] || got.Columns.Region != "" {
			t.Errorf("%s: got %+v, want a phone column like others", header, got.Columns)
		}
		if _, err := readAll("name,"+header+"\nAnn,1\n", Options{Version: 1}); err == nil {
			t.Errorf("%s: recognised by version 1", header)
		}
	}
}

// TestHeaderWords: where words end.
func TestHeaderWords(t *testing.T) {
	for header, want := range map[string]string{
		"SMS Opt-Out (Y/N)": "sms opt out y n", "et4ae5__HasOptedOutOfMobile__c": "has opted out of mobile", "SMSOptIn__c": "sms opt in", "isDNC": "is dnc", "OPTED_OUT": "opted out", "Désabonné(e)": "desabonne e",
		"don't text": "dont text", "sms__state": "sms state", "": "", "--": "", "ＳＭＳ　同意": "sms 同意",
	} {
		if got := strings.Join(headerWords(header), " "); got != want {
			t.Errorf("%q: got %q, want %q", header, got, want)
		}
	}
}
