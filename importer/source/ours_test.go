package source

import (
	"slices"
	"strings"
	"testing"

	"sent-import/importer/feedback"
	"sent-import/importer/outcome"
)

// TestColumnsThatHaveMoved: our own columns tell that a spreadsheet has shifted cells,
// and with them a number below another header.
func TestColumnsThatHaveMoved(t *testing.T) {
	const moved, empty = "its columns have moved", "it has nothing in the columns sent_import_line and sent_import_reason"
	got := mustRead(t, "name,phone,sent_import_line,sent_import_reason,sent_import_hint\n"+
		"Ann,1,2,phone_invalid,x\nBob,2,12,rate_limited,\n"+
		"Cyd,3,phone_invalid,x,\nDee,4,x,5,phone_invalid\nEve,5,6,x,\nFay,6,0,phone_invalid,\nGil,7,8,,\nHal,8,,phone_invalid,\n"+
		"Ivy,9,,,\nJoe,10\n", Options{})
	wantMalformed(t, got, "", "", moved, moved, moved, moved, moved, moved, empty, empty)
	if !got.Columns.Ours || got.Rows[0].Refused != outcome.PhoneInvalid || got.Rows[1].Refused != outcome.RateLimited {
		t.Errorf("got %+v, %q, want our columns and the reasons", got.Columns, got.Rows[0].Refused)
	}
	for text, want := range map[string]string{
		"phone,sent_import_reason\n1,phone_invalid\n":      "",
		"phone,sent_import_reason\n1,x\n":                  moved,
		"phone,sent_import_line\n1,7\n":                    "",
		"phone,sent_import_line\n1,x\n":                    moved,
		"phone,sent_import_hint\n1,whatever\n":             "",
		"phone,Sent Import Line,Sent Import Reason\n1,,\n": "",
	} {
		got := mustRead(t, text, Options{})
		wantMalformed(t, got, want)
		if ours := strings.Contains(text, "sent_import_"); got.Columns.Ours != ours {
			t.Errorf("%q: got our columns %v, want %v", text, got.Columns.Ours, ours)
		}
	}
	if got := mustRead(t, "phone,n\n1,2\n", Options{}); got.Columns.Ours || got.Rows[0].Refused != "" {
		t.Errorf("got %+v, want no columns of ours", got.Columns)
	}
}

// TestUnrepairedRowsWithBlankCells: a spreadsheet fills up all rows to the longest.
func TestUnrepairedRowsWithBlankCells(t *testing.T) {
	for _, row := range []string{"1,x,2,row_malformed,h," + feedback.Unrepaired + ",,", "1,\"" + feedback.Unrepaired + "\",,", "1," + feedback.Unrepaired} {
		got := mustRead(t, "phone,name,sent_import_line,sent_import_reason,sent_import_hint\n"+row+"\n", Options{})
		if got.Rows[0].Malformed == "" {
			t.Errorf("%q: got a good row", row)
		}
	}
	got := mustRead(t, "phone,name,note\n1,"+feedback.Unrepaired+",\n2,,"+feedback.Unrepaired+"\n3,"+feedback.Unrepaired+",x\n", Options{})
	wantMalformed(t, got, "repair it", "repair it", "")
}

// TestColumnsOfContacts: what contacts.csv adds is no phone column and no opt-out column, and
// says nothing against a row, whatever a CRM has made of it. The number is told apart.
func TestColumnsOfContacts(t *testing.T) {
	got := mustRead(t, "sent_import_phone,name,mobile,sent_import_contact_id, sent_import_status\n"+
		"+14155550101,Ann,1,id,created\n (415) 555-0102 ,Bob,2,,Created!\n,Cyd,3,,\n,Dee,4\n", Options{})
	wantMalformed(t, got, "", "", "", "")
	if c := got.Columns; !c.Ours || c.Rejects || !slices.Equal(c.Phone, []string{"mobile"}) || len(c.Others)+len(c.OptOut) != 0 {
		t.Errorf("got %+v, want the phone column mobile alone, and our columns without those of invalid.csv", c)
	}
	for i, want := range []string{"+14155550101", "(415) 555-0102", "", ""} {
		if got.Rows[i].Contact != want || got.Rows[i].Refused != "" {
			t.Errorf("row %d: got the contact %q and the reason %q, want %q", i+1, got.Rows[i].Contact, got.Rows[i].Refused, want)
		}
	}
	both := mustRead(t, "phone,sent_import_line,sent_import_reason,sent_import_phone\n1,2,phone_invalid,x\n", Options{})
	if !both.Columns.Ours || !both.Columns.Rejects || both.Rows[0].Contact != "x" {
		t.Errorf("got %+v, %+v", both.Columns, both.Rows[0])
	}
	if _, err := readAll("name,sent_import_phone\nAnn,+14155550101\n", Options{}); err == nil {
		t.Error("got sent_import_phone as the phone column, want an error: it is not the user's")
	}
}
