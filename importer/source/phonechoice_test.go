package source

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestSeriesFallsThrough to its next column that is not empty.
func TestSeriesFallsThrough(t *testing.T) {
	for name, tt := range map[string]struct {
		text string
		want []string
	}{
		"Phone 1, 2, 3":           {"Phone 1,Phone 2,Phone 3\n1,2,3\n,2,3\nNULL,\\N,3\n, ,\n", []string{"1", "2", "3", ""}},
		"Phone, Phone 2":          {"Phone,Phone 2\n1,2\n,2\n", []string{"1", "2"}},
		"Mobile Phone 2":          {"Mobile Phone,Phone,Mobile Phone 2\n1,9,2\n,9,2\n,9,\n", []string{"1", "2", ""}},
		"a short row":             {"Phone 1,Phone 2,Phone 3\n1\n,,3\n,2\n", []string{"1", "3", "2"}},
		"Google Contacts, values": {"Phone 1 - Value,Phone 2 - Value\n1,2\n,2\n", []string{"1", "2"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := mustRead(t, tt.text, Options{})
			wantPhones(t, got, tt.want...)
			if !hasNotice(got, "and where it is empty the next one") {
				t.Errorf("got %q, want it said", got.Notices)
			}
		})
	}
	got := mustRead(t, "Phone 1,Phone 2\n,2\n", Options{})
	if got.Rows[0].Column != 1 || !slices.Equal(got.Columns.PhoneIndex, []int{0, 1}) {
		t.Errorf("got column %d of %v, want 1 of two", got.Rows[0].Column, got.Columns.PhoneIndex)
	}
}

// TestLabels: a fax or a pager is no phone, and a mobile comes before others.
func TestLabels(t *testing.T) {
	for name, tt := range map[string]struct {
		text string
		o    Options
		want []string
		rows string // that labels have changed
	}{
		"Google Contacts": {"Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value\nHome Fax,1,Mobile,2\nHome,1,* Mobile,2\nWork,1,Home,2\n,,Work,2\nPager,1,,\nMobile,1,Mobile,2\n",
			Options{}, []string{"2", "2", "1", "2", "", "1"}, "in 3 rows"},
		"old Google Contacts":   {"Phone 1 - Type,Phone 1 - Value,Phone 2 - Type,Phone 2 - Value\nHome Fax,1,Mobile,2\n", Options{}, []string{"2"}, "in 1 row"},
		"one column":            {"phone,phone type\n1,Fax\n2,Mobile\n3,\n", Options{}, []string{"", "2", "3"}, "in 1 row"},
		"languages":             {"Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value\nTélécopie,1,Bureau,2\nFax (Arbeit),1,Privat,2\nДомашний,1,Мобильный,2\n自宅,1,携帯,2\nCasa,1,Celular,2\nPrivat,1,Handy,2\n", Options{}, []string{"2", "2", "2", "2", "2", "2"}, "in 6 rows"},
		"an order of one's own": {"Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value\nMobile,1,Home,2\nMobile,1,Fax,2\n", Options{PhoneColumns: []string{"4", "2"}}, []string{"2", "1"}, "in 1 row"},
		"no labels":             {"Phone 1 - Label,Phone 1 - Value\n,1\n", Options{}, []string{"1"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := mustRead(t, tt.text, tt.o)
			wantPhones(t, got, tt.want...)
			if hasNotice(got, "labels decide") != (tt.rows != "") || tt.rows != "" && !hasNotice(got, tt.rows) {
				t.Errorf("got %q, want it said of %q", got.Notices, tt.rows)
			}
		})
	}
	got, err := readCase(t, "google-fax-label.csv", Options{})
	if err != nil || !slices.Equal(got.phones(), []string{"+1 415 555 2681", "+1 415 555 2672", "+1 415 555 2673 ::: +1 415 555 2683"}) || !hasNotice(got, "in 1 row:") {
		t.Errorf("got %q, %v, %q", got.phones(), err, got.Notices)
	}
}

// TestNumbersElsewhere: rows whose number is in a column that is not in use are counted,
// and the notice has a flag that reads them.
func TestNumbersElsewhere(t *testing.T) {
	for name, tt := range map[string]struct {
		file string
		said string
		flag []string
		all  []string // the phone cells with the flag
	}{
		"Shopify": {"shopify-phone-elsewhere.csv", `2 rows have no number in "Phone", but one in "Default Address Phone": --phone-column "Phone,Default Address Phone"`,
			[]string{"Phone", "Default Address Phone"}, []string{"+1 415 555 2671", "(415) 555-2672", "'+14155552673", "07900 900123"}},
		"Outlook": {"outlook-phone-elsewhere.csv", `2 rows have no number in "Mobile Phone", but one in "Primary Phone" or "Home Phone": --phone-column "Mobile Phone,Primary Phone,Home Phone,Business Phone"`,
			[]string{"Mobile Phone", "Primary Phone", "Home Phone", "Business Phone"}, []string{"(415) 555-2671", "+1 415 555 2672", "+14155552673"}},
		"HubSpot": {"hubspot-phone-elsewhere.csv", `2 rows have no number in "Mobile Phone Number", but one in "Phone Number": --phone-column "Mobile Phone Number,WhatsApp Phone Number,Phone Number"`,
			[]string{"Mobile Phone Number", "WhatsApp Phone Number", "Phone Number"}, []string{"+14155552671", "+14155552672", "+14155552673"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := readCase(t, tt.file, Options{})
			if err != nil || !slices.Contains(got.Notices, tt.said) {
				t.Fatalf("got %q, %v, want %q", got.Notices, err, tt.said)
			}
			got, err = readCase(t, tt.file, Options{PhoneColumns: tt.flag})
			if err != nil || !slices.Equal(got.phones(), tt.all) || hasNotice(got, "but one in") {
				t.Errorf("with the flag: got %q, %v, %q, want %q", got.phones(), err, got.Notices, tt.all)
			}
		})
	}
	got := mustRead(t, "Phone,\"Home, Phone\",Work Phone\nNULL,,2\n,,\n\\N,-,3\n1,,4\n", Options{})
	if !hasNotice(got, `2 rows have no number in "Phone", but one in "Work Phone": --phone-column "Phone,2,Work Phone"`) {
		t.Errorf("got %q, want the header with a comma by its number", got.Notices)
	}
	var places []int
	for _, row := range got.Rows {
		places = append(places, row.Elsewhere)
	}
	if want := []int{1, -1, 1, -1}; !slices.Equal(places, want) {
		t.Errorf("got %d, want %d", places, want)
	}
}

// TestNumbersElsewhereOfOptOuts: a row that is not imported, whatever its number is, needs
// no other column.
func TestNumbersElsewhereOfOptOuts(t *testing.T) {
	for use, want := range map[OptOuts]string{SkipOptOuts: "1 row has", MarkOptOuts: "2 rows have", IgnoreOptOuts: "3 rows have"} {
		got := mustRead(t, "Phone,Work Phone,Unsubscribed\n,1,yes\n,2,no\n,3,perhaps\n4,5,no\n", Options{OptOuts: use})
		if !hasNotice(got, want+` no number in "Phone", but one in "Work Phone": `) {
			t.Errorf("%d: got %q, want %q", use, got.Notices, want)
		}
		if row := got.Rows[0]; row.Elsewhere != 0 || row.OptOut != OptedOut {
			t.Errorf("%d: got %+v, want a row that says both", use, row)
		}
	}
}

// TestNoColumnOfFaxesIsSuggested: a fax gets no messages, and that is said.
func TestNoColumnOfFaxesIsSuggested(t *testing.T) {
	for text, o := range map[string]Options{
		"Name,Fax\nAnn,+493012345678\n":             {},
		"Fax\n+493012345678\n":                      {},
		"Name,Telefax Büro\nAnn,+493012345678\n":    {},
		"Name,Home Fax,Pager\nAnn,+493012345678,\n": {},
		"Name,Fax number\nAnn,+493012345678\n":      {PhoneColumns: []string{"Handy"}},
	} {
		_, err := readAll(text, o)
		var wrong *UsageError
		if !errors.As(err, &wrong) || strings.Contains(wrong.Message, flagPhoneColumn+" \"") || strings.Contains(wrong.Message, flagPhoneColumn+" 1") {
			t.Errorf("%q: got %v, want no column suggested", text, err)
		}
		if o.PhoneColumns == nil && !strings.Contains(wrong.Message, "A fax or a pager gets no messages") {
			t.Errorf("%q: got %q, want why", text, wrong.Message)
		}
	}
	_, err := readAll("Fax,Ring\n+493012345678,+4915123456789\n", Options{})
	if err == nil || !strings.Contains(err.Error(), flagPhoneColumn+" \"Ring\"") {
		t.Errorf("got %v, want the other column", err)
	}
}

// TestInternationalHeaders: they say that numbers begin with their calling codes.
func TestInternationalHeaders(t *testing.T) {
	for _, header := range []string{"msisdn", "E164", "Phone (E.164)", "International Phone", "wa_id", "WA ID", "WhatsApp ID"} {
		got := mustRead(t, header+"\n1\n", Options{})
		if !slices.Equal(got.Columns.International, []bool{true}) {
			t.Errorf("%s: got %v, want true", header, got.Columns.International)
		}
	}
	got := mustRead(t, "phone,msisdn\n1,2\n", Options{PhoneColumns: []string{"phone", "msisdn"}})
	if !slices.Equal(got.Columns.International, []bool{false, true}) {
		t.Errorf("got %v, want the second only", got.Columns.International)
	}
}

// TestNamedAsRecognised: an option that names what is recognised anyway changes nothing.
func TestNamedAsRecognised(t *testing.T) {
	for text, o := range map[string]Options{
		"name,Phone,Home Phone,Country\n,1,2,US\n,,2,US\n":                                           {PhoneColumns: []string{"phone"}, RegionColumn: "country"},
		"Phone 1 - Type,Phone 1 - Value,Phone 2 - Type,Phone 2 - Value\nFax,1,,2\nHome,1,Mobile,2\n": {PhoneColumns: []string{"Phone 1 - Value", "phone 2 value"}},
		"phone,phone type\n1,Fax\n2,Mobile\n":                                                        {PhoneColumns: []string{"phone"}},
		"msisdn,unsubscribed\n1,yes\n2,no\n":                                                         {PhoneColumns: []string{"MSISDN"}, OptOutColumn: "Unsubscribed"},
		"phone;consent\n1;yes\n2;no\n":                                                               {OptOutColumn: "consent", Delimiter: ';', RegionColumn: "none"},
	} {
		named, recognised := mustRead(t, text, o), mustRead(t, text, Options{})
		if !reflect.DeepEqual(named.Columns, recognised.Columns) || !reflect.DeepEqual(named.Rows, recognised.Rows) {
			t.Errorf("%q: got %+v\n%+v, want %+v\n%+v", text, named.Columns, named.Rows, recognised.Columns, recognised.Rows)
		}
	}
}

// TestNothing: what programs write for a value that is not there.
func TestNothing(t *testing.T) {
	for _, cell := range []string{"", "  ", "\u00a0", `\N`, "NULL", "null", "(null)", "<null>", "#N/A", "n/a", "NaN", "nil", "None", "<NA>", "undefined", "-", "—"} {
		if !isNothing(cell) {
			t.Errorf("%q: got something, want nothing", cell)
		}
	}
	for _, cell := range []string{"0", "1", "+1", "no", "nope", "nullable", "N", strings.Repeat("-", 20) + "1"} {
		if isNothing(cell) {
			t.Errorf("%q: got nothing, want something", cell)
		}
	}
}
