package source

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

func (o outcomeOf) wishes() []OptOut {
	var all []OptOut
	for _, row := range o.Rows {
		all = append(all, row.OptOut)
	}
	return all
}

// TestOptOutHeaders: both polarities, in the languages of lists; never those about
// e-mail, and never a part of a header.
func TestOptOutHeaders(t *testing.T) {
	for _, header := range []string{"unsubscribed", "Unsubscribed?", "Do Not Contact", "DO_NOT_CONTACT", "DNC", "Opted Out", "opt-out", "OptOut", "Opt-out date", "opted_out_at", "Unsubscribed At",
		"blocked?", "No SMS", "SMS Opt Out", "Abgemeldet", "Désinscrit", "Dado de baja", "Descadastrado", "Disiscritto", "Отписан", "配信停止", "已退订", "수신거부"} {
		got := mustRead(t, "phone,"+header+"\n1,\n", Options{})
		if !slices.Equal(got.Columns.OptOut, []string{header}) || !slices.Equal(got.Columns.OptOutIndex, []int{1}) || got.Columns.Consent {
			t.Errorf("%s: got %+v, want a column of those who opted out", header, got.Columns)
		}
		if !hasNotice(got, "says who wants no messages (--opt-out-column none") {
			t.Errorf("%s: got %q, want it said", header, got.Notices)
		}
	}
	for _, header := range []string{"Accepts SMS Marketing", "accepts marketing?", "SMS Consent", "sms_opt_in", "subscribed", "Marketing Consent", "Opted in", "Consent", "SMS-Einwilligung", "Consentement SMS", "Acepta SMS", "Согласие", "수신동의"} {
		got := mustRead(t, "phone,"+header+"\n1,\n", Options{})
		if !slices.Equal(got.Columns.OptOut, []string{header}) || !got.Columns.Consent || !hasNotice(got, "says who has agreed to messages") {
			t.Errorf("%s: got %+v, %q, want a column of those who agreed", header, got.Columns, got.Notices)
		}
	}
	for _, header := range []string{"Email Opt Out", "HasOptedOutOfEmail", "Accepts Email Marketing", "Unsubscribed from all email", "Newsletter", "Email consent", "E-Mail abgemeldet", "opt-in date",
		"Reason to unsubscribe", "Opt", "Status", "sent_import_reason"} {
		got := mustRead(t, "phone,"+header+",sent_import_line,sent_import_hint\n1,phone_invalid,2,\n", Options{})
		if got.Columns.OptOut != nil || got.Rows[0].OptOut != OptedIn {
			t.Errorf("%s: got %+v, want no column", header, got.Columns)
		}
	}
	got := mustRead(t, "phone,Unsubscribed,SMS consent\n1,,\n", Options{})
	if !slices.Equal(got.Columns.OptOut, []string{"Unsubscribed", "SMS consent"}) || !got.Columns.Consent {
		t.Errorf("got %+v, want both columns", got.Columns)
	}
}

// TestOptOutValues: what a cell says in a column of those who opted out, and in one of
// those who agreed.
func TestOptOutValues(t *testing.T) {
	for _, tt := range []struct {
		cells        []string
		out, consent OptOut
	}{
		{[]string{"yes", "Yes", "Y", "TRUE", "t", "1", "1.0", "-1", "x", "X", "ja", "oui", "sí", "Si", "sim", "да", "はい", "是", "예", "WAHR", "VRAI", "✓", "✔️", "☑"}, OptedOut, OptedIn},
		{[]string{"no", "N", "false", "F", "0", "0.0", "nein", "non", "não", "нет", "いいえ", "否", "FALSCH", "FAUX", "never", "☐"}, OptedIn, OptedOut},
		{[]string{"unsubscribed", "Unsubscribed", "opted_out", "opted-out", "OPTED OUT", "opt_out", "Not subscribed", "NEVER_SUBSCRIBED", "STOP", "do not contact", "abgemeldet", "已退订"}, OptedOut, OptedOut},
		{[]string{"subscribed", "SUBSCRIBED", "opted_in", "opted in", "opt-in", "not opted out", "abonniert"}, OptedIn, OptedIn},
		{[]string{"", " ", "NULL", `\N`, "(null)", "#N/A", "nil", "undefined", "-", "0000-00-00 00:00:00"}, OptedIn, OptOutUnclear},
		{[]string{"2026-03-01", "2026-03-01T10:00:00Z", "2026-03-01 10:00:00.123+01:00", "03/01/2026", "1.3.2026", "1. 3. 2026", "3/1/26 2:05 PM", "01.03.2026 14:05", "1 Mar 2026", "1. März 2026", "Mar 1, 2026", "March 1st, 2026 10:00 am",
			"1 de marzo de 2026", "Sun, 01 Mar 2026 10:00:00 +0000", "2026年3月1日", "2026/03/01 10:00", "46082", "46082.41", "20260301", "1772359200", "1772359200000"}, OptedOut, OptOutUnclear},
		{[]string{"maybe", "?", "2", "pending", "ask Ann", "transactional", "+14155552671", "✗", "o", "red", "12/2026?"}, OptOutUnclear, OptOutUnclear},
		{[]string{"granted", "accepted", "erteilt"}, OptOutUnclear, OptedIn},
		{[]string{"declined", "revoked", "verweigert"}, OptOutUnclear, OptedOut},
	} {
		for _, cell := range tt.cells {
			quoted := `"` + cell + `"`
			if got := mustRead(t, "phone,unsubscribed,n\n1,"+quoted+",\n", Options{}).Rows[0].OptOut; got != tt.out {
				t.Errorf("%q below unsubscribed: got %d, want %d", cell, got, tt.out)
			}
			if got := mustRead(t, "phone,sms consent,n\n1,"+quoted+",\n", Options{}).Rows[0].OptOut; got != tt.consent {
				t.Errorf("%q below sms consent: got %d, want %d", cell, got, tt.consent)
			}
		}
	}
}

// TestOptedOutInOneColumn is opted out, whatever the others say.
func TestOptedOutInOneColumn(t *testing.T) {
	got := mustRead(t, "phone,unsubscribed,opt-out date,sms consent\n1,no,,yes\n2,no,2026-01-01,yes\n3,yes,,\n4,,,\n5,maybe,,no\n6,maybe,,yes\n7\n8,yes\n", Options{})
	if want := []OptOut{OptedIn, OptedOut, OptedOut, OptOutUnclear, OptedOut, OptOutUnclear, OptOutUnclear, OptedOut}; !slices.Equal(got.wishes(), want) {
		t.Errorf("got %d, want %d", got.wishes(), want)
	}
}

// TestOptOutColumn: by name, by number, none; an unknown header says who opted out.
func TestOptOutColumn(t *testing.T) {
	text := "phone,Flag,SMS consent,Accepts Email Marketing,opt-in date\n1,yes,no,no,2026-01-01\n2,no,yes,yes,\n"
	for column, want := range map[string][]OptOut{
		"":                        {OptedOut, OptedIn},
		"none":                    {OptedIn, OptedIn},
		"NONE":                    {OptedIn, OptedIn},
		"flag":                    {OptedOut, OptedIn},
		"2":                       {OptedOut, OptedIn},
		"sms consent":             {OptedOut, OptedIn},
		"3":                       {OptedOut, OptedIn},
		"accepts email marketing": {OptedOut, OptedIn},
		"Opt-In Date":             {OptedIn, OptOutUnclear},
	} {
		if got := mustRead(t, text, Options{OptOutColumn: column}); !slices.Equal(got.wishes(), want) {
			t.Errorf("%s: got %d, want %d", column, got.wishes(), want)
		}
	}
	got := mustRead(t, "1,yes\n2,no\n", Options{NoHeader: true, PhoneColumns: []string{"1"}, OptOutColumn: "2"})
	if !slices.Equal(got.wishes(), []OptOut{OptedOut, OptedIn}) || got.Columns.OptOut[0] != "column 2" {
		t.Errorf("without header: got %d of %q", got.wishes(), got.Columns.OptOut)
	}
	var wrong *UsageError
	if _, err := readAll(text, Options{OptOutColumn: "stop"}); !errors.As(err, &wrong) || !strings.Contains(wrong.Message, "--opt-out-column") {
		t.Errorf("got %v, want a UsageError with the flag", err)
	}
	got = mustRead(t, "phone,Unsubscribed\n1,yes\n", Options{NoHeader: true, PhoneColumns: []string{"1"}})
	if got.Columns.OptOut != nil {
		t.Errorf("got %q recognised without a header", got.Columns.OptOut)
	}
}

// TestOptOutExports: as a shop and as a messaging service write them.
func TestOptOutExports(t *testing.T) {
	for name, want := range map[string][]OptOut{
		"optout-shopify.csv": {OptedIn, OptedOut, OptOutUnclear},
		"optout-generic.csv": {OptedIn, OptedOut, OptedIn, OptedOut},
	} {
		got, err := readCase(t, name, Options{})
		if err != nil || len(got.Rows) != 12 {
			t.Fatalf("%s: got %d rows, %v", name, len(got.Rows), err)
		}
		for i, row := range got.Rows {
			if row.OptOut != want[i%len(want)] {
				t.Errorf("%s: row %d: got %d, want %d", name, row.Number, row.OptOut, want[i%len(want)])
			}
		}
	}
}

// TestOptOutOfFormulas: nobody knows what a formula without a stored value says. A phone
// cell of that kind is blank, and so is any other.
func TestOptOutOfFormulas(t *testing.T) {
	formulas := func(cells ...string) func(*excelize.File) error {
		return func(f *excelize.File) error {
			var all error
			for _, cell := range cells {
				all = errors.Join(all, f.SetCellFormula("S", cell, "Z1"))
			}
			return all
		}
	}
	for _, tt := range []struct {
		name string
		rows [][]any
		o    Options
		at   []string // the formulas
		want []OptOut
	}{
		{"one column", [][]any{{"phone", "unsubscribed"}, {"1"}, {"2"}, {"3", "yes"}}, Options{}, []string{"B2"}, []OptOut{OptOutUnclear, OptedIn, OptedOut}},
		{"consent", [][]any{{"phone", "sms consent"}, {"1"}, {"2", "yes"}}, Options{}, []string{"B2"}, []OptOut{OptOutUnclear, OptedIn}},
		{"two columns", [][]any{{"phone", "unsubscribed", "sms consent"}, {"1", nil, "no"}, {"2", nil, "yes"}, {"3", "yes"}}, Options{}, []string{"B2", "B3", "C4"}, []OptOut{OptedOut, OptOutUnclear, OptedOut}},
		{"named", [][]any{{"phone", "Flag", "unsubscribed"}, {"1"}, {"2"}}, Options{OptOutColumn: "Flag"}, []string{"B2", "C3"}, []OptOut{OptOutUnclear, OptedIn}},
		{"none", [][]any{{"phone", "unsubscribed"}, {"1"}}, Options{OptOutColumn: "none"}, []string{"B2"}, []OptOut{OptedIn}},
		{"no header", [][]any{{"1"}, {"2", "no"}}, Options{NoHeader: true, PhoneColumns: []string{"1"}, OptOutColumn: "2"}, []string{"B1"}, []OptOut{OptOutUnclear, OptedIn}},
		{"other columns", [][]any{{"phone", "unsubscribed", "note"}, {nil, "no"}, {"2", "no"}}, Options{}, []string{"A2", "C3"}, []OptOut{OptedIn, OptedIn}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := workbookOf(t, page{name: "S", rows: tt.rows, change: func(f *excelize.File) error {
				return errors.Join(f.SetSheetDimension("S", "A1:C4"), formulas(tt.at...)(f))
			}})
			got, err := readAll(file, tt.o)
			if err != nil || !slices.Equal(got.wishes(), tt.want) {
				t.Errorf("got %d, %v, want %d", got.wishes(), err, tt.want)
			}
			if tt.name == "other columns" && got.Rows[0].Phone != "" {
				t.Errorf("got the phone %q of a formula without value", got.Rows[0].Phone)
			}
			if !hasNotice(got, "in an opt-out column not understood") {
				t.Errorf("got the notices %q", got.Notices)
			}
		})
	}
}

// TestOptOutThatComesBack: a report asks for yes or no, and a cell that is still blank is
// no answer, since that of a formula without a value was blank there.
func TestOptOutThatComesBack(t *testing.T) {
	text := "phone,unsubscribed,opt-out date,sent_import_line,sent_import_reason\n" +
		"1,,,2,opt_out_unclear\n2,no,,3,opt_out_unclear\n3,yes,,4,opt_out_unclear\n4,,2026-01-01,5,opt_out_unclear\n5,NULL,-,6,opt_out_unclear\n6,,,7,phone_invalid\n"
	want := []OptOut{OptOutUnclear, OptedIn, OptedOut, OptedOut, OptOutUnclear, OptedIn}
	if got := mustRead(t, text, Options{}).wishes(); !slices.Equal(got, want) {
		t.Errorf("got %d, want %d", got, want)
	}
	if got := mustRead(t, text, Options{OptOutColumn: "none"}).wishes(); slices.Contains(got, OptOutUnclear) {
		t.Errorf("got %d without an opt-out column", got)
	}
}
