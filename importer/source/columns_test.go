package source

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// open reads a header with one row of as many cells.
func open(t testing.TB, header []string, o Options) (Columns, []string, error) {
	t.Helper()
	line := strings.Join(header, "\t")
	cells := strings.Repeat("1\t", len(header)-1) + "1"
	o.Delimiter = '\t'
	r, err := openFile(line+"\n"+cells+"\n", o)
	if err != nil {
		return Columns{}, nil, err
	}
	return r.Columns(), r.Notices(), nil
}

func TestPitfall07PhoneHeaders(t *testing.T) {
	tests := []struct {
		name   string
		header string // parted by |
		want   string // "" for a UsageError
	}{
		{"plain", "name|phone", "phone"},
		{"case and spacing", "id|MOBILE_phone", "MOBILE_phone"},
		{"spaces around", "id|  Mobile  Phone ", "  Mobile  Phone "},
		{"camel case", "Id|MobilePhone|HomePhone", "MobilePhone"},
		{"accents", "Nom|Téléphone", "Téléphone"},
		{"accents taken apart", "Nom|Te\u0301le\u0301phone", "Te\u0301le\u0301phone"},
		{"full width", "ＴＥＬ|名前", "ＴＥＬ"},
		{"mobile before landline and general", "Home Phone|Phone|Mobile Phone", "Mobile Phone"},
		{"general before landline", "Home Phone|Phone|Work Phone", "Phone"},
		{"Google Contacts", "First Name|Phone 1 - Label|Phone 1 - Value|Phone 2 - Label|Phone 2 - Value|Phone 3 - Value", "Phone 1 - Value|Phone 2 - Value|Phone 3 - Value"},
		{"Outlook", "First Name|Business Phone|Home Phone|Mobile Phone|Other Phone|Primary Phone", "Mobile Phone"},
		{"HubSpot", "Record ID|Phone Number|Mobile Phone Number", "Mobile Phone Number"},
		{"Salesforce", "Id|Phone|Fax|MobilePhone", "MobilePhone"},
		{"Shopify", "First Name|Default Address Phone|Phone", "Phone"},
		{"Mailchimp", "Email Address|Phone Number|SMS Phone Number", "SMS Phone Number"},
		{"Klaviyo", "Email|Phone Number", "Phone Number"},
		{"Brevo", "EMAIL|SMS|WHATSAPP", "SMS"},
		{"vCard", "FN|TEL;CELL|TEL;WORK", "TEL;CELL"},
		{"E.164 beats all", "Phone|Mobile|Phone (E164)", "Phone (E164)"},
		{"Spanish", "Nombre|Teléfono móvil|Teléfono fijo", "Teléfono móvil"},
		{"Portuguese", "Nome|Telemóvel", "Telemóvel"},
		{"Brazilian, CEP is a postal code", "Nome|CEP|Telefone", "Telefone"},
		{"German", "Name|Telefon|Handynummer", "Handynummer"},
		{"Italian", "Nome|Cellulare|Telefono", "Cellulare"},
		{"Dutch", "Naam|Telefoonnummer", "Telefoonnummer"},
		{"Polish", "Imię|Numer telefonu", "Numer telefonu"},
		{"Polish mobile", "Imię|Telefon komórkowy", "Telefon komórkowy"},
		{"Turkish", "Ad|Cep Telefonu", "Cep Telefonu"},
		{"Turkish capitals", "AD|CEP TELEFONU NUMARASI", "CEP TELEFONU NUMARASI"},
		{"Russian", "Имя|Мобильный телефон|Телефон", "Мобильный телефон"},
		{"Arabic", "الاسم|رقم الجوال", "رقم الجوال"},
		{"Hindi", "नाम|मोबाइल नंबर", "मोबाइल नंबर"},
		{"Indonesian", "Nama|No. HP", "No. HP"},
		{"Japanese", "氏名|携帯電話番号|電話番号", "携帯電話番号"},
		{"Chinese", "姓名|手机号码|电话", "手机号码"},

		{"never a part of a header", "Phone model|Phone verified|Mobile app|Cellar|Hotel|Excellent", ""},
		{"labels are no values", "Phone 1 - Label|Phone 1 - Type", ""},
		{"the same name twice", "phone|Phone|name", ""},
		{"two of a rank", "Mobile|Cell", ""},
		{"a series that restarts", "Phone 2|Phone 1", ""},
		{"nothing", "name|mail", ""},
		{"the report's own columns", "sent_import_line|sent_import_reason|sent_import_hint", ""},
		{"a report fed back", "Phone|Name|sent_import_line|sent_import_reason|sent_import_hint", "Phone"},
		{"empty headers", "|name|", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			header := strings.Split(tt.header, "|")
			got, notices, err := open(t, header, Options{})
			if tt.want == "" {
				var wrong *UsageError
				if !errors.As(err, &wrong) || !strings.Contains(wrong.Message, "--phone-column") {
					t.Fatalf("got columns %+v, error %v, want a UsageError with a flag", got, err)
				}
				checkFlagWorks(t, header, wrong.Message)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if want := strings.Split(tt.want, "|"); !slices.Equal(got.Phone, want) || header[got.PhoneIndex[0]] != want[0] {
				t.Errorf("got %+v, want %q", got, tt.want)
			}
			if len(notices) == 0 || !strings.Contains(notices[0], "phone column") {
				t.Errorf("got notices %q, want the phone column said", notices)
			}
		})
	}
}

// checkFlagWorks opens the file again with the flag that a message shows.
func checkFlagWorks(t *testing.T, header []string, message string) {
	t.Helper()
	_, value, named := strings.Cut(message, "--phone-column ")
	if !named {
		return
	}
	if strings.HasPrefix(value, `"`) {
		value, _, _ = strings.Cut(value[1:], `"`)
	} else {
		value, _, _ = strings.Cut(value, " ")
	}
	if _, _, err := open(t, header, Options{PhoneColumns: []string{value}}); err != nil {
		t.Errorf("the flag in %q does not work: %v", message, err)
	}
}

func TestPhoneColumnsByNameAndNumber(t *testing.T) {
	header := []string{"name", "Tel. A", "tel-b", "TEL B", "3", ""}
	tests := []struct {
		name string
		want []string
		got  []int // nil for a UsageError
	}{
		{"to the letter", []string{"Tel. A"}, []int{1}},
		{"folded", []string{"TEL_A"}, []int{1}},
		{"to the letter where two fold alike", []string{"tel-b"}, []int{2}},
		{"two fold alike", []string{"telb"}, nil},
		{"number", []string{"2"}, []int{1}},
		{"a header that is a number goes first", []string{"3"}, []int{4}},
		{"number of an empty header", []string{"6"}, []int{5}},
		{"several", []string{"4", "tel a", "4"}, []int{3, 1}},
		{"too large", []string{"7"}, nil},
		{"zero", []string{"0"}, nil},
		{"absent", []string{"phone"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, _, err := open(t, header, Options{PhoneColumns: tt.want})
			if tt.got == nil {
				var wrong *UsageError
				if !errors.As(err, &wrong) || !strings.Contains(wrong.Message, "--phone-column") {
					t.Errorf("got %+v, %v, want a UsageError with a flag", got, err)
				}
				return
			}
			if err != nil || !slices.Equal(got.PhoneIndex, tt.got) {
				t.Errorf("got %v, %v, want %v", got.PhoneIndex, err, tt.got)
			}
		})
	}
}

func TestFirstPhoneCellThatIsNotEmpty(t *testing.T) {
	got := mustRead(t, "home,mobile\n1,2\n3,\n4,  \n,\n", Options{PhoneColumns: []string{"mobile", "home"}})
	wantPhones(t, got, "2", "3", "4", "")
}

func TestNoHeader(t *testing.T) {
	got := mustRead(t, "Ann,+14155552671,US\nBob,,\n", Options{NoHeader: true, PhoneColumns: []string{"2"}, RegionColumn: "3"})
	wantPhones(t, got, "+14155552671", "")
	if got.Header != nil || got.Rows[0].Line != 1 || got.Rows[0].Region != "US" || got.Columns.Phone[0] != "column 2" {
		t.Errorf("got %+v, want no header, line 1, region US, column 2", got)
	}
	for name, o := range map[string]Options{
		"not named":      {NoHeader: true},
		"named by cell":  {NoHeader: true, PhoneColumns: []string{"Ann"}},
		"number too big": {NoHeader: true, PhoneColumns: []string{"4"}},
	} {
		_, err := readAll("Ann,+14155552671,US\n", o)
		var wrong *UsageError
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), "--phone-column 1") {
			t.Errorf("%s: got %v, want a UsageError with numbers", name, err)
		}
	}
}

func TestRegionHeaders(t *testing.T) {
	tests := []struct {
		name   string
		header string // parted by |
		option string
		want   string
		notice string
	}{
		{"country", "phone|Country", "", "Country", "Country"},
		{"code before name", "phone|Country|Country Code", "", "Country Code", "Country Code"},
		{"of the phone before all", "phone|Country|Country Code|Phone Country", "", "Phone Country", "Phone Country"},
		{"German", "Telefon|Land", "", "Land", "Land"},
		{"French", "Téléphone|Pays", "", "Pays", "Pays"},
		{"Spanish", "Teléfono|PAÍS", "", "PAÍS", "PAÍS"},
		{"Japanese", "電話番号|国", "", "国", "国"},
		{"state or province", "phone|Region|State", "", "", ""},
		{"never a part", "phone|Country of birth|Country club", "", "", ""},
		{"two of a rank are none", "phone|Business Country/Region|Home Country/Region", "", "", "no region column is used"},
		{"one address", "phone|Default Address Country", "", "Default Address Country", "Default"},
		{"off", "phone|Country", "none", "", ""},
		{"named", "phone|Region|Country", "region", "Region", ""},
		{"by number", "phone|x", "2", "x", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			header := strings.Split(tt.header, "|")
			got, notices, err := open(t, header, Options{RegionColumn: tt.option})
			if err != nil {
				t.Fatal(err)
			}
			if got.Region != tt.want || (got.RegionIndex >= 0) != (tt.want != "") {
				t.Errorf("got %q at %d, want %q", got.Region, got.RegionIndex, tt.want)
			}
			if tt.notice != "" && !strings.Contains(notices[len(notices)-1], tt.notice) {
				t.Errorf("got notices %q, want one with %q", notices, tt.notice)
			}
		})
	}
	if _, _, err := open(t, []string{"phone", "x"}, Options{RegionColumn: "land"}); err == nil || !strings.Contains(err.Error(), "--region-column") {
		t.Errorf("got %v, want a UsageError with a flag", err)
	}
}

// TestMessagesHoldNoContact: the first line of a file without header must not
// appear in an error or a notice.
func TestMessagesHoldNoContact(t *testing.T) {
	secrets := []string{"Sarah", "4155552671", "@example.com"}
	for _, tt := range []struct {
		text string
		o    Options
	}{
		{"Sarah,+14155552671,sarah@example.com\n", Options{}},
		{"Sarah,+14155552671\n", Options{PhoneColumns: []string{"phone"}}},
		{"Sarah,+14155552671\n", Options{RegionColumn: "country", PhoneColumns: []string{"1"}}},
		{"Sarah,+14155552671,1\n", Options{NoHeader: true}},
		{"phone,n\n+14155552671,\"Sarah\n", Options{}},
		{"phone,n\n+14155552671,Sarah,Sarah\n", Options{}},
		{"phone,n\n+14155552671,Sarah \xc3\xa9 \xe9\n", Options{}},
		{"phone,n\n+14155552671,Sarah \xe9\x00\n", Options{}},
	} {
		got, _ := readAll(tt.text, tt.o)
		said := append([]string{got.Err}, got.Notices...)
		for _, row := range got.Rows {
			said = append(said, row.Malformed)
		}
		for _, secret := range secrets {
			if strings.Contains(strings.Join(said, "\n"), secret) {
				t.Errorf("%.20q: got %q, which holds a cell", tt.text, said)
			}
		}
	}
}

func TestNamesAreKept(t *testing.T) {
	for name, want := range map[string]string{
		"Mobile Phone": "mobilephone", "Straße": "strasse", "Łódź": "lodz", "N° de téléphone": "ndetelephone",
		"TELEFON NUMARASI": "telefonnumarasi", "ﾃﾞﾝﾜ": "テンワ", " - ": "",
	} {
		if got := fold(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
	if len(phoneRanks()) < 300 || len(regionRanks()) < 80 {
		t.Errorf("got %d phone and %d region names", len(phoneRanks()), len(regionRanks()))
	}
}

func TestHugeHeaderIsNoTable(t *testing.T) {
	_, err := readAll("phone"+strings.Repeat(",", maxColumns)+"\n", Options{})
	if !errors.Is(err, ErrNotTable) {
		t.Errorf("got %v, want ErrNotTable", err)
	}
	_, err = readAll("phone,\"x\n1,2\n", Options{Delimiter: ','})
	if err == nil || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("got %v, want line 1 named", err)
	}
}
